import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Actor, Ctx, Scope } from "../../context.ts";
import { projects } from "../../db/schema/index.ts";
import { DEFAULT_PROJECT } from "./authenticate.ts";

export interface Me {
  project: { id: string; name: string };
  actor: { type: Actor["type"] };
  scopes: Scope[];
}

/** Who the caller is. */
export async function whoAmI(ctx: Ctx): Promise<Me> {
  const [project] = await drizzle(ctx.env.DB)
    .select({ id: projects.id, name: projects.name })
    .from(projects)
    .where(eq(projects.id, ctx.projectId));
  return {
    project: project ?? { id: ctx.projectId, name: DEFAULT_PROJECT.name },
    actor: { type: ctx.actor.type },
    scopes: [...ctx.scopes],
  };
}
