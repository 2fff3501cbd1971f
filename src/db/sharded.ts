import { AppError } from "../errors.ts";
import { type Databases, databaseOf, forgetShard, shardOf } from "./shards.ts";

/** What the triggers of a move answer to every write of a project that is not here any more, or not for a moment. */
export const MOVING = "project_is_moving";

/** A move shuts writers out for about as long as it takes to copy the last changes: they wait for it, in these steps. */
const WAIT_MS = 250;
const WAITS = 6;

type Target = Pick<D1Database, "prepare" | "batch">;

/**
 * The database of a project where there are several. Which one it is, is asked at every statement, so that nobody who works
 * for long goes by an old answer; and a write that a move refuses is made again where the project is then. That is sound,
 * because what was refused has changed nothing, and the new shard goes on from exactly what the old one had.
 */
export function shardedDb(env: Databases, projectId: string): D1Database {
  const on: Runner = async (use) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await use(databaseOf(env, await shardOf(env, projectId)));
      } catch (cause) {
        if (!String(cause).includes(MOVING)) throw cause;
        forgetShard(projectId);
        if (attempt >= WAITS) {
          throw new AppError("unavailable", "The project is moving to another database. Send the same request again.", {
            retryAfter: 1,
            cause,
          });
        }
        // The first time the project may simply be elsewhere by now.
        if (attempt > 0) await scheduler.wait(WAIT_MS);
      }
    }
  };
  const withSession = (constraint?: D1SessionConstraint | D1SessionBookmark) => {
    // A session sees what it saw before: it stays with the database it began on.
    let session: Promise<D1DatabaseSession> | undefined;
    const begin = async () => databaseOf(env, await shardOf(env, projectId)).withSession(constraint);
    const within: Runner = async (use) => {
      session ??= begin();
      return use(await session);
    };
    return { ...methods(within), getBookmark: () => null };
  };
  const exec = (sql: string) => on((db) => (db as D1Database).exec(sql));
  return { ...methods(on), withSession, exec } as unknown as D1Database;
}

type Runner = <T>(use: (db: Target) => Promise<T>) => Promise<T>;

function methods(on: Runner) {
  return {
    prepare: (sql: string) => new Statement(on, sql, []),
    batch: (statements: Statement[]) => on((db) => db.batch(statements.map((each) => each.prepared(db)))),
  };
}

/** A statement that knows its database when it runs. The part of D1PreparedStatement that is used. */
class Statement {
  readonly #on: Runner;
  readonly #sql: string;
  readonly #values: unknown[];

  constructor(on: Runner, sql: string, values: unknown[]) {
    this.#on = on;
    this.#sql = sql;
    this.#values = values;
  }

  prepared(db: Target): D1PreparedStatement {
    return db.prepare(this.#sql).bind(...this.#values);
  }

  bind(...values: unknown[]): Statement {
    return new Statement(this.#on, this.#sql, values);
  }

  first(column?: string): Promise<unknown> {
    return this.#on((db) => (column === undefined ? this.prepared(db).first() : this.prepared(db).first(column)));
  }

  run(): Promise<D1Result> {
    return this.#on((db) => this.prepared(db).run());
  }

  all(): Promise<D1Result> {
    return this.#on((db) => this.prepared(db).all());
  }

  raw(options?: { columnNames?: false }): Promise<unknown[]> {
    return this.#on((db) => this.prepared(db).raw(options));
  }
}
