# snippet:start
export LANGFUSE_BASE_URL="{{endpoint}}"
export LANGFUSE_PUBLIC_KEY="runlight" # any text
export LANGFUSE_SECRET_KEY="{{key}}"
# snippet:end
