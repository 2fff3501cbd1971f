import type { StartedServer } from "../../server/harness.ts";
import type { Schema } from "./mutate.ts";

// The Worker's own types and those of Node do not go together in one program; all that is asked for here are its routes.
const { app } = (await import("../../../src/app.ts" as string)) as {
  app: { routes: { path: string; method: string }[] };
};

/** A path that takes bodies. */
export interface Door {
  method: string;
  path: string;
  /** Of its JSON body, where the OpenAPI document has one. */
  schema?: Schema;
}

interface OpenApi {
  paths: Record<string, Record<string, { requestBody?: { content?: Record<string, { schema?: Schema }> } }>>;
}

/** Every path of the app that takes a body, read from the app, so that none is forgotten. */
export async function doorsOf(server: StartedServer): Promise<Door[]> {
  const described = await server.fetch("/api/openapi.json");
  if (described.status !== 200) throw new Error(`/api/openapi.json answered ${described.status}`);
  const { paths } = (await described.json()) as OpenApi;
  const known = new Map<string, Door>();
  for (const { path, method } of app.routes) {
    if (path.includes("*")) continue;
    const methods = method === "ALL" ? ["POST"] : [method];
    for (const each of methods) {
      if (!["POST", "PUT", "PATCH", "DELETE"].includes(each) || known.has(`${each} ${path}`)) continue;
      // A path that takes every method only to refuse some says so.
      if (method === "ALL" && (await refuses(server, each, path))) continue;
      const operation = paths[path.replaceAll(/:(\w+)/g, "{$1}")]?.[each.toLowerCase()];
      const schema = operation?.requestBody?.content?.["application/json"]?.schema;
      known.set(`${each} ${path}`, { method: each, path, ...(schema ? { schema } : {}) });
    }
  }
  return [...known.values()];
}

async function refuses(server: StartedServer, method: string, path: string): Promise<boolean> {
  const response = await server.fetch(path.replaceAll(/:\w+/g, "x"), { method });
  await response.arrayBuffer();
  return response.status === 405;
}
