import { projectFeed } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";

/** Opens the project's live board: a WebSocket of `{entity, event_type, data, timestamp}`, narrowed by `?entities=`. */
export async function watchProject(ctx: Ctx, request: Request): Promise<Response> {
  requireScope(ctx, "read");
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new AppError("upgrade_required", "This is a WebSocket address. Connect with a WebSocket client.");
  }
  const entities = new URL(request.url).searchParams.get("entities");
  const url = new URL("https://feed/ws");
  if (entities) url.searchParams.set("entities", entities);
  return projectFeed(ctx.env, ctx.projectId).fetch(url.toString(), { headers: { upgrade: "websocket" } });
}
