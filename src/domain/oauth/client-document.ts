import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";

/** A description is a name and some addresses; the draft recommends this limit. */
const MAX_BYTES = 5 * 1024;
const TIMEOUT_MS = 5_000;

const schema = z.object({
  client_id: z.string(),
  client_name: z.string().trim().min(1).max(200),
  client_uri: z.string().max(500).optional(),
  redirect_uris: z.array(z.string().min(1).max(500)).min(1).max(20),
  token_endpoint_auth_method: z.string().default("none"),
  token_endpoint_auth_methods_supported: z.array(z.string()).default([]),
  grant_types: z.array(z.string()).default(["authorization_code"]),
  client_secret: z.undefined().optional(),
});
export type ClientDocument = z.infer<typeof schema>;

/**
 * Fetches the document that a client says is its description (a client id metadata document).
 * @param address passed by `problemOfAddress`
 * @throws AppError `invalid_request`, with a sentence for the person who is at the consent page
 */
export async function fetchClientDocument(address: string): Promise<ClientDocument> {
  const text = await download(address);
  const { success, data } = schema.safeParse(parse(text));
  if (!success) throw refused("is not a description of a client");
  if (data.client_id !== address) throw refused("describes another client");
  const methods = [data.token_endpoint_auth_method, ...data.token_endpoint_auth_methods_supported];
  if (!methods.includes("none")) throw refused("asks for a way to prove itself that is not taken here");
  if (!data.grant_types.includes("authorization_code")) throw refused("does not use authorization codes");
  return data;
}

async function download(address: string): Promise<string> {
  let answer: Response;
  try {
    answer = await fetch(address, {
      headers: { Accept: "application/json" },
      // A redirect would lead where nobody has looked.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.status === 200 && isJson(answer)) {
      const text = await readText(answer);
      if (text !== null) return text;
    }
  } catch {
    throw refused("cannot be reached");
  }
  await answer.body?.cancel();
  throw refused(answer.status === 200 ? "is no JSON, or too long" : "cannot be read");
}

function isJson(answer: Response): boolean {
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(answer.headers.get("content-type") ?? "");
}

/** The body; null if it is longer than it may be. */
async function readText(answer: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(what: string): AppError {
  return new AppError("invalid_request", `The app's description at its client id ${what}. Ask whoever makes the app.`);
}
