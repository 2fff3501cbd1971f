import { randomBytes } from "node:crypto";
import { paint } from "../say.ts";

/**
 * A command for a POSIX shell that sends a trace of one model call. Time and trace id are made when it is run, so that it
 * can be pasted twice.
 */
export function firstTrace(origin: string, key: string): string {
  const text = (name: string, value: string) => ({ key: name, value: { stringValue: value } });
  const count = (name: string, value: number) => ({ key: name, value: { intValue: String(value) } });
  const said = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
  const span = {
    traceId: "<trace>",
    spanId: randomBytes(8).toString("hex"),
    name: "chat gpt-4o-mini",
    kind: 3,
    startTimeUnixNano: "<now>000000000",
    endTimeUnixNano: "<now>850000000",
    attributes: [
      text("gen_ai.operation.name", "chat"),
      text("gen_ai.provider.name", "openai"),
      text("gen_ai.request.model", "gpt-4o-mini"),
      count("gen_ai.usage.input_tokens", 14),
      count("gen_ai.usage.output_tokens", 9),
      text("gen_ai.input.messages", said("user", "Is anybody there?")),
      text("gen_ai.output.messages", said("assistant", "Yes. Your first trace has arrived.")),
    ],
  };
  const resource = { attributes: [text("service.name", "hello-runlight")] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })
    .replaceAll("<trace>", "'$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')'")
    .replaceAll("<now>", "'$(date +%s)'");
  return `curl -sS ${origin}/v1/traces -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '${body}'`;
}

export interface Greeting {
  origin: string;
  key: string;
  /** None when the server could not make one; the dashboard then asks for the key. */
  signInToken: string | undefined;
  seconds: number;
}

/** What `npm start` prints when the server takes requests. */
export function greeting({ origin, key, signInToken, seconds }: Greeting): string {
  const dashboard = signInToken ? `${origin}/sign-in#token=${signInToken}` : `${origin}/sign-in`;
  const line = (label: string, value: string, note = "") =>
    `  ${paint("bold", label.padEnd(11))}${value}${note && paint("dim", `  ${note}`)}`;
  return [
    "",
    `${paint(["bold", "green"], "Runlight is up")} ${paint("dim", `(${seconds.toFixed(1)} s)`)}`,
    "",
    line("Dashboard", paint("cyan", dashboard), signInToken ? "signs you in once" : ""),
    line("OTLP", paint("cyan", `${origin}/v1/traces`), "JSON or protobuf"),
    line("MCP", paint("cyan", `${origin}/mcp`), `for agents; ${origin}/connect has the lines`),
    line("API key", key, "kept in .dev.vars unless RUNLIGHT_API_KEY is set"),
    "",
    "  Send a first trace:",
    "",
    firstTrace(origin, key),
    "",
    `${paint("dim", "  Ctrl-C stops it. More traces: npm run demo")}`,
    "",
  ].join("\n");
}
