import { drizzle } from "drizzle-orm/d1";
import { type Ctx, requireScope, type Scope } from "../../context.ts";
import { apiKeys } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import { keyBehind } from "./key-behind.ts";
import { hashSecret, newSecret } from "./secrets.ts";

export interface NewKey {
  id: string;
  name: string;
  scopes: Scope[];
  /** Shown this once. */
  key: string;
}

/** Makes an API key of the caller's project. A caller can give away no more than it has. */
export async function createKey(ctx: Ctx, input: { name: string; scopes: Scope[] }): Promise<NewKey> {
  requireScope(ctx, "admin");
  for (const scope of input.scopes) {
    if (!ctx.scopes.has(scope))
      throw new AppError("forbidden", `You cannot give the scope "${scope}", which you lack.`);
  }
  const key = newSecret("rl");
  const id = `key_${crypto.randomUUID().slice(0, 12)}`;
  await drizzle(ctx.env.DB)
    .insert(apiKeys)
    .values({
      hash: hashSecret(key),
      id,
      project_id: ctx.projectId,
      name: input.name,
      scopes: input.scopes,
      created_at: Date.now(),
      created_by: keyBehind(ctx.actor),
    });
  return { id, name: input.name, scopes: input.scopes, key };
}
