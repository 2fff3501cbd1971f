import { setTimeout as sleep } from "node:timers/promises";
import { parseFlags } from "./demo/flags.ts";
import { playRound, type Sent } from "./demo/play.ts";
import { check } from "./demo/send.ts";
import { findTarget } from "./demo/target.ts";
import { paint, run } from "./say.ts";

/** npm passes on a Ctrl-C that the terminal has sent here too; one that came while Node leaves would look like a crash. */
const ECHO_MS = 100;

/** `npm run demo`: agents at work, sent to a running server as they would send themselves. */
export const main = () =>
  run(async () => {
    const { forever, speed } = parseFlags(process.argv.slice(2));
    const target = findTarget(process.env);
    const stop = new AbortController();
    for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());
    const { signal } = stop;
    const sent: Sent = { runs: 0, open: 0, spans: 0, requests: 0 };
    try {
      await check(target, signal);
      console.log(`\n${paint("bold", "Agents at work")} ${paint("dim", `on ${target.origin}; Ctrl-C stops them`)}\n`);
      let index = 0;
      do await playRound(index++, { target, speed, signal, sent });
      while (forever);
    } catch (error) {
      if (!signal.aborted) throw error;
      await sleep(ECHO_MS);
    }
    console.log(summary(sent, target.origin));
  });

function summary({ runs, open, spans, requests }: Sent, origin: string): string {
  const cut = open > 0 ? ` Cut short, so without an end: ${open}.` : "";
  return `\n${paint("bold", `Runs sent: ${runs}`)} (${spans} spans in ${requests} requests).${cut} See them at ${paint("cyan", `${origin}/`)}\n`;
}
