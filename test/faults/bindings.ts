import { type Faults, Injected, type Kind } from "./faults.ts";
import { stage } from "./stage.ts";

/** Who holds the bindings. Only a consumer can die in the middle of its work: afterwards nothing answers it any more. */
export interface Life {
  consumer: boolean;
  dead: boolean;
}

/** The bindings of the Worker with faults in front of them. What is behind is real. */
export function faultyEnv(env: Env, life: Life = { consumer: false, dead: false }): Env {
  const { faults } = stage();
  return {
    ...env,
    DB: faultyD1(env.DB, faults, life),
    BUCKET: faultyR2(env.BUCKET, faults, life),
    BELLS: faultyBells(env.BELLS, faults),
    RUN_LOG: faultyNamespace(env.RUN_LOG, (stub) => faultyLog(stub, faults, life)),
    PROJECT_FEED: faultyNamespace(env.PROJECT_FEED, (stub) => faultyFeed(stub, faults, life)),
  };
}

const WRITES = /^\s*(INSERT|UPDATE|DELETE|REPLACE)/i;

/** Statements of a faulty database, by what stands before the real ones. */
const behind = new WeakMap<object, { statement: D1PreparedStatement; writes: boolean }>();

function faultyD1(db: D1Database, faults: Faults, life: Life): D1Database {
  const statement = (real: D1PreparedStatement, writes: boolean): D1PreparedStatement => {
    const run = async <T>(execute: () => Promise<T>): Promise<T> => {
      alive(life);
      faults.maybe(writes ? "d1 write fails before its commit" : "d1 read fails");
      const result = await execute();
      if (writes) faults.maybe("d1 commits, answer lost");
      return result;
    };
    const made = {
      bind: (...values: unknown[]) => statement(real.bind(...values), writes),
      first: (column?: string) => run(() => (column === undefined ? real.first() : real.first(column))),
      all: () => run(() => real.all()),
      run: () => run(() => real.run()),
      raw: (options?: { columnNames?: false }) => run(() => real.raw(options)),
    } as unknown as D1PreparedStatement;
    behind.set(made, { statement: real, writes });
    return made;
  };
  const batch =
    (to: { batch: D1Database["batch"] }) =>
    async (statements: D1PreparedStatement[]): Promise<D1Result[]> => {
      alive(life);
      const known = statements.map((each) => behind.get(each));
      const writes = known.some((each) => each?.writes);
      if (writes && life.consumer) dieAt("consumer dies before its commit", faults, life);
      faults.maybe(writes ? "d1 write fails before its commit" : "d1 read fails");
      const real = known.map((each) => each?.statement as D1PreparedStatement);
      if (writes && faults.sabotage === "lying database") {
        return statements.map(() => ({ success: true, results: [], meta: { rows_written: 0 } }) as unknown as D1Result);
      }
      const results = await to.batch(real).catch((error: unknown) => {
        if (/UNIQUE/.test(String(error))) stage().races++;
        throw error;
      });
      if (writes) {
        faults.maybe("d1 commits, answer lost");
        if (life.consumer) dieAt("consumer dies between commit and confirm", faults, life);
      }
      return results;
    };
  return {
    prepare: (sql: string) => statement(db.prepare(sql), WRITES.test(sql)),
    batch: batch(db),
    withSession: (constraint?: string) => {
      const session = db.withSession(constraint);
      return {
        prepare: (sql: string) => statement(session.prepare(sql), WRITES.test(sql)),
        batch: batch(session),
        getBookmark: () => session.getBookmark(),
      };
    },
  } as unknown as D1Database;
}

function faultyR2(bucket: R2Bucket, faults: Faults, life: Life): R2Bucket {
  return {
    put: async (...args: Parameters<R2Bucket["put"]>) => {
      alive(life);
      faults.maybe("r2 put fails");
      const stored = await bucket.put(...args);
      faults.maybe("r2 put succeeds, answer lost");
      return stored;
    },
    get: async (key: string, options?: R2GetOptions) => {
      alive(life);
      faults.maybe("r2 get fails");
      return options === undefined ? bucket.get(key) : bucket.get(key, options);
    },
    head: (key: string) => bucket.head(key),
    list: (options?: R2ListOptions) => bucket.list(options),
    delete: (keys: string | string[]) => bucket.delete(keys),
  } as unknown as R2Bucket;
}

function faultyBells(queue: Queue, faults: Faults): Queue {
  return {
    send: async (message: unknown, options?: QueueSendOptions) => {
      faults.maybe("queue send fails");
      if (faults.strikes("queue loses a message")) return;
      const here = stage();
      here.bells.push(structuredClone(message) as (typeof here.bells)[number]);
      if (here.realQueue) await queue.send(message, options);
    },
    sendBatch: (...args: Parameters<Queue["sendBatch"]>) => queue.sendBatch(...args),
  } as unknown as Queue;
}

/** Methods of a stub; calls go to the real one unless `methods` has another way. */
type Methods = Record<string, (...args: never[]) => unknown>;

function faultyNamespace<N extends { getByName(name: string): unknown }>(
  namespace: N,
  wrap: (stub: Record<string, (...args: unknown[]) => Promise<unknown>>) => Methods,
): N {
  const getByName = (name: string) => {
    const stub = namespace.getByName(name) as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const methods = wrap(stub);
    return new Proxy(stub, {
      get(real, method: string) {
        // A stub's properties are calls in waiting: they must be called on the stub.
        return methods[method] ?? ((...args: unknown[]) => (real[method] as (...a: unknown[]) => unknown)(...args));
      },
    });
  };
  // The one way by which the product asks for objects: durable-objects/stubs.ts.
  return { getByName } as unknown as N;
}

function faultyLog(
  stub: Record<string, (...args: unknown[]) => Promise<unknown>>,
  faults: Faults,
  life: Life,
): Methods {
  const call = async (method: string, args: unknown[], before: Kind | null, after: Kind | null) => {
    alive(life);
    if (before) faults.maybe(before);
    const result = await (stub[method] as (...args: unknown[]) => Promise<unknown>)(...args);
    if (after) faults.maybe(after);
    return result;
  };
  return {
    append: async (address: unknown, parts: { batchId: string; links: string }[], body: unknown) => {
      const result = await call("append", [address, parts, body], "append never arrives", "append answer lost");
      if (faults.sabotage === "forgetful log") {
        const again = parts.map((part) => ({
          ...part,
          batchId: crypto.randomUUID().slice(0, 22),
          links: "0".repeat(part.links.length),
        }));
        await call("append", [address, again, body], null, null);
      }
      return result;
    },
    drain: async (after: number | null, maxBytes: number) => {
      const drained = await call("drain", [after, stage().drainBytes?.() ?? maxBytes], null, "drain answer lost");
      const hold = stage().afterDrain;
      stage().afterDrain = null;
      await hold?.();
      return drained;
    },
    confirm: (...args: unknown[]) => call("confirm", args, "confirm never arrives", "confirm answer lost"),
    renumber: (...args: unknown[]) => call("renumber", args, null, null),
  } as Methods;
}

function faultyFeed(
  stub: Record<string, (...args: unknown[]) => Promise<unknown>>,
  faults: Faults,
  life: Life,
): Methods {
  const failing =
    (method: string) =>
    (...args: unknown[]) => {
      alive(life);
      faults.maybe("live list fails");
      return (stub[method] as (...args: unknown[]) => Promise<unknown>)(...args);
    };
  return { clients: failing("clients"), publish: failing("publish") } as Methods;
}

function alive(life: Life): void {
  if (life.dead) throw new Error("This consumer is dead.");
}

function dieAt(kind: Kind, faults: Faults, life: Life): void {
  if (!faults.strikes(kind)) return;
  life.dead = true;
  throw new Injected(kind);
}
