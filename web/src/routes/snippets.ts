export interface Block {
  lang: "sh" | "js";
  text: string;
}

export interface Snippet {
  id: string;
  title: string;
  /** What it is for, or what is odd about it, in one line. */
  note: string;
  /** What npm has to install, with a version where not any will do. */
  packages: string[];
  /** Variables first, then code. */
  blocks: Block[];
}

/** Those that most people come with, in the order in which they are shown; all others are in a list. */
export const COMMON: readonly string[] = [
  "curl",
  "otel-env",
  "openinference-openai",
  "vercel-ai-7",
  "langfuse",
  "langsmith",
  "traceloop",
  "claude-code",
];

/** Ways to send traces, ready to paste. */
export function snippets(origin: string, key: string, now: number): Snippet[] {
  const fill = (text: string) => text.replaceAll("{{endpoint}}", origin).replaceAll("{{key}}", key);
  const first: Snippet = {
    id: "curl",
    title: "curl",
    note: "Sends one trace with one model call, to see that it works.",
    packages: [],
    blocks: [{ lang: "sh", text: curl(`${origin}/v1/traces`, key, now) }],
  };
  const others = CLIENTS.map((client) => ({
    ...client,
    blocks: client.blocks.map(({ lang, text }) => ({ lang, text: fill(text) })),
  }));
  return [first, ...others];
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

/**
 * The lines that point each client at Runlight. Each text is what a program in test/clients has between its marks, so all of
 * them were run; a test compares them.
 */
export const CLIENTS: readonly Snippet[] = [
  {
    id: "otel-env",
    title: "OpenTelemetry",
    note: "For every program with an OpenTelemetry SDK, in any language: set these and restart it.",
    packages: [],
    blocks: [
      {
        lang: "sh",
        text: `export OTEL_EXPORTER_OTLP_ENDPOINT="{{endpoint}}"
export OTEL_EXPORTER_OTLP_HEADERS="x-api-key={{key}}"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_SERVICE_NAME="my-agent"`,
      },
    ],
  },
  {
    id: "openinference-openai",
    title: "OpenAI",
    note: "OpenAI's library, traced by OpenInference.",
    packages: [
      "@arizeai/openinference-instrumentation-openai",
      "openai",
      "@opentelemetry/sdk-node",
      "@opentelemetry/exporter-trace-otlp-proto",
    ],
    blocks: [
      {
        lang: "js",
        text: `import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const instrumentation = new OpenAIInstrumentation();
instrumentation.manuallyInstrument(OpenAI);
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter, instrumentations: [instrumentation] });
sdk.start();`,
      },
    ],
  },
  {
    id: "openinference-anthropic",
    title: "Anthropic",
    note: "Anthropic's library, traced by OpenInference.",
    packages: [
      "@arizeai/openinference-instrumentation-anthropic",
      "@anthropic-ai/sdk",
      "@opentelemetry/sdk-node",
      "@opentelemetry/exporter-trace-otlp-proto",
    ],
    blocks: [
      {
        lang: "js",
        text: `import Anthropic from "@anthropic-ai/sdk";
import { AnthropicInstrumentation } from "@arizeai/openinference-instrumentation-anthropic";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const instrumentation = new AnthropicInstrumentation();
instrumentation.manuallyInstrument(Anthropic);
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter, instrumentations: [instrumentation] });
sdk.start();`,
      },
    ],
  },
  {
    id: "vercel-ai-7",
    title: "Vercel AI SDK",
    note: "Version 7. Versions 5 and 6 are in the list of others.",
    packages: ["ai", "@ai-sdk/otel", "@opentelemetry/sdk-node", "@opentelemetry/exporter-trace-otlp-proto"],
    blocks: [
      {
        lang: "js",
        text: `import { OpenTelemetry } from "@ai-sdk/otel";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { registerTelemetry } from "ai";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
registerTelemetry(new OpenTelemetry({ runtimeContext: true }));`,
      },
    ],
  },
  {
    id: "langfuse",
    title: "Langfuse",
    note: "For programs that Langfuse's SDK (4 or 5) traces: set these and restart.",
    packages: [],
    blocks: [
      {
        lang: "sh",
        text: `export LANGFUSE_BASE_URL="{{endpoint}}"
export LANGFUSE_PUBLIC_KEY="runlight" # any text
export LANGFUSE_SECRET_KEY="{{key}}"`,
      },
    ],
  },
  {
    id: "langsmith",
    title: "LangSmith",
    note: "For programs that LangSmith's SDK traces; it needs version 2 of OpenTelemetry.",
    packages: [
      "langsmith",
      "@opentelemetry/api@1.9.1",
      "@opentelemetry/sdk-trace-base@2.12.1",
      "@opentelemetry/context-async-hooks@2.12.0",
      "@opentelemetry/exporter-trace-otlp-proto@0.223.0",
    ],
    blocks: [
      {
        lang: "sh",
        text: `export LANGSMITH_TRACING=true
export LANGSMITH_OTEL_ENABLED=true
export LANGSMITH_ENDPOINT="{{endpoint}}"
export LANGSMITH_API_KEY="{{key}}"
unset OTEL_EXPORTER_OTLP_ENDPOINT # or it goes there instead`,
      },
      {
        lang: "js",
        text: `import { initializeOTEL } from "langsmith/experimental/otel/setup";

const { DEFAULT_LANGSMITH_SPAN_PROCESSOR } = initializeOTEL();
// Before the process ends: await DEFAULT_LANGSMITH_SPAN_PROCESSOR.shutdown()`,
      },
    ],
  },
  {
    id: "traceloop",
    title: "OpenLLMetry",
    note: "Traceloop's SDK.",
    packages: ["@traceloop/node-server-sdk", "openai@6"],
    blocks: [
      {
        lang: "js",
        text: `import * as traceloop from "@traceloop/node-server-sdk";
import OpenAI from "openai";

traceloop.initialize({
  appName: "my-agent",
  baseUrl: "{{endpoint}}",
  apiKey: "{{key}}",
  instrumentModules: { openAI: OpenAI },
});`,
      },
    ],
  },
  {
    id: "claude-code",
    title: "Claude Code",
    note: "Set these where Claude Code, or a program with its Agent SDK, starts.",
    packages: [],
    blocks: [
      {
        lang: "sh",
        text: `export CLAUDE_CODE_ENABLE_TELEMETRY=1
export CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1 # traces need it
export OTEL_TRACES_EXPORTER=otlp
export OTEL_LOGS_EXPORTER=otlp # answers come as logs
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_ENDPOINT="{{endpoint}}"
export OTEL_EXPORTER_OTLP_HEADERS="x-api-key={{key}}"
export OTEL_LOG_USER_PROMPTS=1 # or prompts arrive as <REDACTED>`,
      },
    ],
  },
  {
    id: "braintrust",
    title: "Braintrust",
    note: "For programs with BraintrustSpanProcessor of @braintrust/otel: set these and restart.",
    packages: [],
    blocks: [
      {
        lang: "sh",
        text: `export BRAINTRUST_API_URL="{{endpoint}}"
export BRAINTRUST_API_KEY="{{key}}"
export BRAINTRUST_PARENT="project_name:my-agent"`,
      },
    ],
  },
  {
    id: "genkit",
    title: "Genkit",
    note: "It brings version 1 of OpenTelemetry, so the exporter must be of that time.",
    packages: ["genkit", "@opentelemetry/sdk-trace-base@1.25.1", "@opentelemetry/exporter-trace-otlp-proto@0.52.1"],
    blocks: [
      {
        lang: "js",
        text: `import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { genkit } from "genkit"; // before enableTelemetry() is called
import { enableTelemetry } from "genkit/tracing";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
await enableTelemetry({ serviceName: "my-agent", spanProcessors: [new BatchSpanProcessor(traceExporter)] });`,
      },
    ],
  },
  {
    id: "laminar",
    title: "Laminar",
    note: "Set these, and leave Laminar's own key out.",
    packages: ["@lmnr-ai/lmnr", "openai@6"],
    blocks: [
      {
        lang: "sh",
        text: `export OTEL_EXPORTER_OTLP_ENDPOINT="{{endpoint}}"
export OTEL_EXPORTER_OTLP_HEADERS="x-api-key={{key}}"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
unset LMNR_PROJECT_API_KEY # or the traces go to Laminar`,
      },
      {
        lang: "js",
        text: `import { Laminar } from "@lmnr-ai/lmnr";
import OpenAI from "openai";

Laminar.initialize({ instrumentModules: { OpenAI } });`,
      },
    ],
  },
  {
    id: "openinference-langchain",
    title: "LangChain, LangGraph",
    note: "Traced by OpenInference.",
    packages: [
      "@arizeai/openinference-instrumentation-langchain",
      "@langchain/core",
      "@opentelemetry/sdk-node",
      "@opentelemetry/exporter-trace-otlp-proto",
    ],
    blocks: [
      {
        lang: "js",
        text: `import { LangChainInstrumentation } from "@arizeai/openinference-instrumentation-langchain";
import * as CallbackManagerModule from "@langchain/core/callbacks/manager";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
new LangChainInstrumentation().manuallyInstrument(CallbackManagerModule);`,
      },
    ],
  },
  {
    id: "langwatch",
    title: "LangWatch",
    note: "For programs that LangWatch's SDK traces: set these and restart.",
    packages: [],
    blocks: [
      {
        lang: "sh",
        text: `export LANGWATCH_ENDPOINT="{{endpoint}}"
export LANGWATCH_API_KEY="{{key}}"`,
      },
    ],
  },
  {
    id: "logfire",
    title: "Logfire",
    note: "For programs that Logfire's SDK traces: set these and restart.",
    packages: [],
    blocks: [
      {
        lang: "sh",
        text: `export LOGFIRE_BASE_URL="{{endpoint}}"
export LOGFIRE_TOKEN="{{key}}"`,
      },
    ],
  },
  {
    id: "mastra",
    title: "Mastra",
    note: "Mastra's OpenTelemetry exporter.",
    packages: [
      "@mastra/core",
      "@mastra/observability",
      "@mastra/otel-exporter",
      "@opentelemetry/exporter-trace-otlp-proto@0.223.0",
    ],
    blocks: [
      {
        lang: "js",
        text: `import { Mastra } from "@mastra/core/mastra";
import { Observability } from "@mastra/observability";
import { OtelExporter } from "@mastra/otel-exporter";

const exporter = new OtelExporter({
  provider: {
    custom: {
      endpoint: "{{endpoint}}/v1/traces",
      headers: { "x-api-key": "{{key}}" },
    },
  },
});
const observability = new Observability({
  configs: { otel: { serviceName: "my-agent", exporters: [exporter] } },
});
// Then: new Mastra({ agents, observability })`,
      },
    ],
  },
  {
    id: "openai-agents",
    title: "OpenAI Agents",
    note: "The SDK's own tracing, which goes to OpenAI otherwise. It leaves messages out; OpenInference has them.",
    packages: ["@openai/agents"],
    blocks: [
      {
        lang: "js",
        text: `import { BatchTraceProcessor, OpenAITracingExporter, setTraceProcessors } from "@openai/agents";

const exporter = new OpenAITracingExporter({
  endpoint: "{{endpoint}}/v1/traces/ingest",
  apiKey: "{{key}}",
});
setTraceProcessors([new BatchTraceProcessor(exporter)]);
// The SDK sends neither messages nor models of the Responses API;
// with setOpenAIAPI("chat_completions") it sends both.`,
      },
    ],
  },
  {
    id: "openinference-openai-agents",
    title: "OpenAI Agents, by OpenInference",
    note: "With messages and models.",
    packages: [
      "@arizeai/openinference-instrumentation-openai-agents",
      "@openai/agents",
      "@opentelemetry/sdk-node",
      "@opentelemetry/exporter-trace-otlp-proto",
    ],
    blocks: [
      {
        lang: "js",
        text: `import { OpenAIAgentsInstrumentation } from "@arizeai/openinference-instrumentation-openai-agents";
import * as agents from "@openai/agents";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
new OpenAIAgentsInstrumentation().manuallyInstrument(agents);`,
      },
    ],
  },
  {
    id: "otel-openai",
    title: "OpenAI, by OpenTelemetry",
    note: "OpenTelemetry's own instrumentation, for versions of openai before 7 and programs that use require.",
    packages: ["@opentelemetry/instrumentation-openai", "openai@6", "@opentelemetry/sdk-node"],
    blocks: [
      {
        lang: "sh",
        text: `export OTEL_EXPORTER_OTLP_ENDPOINT="{{endpoint}}"
export OTEL_EXPORTER_OTLP_HEADERS="x-api-key={{key}}"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_SERVICE_NAME="my-agent"`,
      },
      {
        lang: "js",
        text: `const { OpenAIInstrumentation } = require("@opentelemetry/instrumentation-openai");
const { NodeSDK } = require("@opentelemetry/sdk-node");

const instrumentation = new OpenAIInstrumentation({ captureMessageContent: true });
const sdk = new NodeSDK({ instrumentations: [instrumentation] });
sdk.start();
const OpenAI = require("openai"); // after start(), and a version before 7`,
      },
    ],
  },
  {
    id: "openlit",
    title: "OpenLIT",
    note: "It sends every five seconds, and what is left when the program ends is lost.",
    packages: ["openlit", "openai@6"],
    blocks: [
      {
        lang: "js",
        text: `import OpenAI from "openai";
import { Openlit } from "openlit";

Openlit.init({
  applicationName: "my-agent",
  otlpEndpoint: "{{endpoint}}",
  otlpHeaders: { "x-api-key": "{{key}}" },
  instrumentations: { openai: OpenAI },
});`,
      },
    ],
  },
  {
    id: "otel-proto",
    title: "OpenTelemetry in code, protobuf",
    note: "Where variables cannot be set.",
    packages: ["@opentelemetry/sdk-node", "@opentelemetry/exporter-trace-otlp-proto"],
    blocks: [
      {
        lang: "js",
        text: `import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();`,
      },
    ],
  },
  {
    id: "otel-http",
    title: "OpenTelemetry in code, JSON",
    note: "The same with the other exporter.",
    packages: ["@opentelemetry/sdk-node", "@opentelemetry/exporter-trace-otlp-http"],
    blocks: [
      {
        lang: "js",
        text: `import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();`,
      },
    ],
  },
  {
    id: "phoenix-otel",
    title: "Phoenix",
    note: "Phoenix' wrapper around OpenTelemetry. It appends /v1/traces by itself.",
    packages: ["@arizeai/phoenix-otel", "@arizeai/openinference-instrumentation-openai", "openai"],
    blocks: [
      {
        lang: "js",
        text: `import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import { register, registerInstrumentations } from "@arizeai/phoenix-otel";
import OpenAI from "openai";

const provider = register({
  projectName: "my-agent",
  url: "{{endpoint}}",
  apiKey: "{{key}}",
});
const instrumentation = new OpenAIInstrumentation();
instrumentation.manuallyInstrument(OpenAI);
registerInstrumentations({ instrumentations: [instrumentation] });`,
      },
    ],
  },
  {
    id: "vercel-ai-5",
    title: "Vercel AI SDK 5",
    note: "Telemetry must be switched on in each call.",
    packages: ["ai@5", "@opentelemetry/sdk-node", "@opentelemetry/exporter-trace-otlp-proto"],
    blocks: [
      {
        lang: "js",
        text: `import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
// In each call of generateText, streamText, …: experimental_telemetry: { isEnabled: true }`,
      },
    ],
  },
  {
    id: "vercel-ai-6",
    title: "Vercel AI SDK 6",
    note: "Telemetry must be switched on in each call.",
    packages: ["ai@6", "@opentelemetry/sdk-node", "@opentelemetry/exporter-trace-otlp-proto"],
    blocks: [
      {
        lang: "js",
        text: `import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
// In each call of generateText, streamText, …: experimental_telemetry: { isEnabled: true }`,
      },
    ],
  },
];
