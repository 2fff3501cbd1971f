# snippet:start
export LOGFIRE_BASE_URL="{{endpoint}}"
export LOGFIRE_TOKEN="{{key}}"
# snippet:end
