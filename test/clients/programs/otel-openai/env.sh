# snippet:start
export OTEL_EXPORTER_OTLP_ENDPOINT="{{endpoint}}"
export OTEL_EXPORTER_OTLP_HEADERS="x-api-key={{key}}"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_SERVICE_NAME="my-agent"
# snippet:end
