import { desc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { dbFor } from "../../db/db.ts";
import { priceLists } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import { type CustomPrice, NO_CUSTOM_PRICES, type ProjectPrices } from "./custom.ts";

/** How long an isolate goes by the prices that it has read: so long may others still use the old ones after a change. */
const CACHE_MS = 30_000;
const CACHE_PROJECTS = 1_000;

const cache = new Map<string, { prices: ProjectPrices; until: number }>();

/**
 * The project's own prices as of now, or as of half a minute ago; older ones while the database does not answer.
 * @throws AppError `unavailable` if they cannot be read and never were
 */
export async function loadPrices(env: Env, projectId: string): Promise<ProjectPrices> {
  const now = Date.now();
  const hit = cache.get(projectId);
  if (hit && hit.until > now) return hit.prices;
  try {
    const prices = await readPrices(env, projectId);
    rememberPrices(projectId, prices);
    return prices;
  } catch (error) {
    if (hit) return hit.prices;
    throw new AppError("unavailable", "The project's prices cannot be read just now. Send the same request again.", {
      retryAfter: 1,
      cause: error,
    });
  }
}

/** Makes a change work at once in this isolate. */
export function rememberPrices(projectId: string, prices: ProjectPrices): void {
  if (cache.size >= CACHE_PROJECTS) cache.clear();
  cache.set(projectId, { prices, until: Date.now() + CACHE_MS });
}

/** The project's own prices, asked of the database. */
export async function readPrices(env: Env, projectId: string): Promise<ProjectPrices & { created_at?: number }> {
  const [row] = await drizzle(dbFor(env, projectId))
    .select()
    .from(priceLists)
    .where(eq(priceLists.project_id, projectId))
    .orderBy(desc(priceLists.version))
    .limit(1);
  if (!row) return NO_CUSTOM_PRICES;
  const prices = JSON.parse(row.prices) as CustomPrice[];
  return { version: versionName(row.version), prices, created_at: row.created_at };
}

/** How a version of a project's prices is named in answers. */
export function versionName(version: number): string {
  return `project@${version}`;
}

/** The reverse of `versionName`; null if the version is not a project's. */
export function versionNumber(name: string): number | null {
  const [, digits] = /^project@(\d{1,9})$/.exec(name) ?? [];
  return digits === undefined ? null : Number(digits);
}
