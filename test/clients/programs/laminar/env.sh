# snippet:start
export OTEL_EXPORTER_OTLP_ENDPOINT="{{endpoint}}"
export OTEL_EXPORTER_OTLP_HEADERS="x-api-key={{key}}"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
unset LMNR_PROJECT_API_KEY # or the traces go to Laminar
# snippet:end
