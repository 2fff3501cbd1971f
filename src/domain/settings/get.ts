import { type Ctx, requireScope } from "../../context.ts";
import { readSettings } from "./load.ts";
import type { Settings } from "./schema.ts";

/** The project's settings, as they are now. */
export async function getSettings(ctx: Ctx): Promise<Settings> {
  requireScope(ctx, "read");
  return readSettings(ctx.env, ctx.projectId);
}
