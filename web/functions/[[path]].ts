interface Env {
  API: { fetch(request: Request): Promise<Response> };
}

/** Hands the request to the Worker unchanged, WebSocket upgrades too. Which paths come here: `static/_routes.json`. */
export function onRequest({ request, env }: { request: Request; env: Env }): Promise<Response> {
  return env.API.fetch(request);
}
