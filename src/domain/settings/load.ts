import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { projects } from "../../db/schema/index.ts";
import { DEFAULT_SETTINGS, type Settings, settingsFrom } from "./schema.ts";

/** How long an isolate goes by the settings that it has read: so long may others still use the old ones after a change. */
const CACHE_MS = 30_000;
const CACHE_PROJECTS = 1_000;

const cache = new Map<string, { settings: Settings; until: number }>();

/** The project's settings as of now, or as of half a minute ago; older ones while the database does not answer. */
export async function loadSettings(env: Env, projectId: string): Promise<Settings> {
  const now = Date.now();
  const hit = cache.get(projectId);
  if (hit && hit.until > now) return hit.settings;
  try {
    const settings = await readSettings(env, projectId);
    rememberSettings(projectId, settings);
    return settings;
  } catch (error) {
    if (hit) return hit.settings;
    throw error;
  }
}

/** Makes a change work at once in this isolate. */
export function rememberSettings(projectId: string, settings: Settings): void {
  if (cache.size >= CACHE_PROJECTS) cache.clear();
  cache.set(projectId, { settings, until: Date.now() + CACHE_MS });
}

/** The project's settings, asked of the database. */
export async function readSettings(env: Env, projectId: string): Promise<Settings> {
  const [row] = await drizzle(env.DB)
    .select({ settings: projects.settings })
    .from(projects)
    .where(eq(projects.id, projectId));
  return row ? settingsFrom(row.settings) : DEFAULT_SETTINGS;
}
