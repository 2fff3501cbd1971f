# snippet:start
export LANGWATCH_ENDPOINT="{{endpoint}}"
export LANGWATCH_API_KEY="{{key}}"
# snippet:end
