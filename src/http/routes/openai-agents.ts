import { Hono } from "hono";
import { ingestTraces } from "../../domain/ingest/ingest-traces.ts";
import { decodeOpenAiAgents } from "../../otlp/decode/openai-agents.ts";
import { readBody } from "../body.ts";
import { authenticate } from "../middleware/authenticate.ts";
import type { HonoEnv } from "../types.ts";

/** The door of the OpenAI Agents SDK's own tracing, which is JSON but not OTLP. */
export function openAiAgentsRoutes() {
  return new Hono<HonoEnv>().post("/v1/traces/ingest", authenticate(), async (c) => {
    const partial = await ingestTraces(c.get("ctx"), decodeOpenAiAgents(await readBody(c.req.raw)));
    return c.json(partial ? { rejected: partial.rejected, message: partial.message } : {});
  });
}
