import { RunLog as RealRunLog } from "../../durable-objects/run-log/object.ts";
import type { AppendResult } from "../../durable-objects/run-log/protocol.ts";
import { consume } from "../../queues/consume.ts";
import { app } from "../../src/app.ts";
import { faultyEnv, type Life } from "./bindings.ts";
import { Injected } from "./faults.ts";
import { stage } from "./stage.ts";

// All that the Worker exports; the log object below takes the place of the real one.
export * from "../../src/index.ts";

/** The product's own log object, on a disk that can fail and in a process that can end. */
export class RunLog extends RealRunLog {
  constructor(ctx: DurableObjectState, env: Env) {
    spoil(ctx.storage);
    super(ctx, faultyEnv(env));
  }

  override async append(...args: Parameters<RealRunLog["append"]>): Promise<AppendResult[]> {
    if (stage().faults.strikes("object dies before an append")) this.ctx.abort("injected: object dies");
    const results = await super.append(...args);
    if (stage().faults.strikes("object dies after an append")) this.ctx.abort("injected: object dies");
    return results;
  }

  override alarm(): void {
    stage().faults.maybe("object alarm fails");
    super.alarm();
  }
}

const spoiled = new WeakSet<object>();

/** Lets statements that write fail, also in the middle of a transaction. */
function spoil(storage: DurableObjectStorage): void {
  if (spoiled.has(storage)) return;
  spoiled.add(storage);
  const { sql } = storage;
  const exec = sql.exec.bind(sql);
  Object.defineProperty(sql, "exec", {
    value: (query: string, ...values: never[]) => {
      if (/^\s*(INSERT|UPDATE|DELETE)/i.test(query)) stage().faults.maybe("object storage fails");
      return exec(query, ...values);
    },
  });
}

/** The product's consumer. One that died has told the queue nothing, so all of its batch comes again. */
export async function consumeMortally(batch: MessageBatch<unknown>, env: Env): Promise<"dead" | "alive"> {
  const life: Life = { consumer: true, dead: false };
  const told: (() => void)[] = [];
  const messages = batch.messages.map((message) => ({
    id: message.id,
    timestamp: message.timestamp,
    body: message.body,
    attempts: message.attempts,
    ack: () => told.push(() => message.ack()),
    retry: (options?: QueueRetryOptions) => told.push(() => message.retry(options)),
  }));
  const seen = { queue: batch.queue, messages, ackAll() {}, retryAll() {} } as unknown as MessageBatch<unknown>;
  await consume(seen, faultyEnv(env, life));
  if (life.dead) return "dead";
  for (const tell of told) tell();
  return "alive";
}

export default {
  fetch: (request, env, ctx) => app.fetch(request, faultyEnv(env), ctx),
  queue: async (batch, env) => {
    if ((await consumeMortally(batch, env)) === "dead") throw new Injected("consumer dies before its commit");
  },
} satisfies ExportedHandler<Env>;
