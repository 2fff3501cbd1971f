# snippet:start
export CLAUDE_CODE_ENABLE_TELEMETRY=1
export CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1 # traces need it
export OTEL_TRACES_EXPORTER=otlp
export OTEL_LOGS_EXPORTER=otlp # answers come as logs
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_ENDPOINT="{{endpoint}}"
export OTEL_EXPORTER_OTLP_HEADERS="x-api-key={{key}}"
export OTEL_LOG_USER_PROMPTS=1 # or prompts arrive as <REDACTED>
# snippet:end
