// Pages in small, for the local server: files, except for the paths that `_routes.json` gives to the Function. The Function
// is the one that Pages runs; only Pages' generated router in front of it is left out (docs/local-mode.md has its cost).

import { onRequest } from "../../../web/functions/[[path]].ts";
import routes from "../../../web/static/_routes.json";
import { makeMatcher } from "./routes.ts";

interface Env {
  API: { fetch(request: Request): Promise<Response> };
  ASSETS: { fetch(request: Request): Promise<Response> };
}

const goesToFunction = makeMatcher(routes);

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    return goesToFunction(new URL(request.url).pathname) ? onRequest({ request, env }) : env.ASSETS.fetch(request);
  },
};
