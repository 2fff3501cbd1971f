# snippet:start
export LANGSMITH_TRACING=true
export LANGSMITH_OTEL_ENABLED=true
export LANGSMITH_ENDPOINT="{{endpoint}}"
export LANGSMITH_API_KEY="{{key}}"
unset OTEL_EXPORTER_OTLP_ENDPOINT # or it goes there instead
# snippet:end
