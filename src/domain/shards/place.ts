import { databases } from "../../db/shards.ts";

/** The shard for a new project: the one that has the fewest. */
export async function placeProject(env: Pick<Env, "DB">): Promise<number> {
  const all = databases(env);
  if (all.length === 1) return 0;
  const { results } = await env.DB.prepare("SELECT shard, count(*) AS n FROM projects GROUP BY shard").all<{
    shard: number;
    n: number;
  }>();
  const counts = all.map((_, shard) => results.find((row) => row.shard === shard)?.n ?? 0);
  return counts.indexOf(Math.min(...counts));
}

/** The shard that has runs of a project, for one that the table of projects has lost; null if none has. */
export async function shardWithRuns(env: Pick<Env, "DB">, projectId: string): Promise<number | null> {
  for (const [shard, database] of databases(env).entries()) {
    const run = await database.prepare("SELECT 1 FROM runs WHERE project_id = ? LIMIT 1").bind(projectId).first();
    if (run) return shard;
  }
  return null;
}
