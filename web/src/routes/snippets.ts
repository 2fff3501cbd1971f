export interface Snippet {
  id: string;
  title: string;
  /** What the text is for, in one line. */
  note: string;
  text: string;
}

/** Ways to send a first trace, ready to paste. */
export function snippets(origin: string, key: string, now: number): Snippet[] {
  const endpoint = `${origin}/v1/traces`;
  return [
    {
      id: "curl",
      title: "curl",
      note: "Sends one trace with one model call, to see that it works.",
      text: curl(endpoint, key, now),
    },
    {
      id: "env",
      title: "Environment",
      note: "For anything that already speaks OpenTelemetry: set these and restart it.",
      text: `export OTEL_EXPORTER_OTLP_ENDPOINT="${origin}"
export OTEL_EXPORTER_OTLP_HEADERS="x-api-key=${key}"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_SERVICE_NAME="my-agent"`,
    },
    {
      id: "js",
      title: "JavaScript",
      note: "npm i ai @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto",
      text: js(endpoint, key),
    },
    {
      id: "python",
      title: "Python",
      note: "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http",
      text: python(endpoint, key),
    },
  ];
}

function curl(endpoint: string, key: string, now: number): string {
  const at = (ms: number) => `${Math.trunc(now + ms)}000000`;
  const text = (name: string, value: string) => ({ key: name, value: { stringValue: value } });
  const int = (name: string, value: number) => ({ key: name, value: { intValue: String(value) } });
  const message = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
  const body = {
    resourceSpans: [
      {
        resource: { attributes: [text("service.name", "hello-runlight")] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: hex(16, now),
                spanId: hex(8, now + 1),
                name: "chat gpt-5-mini",
                kind: 3,
                startTimeUnixNano: at(-1200),
                endTimeUnixNano: at(0),
                attributes: [
                  text("gen_ai.operation.name", "chat"),
                  text("gen_ai.provider.name", "openai"),
                  text("gen_ai.request.model", "gpt-5-mini"),
                  int("gen_ai.usage.input_tokens", 12),
                  int("gen_ai.usage.output_tokens", 34),
                  text("gen_ai.input.messages", message("user", "Is anybody there?")),
                  text("gen_ai.output.messages", message("assistant", "Yes. Your first trace has arrived.")),
                ],
              },
            ],
          },
        ],
      },
    ],
  };
  return `curl ${endpoint} \\
  -H "x-api-key: ${key}" \\
  -H "content-type: application/json" \\
  -d '${JSON.stringify(body)}'`;
}

/** An id that differs from one opening of the page to the next, so that the snippet makes a new run each time. */
function hex(bytes: number, seed: number): string {
  let text = "";
  let state = seed >>> 0 || 1;
  while (text.length < bytes * 2) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += state.toString(16).padStart(8, "0");
  }
  return text.slice(0, bytes * 2);
}

const js = (endpoint: string, key: string) => `import { NodeSDK } from "@opentelemetry/sdk-node";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { generateText } from "ai";

const sdk = new NodeSDK({
  serviceName: "my-agent",
  traceExporter: new OTLPTraceExporter({
    url: "${endpoint}",
    headers: { "x-api-key": "${key}" },
  }),
});
sdk.start();

await generateText({
  model: "openai/gpt-5-mini",
  prompt: "Say hello to Runlight.",
  experimental_telemetry: { isEnabled: true },
});
await sdk.shutdown();`;

const python = (endpoint: string, key: string) => `from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "my-agent"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(
    endpoint="${endpoint}",
    headers={"x-api-key": "${key}"},
)))
trace.set_tracer_provider(provider)

with trace.get_tracer("hello").start_as_current_span("chat gpt-5-mini") as span:
    span.set_attribute("gen_ai.operation.name", "chat")
    span.set_attribute("gen_ai.request.model", "gpt-5-mini")
    span.set_attribute("gen_ai.usage.input_tokens", 12)
    span.set_attribute("gen_ai.usage.output_tokens", 34)

provider.shutdown()`;
