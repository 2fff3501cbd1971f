import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** An answer that takes longer hangs. */
export const PATIENCE_MS = 5_000;

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const KEPT_IN = "test-results/faults";

/** A body with what it takes to send it again. */
export interface Shot {
  n: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Sends bodies and holds the answers to what is promised: none of our failures, none without a word, none that hangs. */
export class Range {
  readonly statuses: Record<number, number> = {};
  /** What broke a promise, each with the file that its body was written to. */
  readonly failures: string[] = [];
  slowestMs = 0;
  readonly #name: string;
  readonly #send: (shot: Shot) => Promise<Response>;
  readonly #patienceMs: number;

  constructor(name: string, send: (shot: Shot) => Promise<Response>, patienceMs = PATIENCE_MS) {
    this.#name = name;
    this.#send = send;
    this.#patienceMs = patienceMs;
  }

  async fire(shot: Shot): Promise<void> {
    const sent = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hangs = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${this.#patienceMs} ms`)), this.#patienceMs);
    });
    try {
      const answer = async () => {
        const response = await this.#send(shot);
        return { status: response.status, text: await response.text() };
      };
      const { status, text } = await Promise.race([answer(), hangs]);
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
      if (status >= 500) this.#keep(shot, `${status} ${text.slice(0, 200)}`);
      else if (status >= 400 && text === "") this.#keep(shot, `${status} without a word`);
    } catch (error) {
      this.#keep(shot, String(error));
    } finally {
      clearTimeout(timer);
    }
    this.slowestMs = Math.max(this.slowestMs, performance.now() - sent);
  }

  /** Writes a body to a file, so that what it found can be sent again. */
  #keep(shot: Shot, found: string): void {
    mkdirSync(join(ROOT, KEPT_IN), { recursive: true });
    const file = `${KEPT_IN}/${this.#name}-${shot.n}.bin`;
    writeFileSync(join(ROOT, file), shot.body);
    const { body: _, ...how } = shot;
    writeFileSync(join(ROOT, `${file}.json`), JSON.stringify({ ...how, found }, null, 2));
    this.failures.push(`${found}: ${shot.method} ${shot.path}, body in ${file}`);
  }
}
