import type { Context } from "hono";
import { AppError } from "../errors.ts";
import { replyError } from "./reply-error.ts";
import type { HonoEnv } from "./types.ts";

/** The part of a Hono app that is used here. */
interface Routed {
  routes: { path: string; method: string }[];
  all(path: string, handler: (c: Context<HonoEnv>) => Response): unknown;
}

/** Answers 405 with `Allow` on every known path that is asked with a method it has not. Call it after the last route. */
export function refuseOtherMethods(app: Routed): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === "ALL") continue;
    methods.set(path, (methods.get(path) ?? new Set()).add(method));
  }
  for (const [path, allowed] of methods) {
    const list = [...allowed].sort().join(", ");
    app.all(path, (c) => {
      const response = replyError(c, new AppError("method_not_allowed", `This address takes ${list} only.`));
      response.headers.set("Allow", list);
      return response;
    });
  }
}
