import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Ctx, requireScope } from "../../context.ts";
import { projects } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import { rememberSettings } from "./load.ts";
import { type ChosenSettings, type Settings, settingsFrom } from "./schema.ts";

/**
 * Replaces all that the project has chosen: what is left out has its default again. Of two at once the later one stands.
 * @throws AppError `not_found` if there is no such project any more
 */
export async function putSettings(ctx: Ctx, chosen: ChosenSettings): Promise<Settings> {
  requireScope(ctx, "admin");
  const [row] = await drizzle(ctx.env.DB)
    .update(projects)
    .set({ settings: JSON.stringify(chosen) })
    .where(eq(projects.id, ctx.projectId))
    .returning({ settings: projects.settings });
  if (!row) throw new AppError("not_found", "This project is gone.");
  const settings = settingsFrom(row.settings);
  rememberSettings(ctx.projectId, settings);
  return settings;
}
