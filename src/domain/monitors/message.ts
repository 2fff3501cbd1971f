import type { DueRun } from "./due.ts";

/** The message that says: these runs have ended and are to be judged. */
export interface MonitorMessage {
  v: 1;
  projectId: string;
  runs: DueRun[];
}

/**
 * Seconds from a run's end to its judgement: exporters send every five, so that what is still to come has come; and who sends
 * much at once is not slowed down by what can wait.
 */
const QUIET_SECONDS = 5;

/** Runs of a message, which lie in few packs: together they are read with few reads. */
const RUNS = 100;

/** Messages that are sent at once: far below the 256 kB that a Queue takes. */
const MESSAGES = 20;

/** Has runs judged once they are quiet. Never throws: a run without a verdict is better than one that is not projected. */
export async function askForVerdicts(env: Env, projectId: string, due: readonly DueRun[]): Promise<void> {
  try {
    const messages: { body: MonitorMessage }[] = [];
    for (let n = 0; n < due.length; n += RUNS) {
      messages.push({ body: { v: 1, projectId, runs: due.slice(n, n + RUNS) } });
    }
    for (let n = 0; n < messages.length; n += MESSAGES) {
      await env.MONITORS.sendBatch(messages.slice(n, n + MESSAGES), { delaySeconds: QUIET_SECONDS });
    }
  } catch (error) {
    console.error(JSON.stringify({ at: "monitors.ask", project: projectId, error: String(error) }));
  }
}
