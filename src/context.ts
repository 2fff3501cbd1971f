import { AppError } from "./errors.ts";
import { SCOPES, type Scope } from "./scopes.ts";

export { SCOPES, type Scope };

/** Who asks. A union, because users will join. */
export type Actor =
  | { type: "api_key"; keyId: string }
  /** @property keyId the key that the sign-in goes back to; null if it is older than that is noted */
  | { type: "dashboard"; signInId: string; keyId: string | null }
  /** A client that somebody let in on the consent page, such as a chat app. */
  | { type: "oauth"; clientId: string }
  | { type: "system" };

/** Every door builds one and hands it to the domain. `projectId` is the tenant of all that happens. */
export interface Ctx {
  projectId: string;
  actor: Actor;
  scopes: ReadonlySet<Scope>;
  requestId: string;
  env: Env;
  /** Lets work go on after the answer was sent. */
  waitUntil: (promise: Promise<unknown>) => void;
}

/** Throws `forbidden` unless the caller has the scope, or of several one. `admin` includes all others. */
export function requireScope(ctx: Pick<Ctx, "scopes">, scope: Scope | readonly Scope[]): void {
  const anyOf = typeof scope === "string" ? [scope] : scope;
  if (ctx.scopes.has("admin") || anyOf.some((each) => ctx.scopes.has(each))) return;
  const names = anyOf.map((each) => `"${each}"`).join(" or ");
  throw new AppError("forbidden", `This key lacks the scope ${names}. Use a key that has it.`);
}
