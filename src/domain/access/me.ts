import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Actor, Ctx, Scope } from "../../context.ts";
import { projects } from "../../db/schema/index.ts";
import { settingsFrom } from "../settings/schema.ts";
import { DEFAULT_PROJECT } from "./authenticate.ts";

export interface Me {
  /** With what a page needs of the settings to tell the time of a silent run: it hears of none while it is open. */
  project: { id: string; name: string; stall_after_minutes: number };
  actor: { type: Actor["type"] };
  scopes: Scope[];
}

/** Who the caller is. */
export async function whoAmI(ctx: Ctx): Promise<Me> {
  const [project] = await drizzle(ctx.env.DB)
    .select({ name: projects.name, settings: projects.settings })
    .from(projects)
    .where(eq(projects.id, ctx.projectId));
  const { stall_after_minutes } = settingsFrom(project?.settings ?? "{}");
  return {
    project: { id: ctx.projectId, name: project?.name ?? DEFAULT_PROJECT.name, stall_after_minutes },
    actor: { type: ctx.actor.type },
    scopes: [...ctx.scopes],
  };
}
