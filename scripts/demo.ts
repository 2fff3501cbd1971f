import { parseFlags } from "./demo/flags.ts";
import { playRound, type Sent } from "./demo/play.ts";
import { check } from "./demo/send.ts";
import { findTarget } from "./demo/target.ts";
import { paint, run } from "./say.ts";

/** `npm run demo`: agents at work, sent to a running server as they would send themselves. */
export const main = () =>
  run(async () => {
    const { forever, speed } = parseFlags(process.argv.slice(2));
    const target = findTarget(process.env);
    const stop = new AbortController();
    // Not once: npm passes on a Ctrl-C that the terminal has sent here too.
    for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());
    const { signal } = stop;
    const sent: Sent = { runs: 0, cutShort: 0, spans: 0, requests: 0 };
    try {
      await check(target, signal);
      console.log(`\n${paint("bold", "Agents at work")} ${paint("dim", `on ${target.origin}; Ctrl-C stops them`)}\n`);
      let index = 0;
      do await playRound(index++, { target, speed, signal, sent });
      while (forever);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    console.log(summary(sent, target.origin));
  });

function summary({ runs, cutShort, spans, requests }: Sent, origin: string): string {
  const cut = cutShort > 0 ? ` ${cutShort} more were cut short and will show as running.` : "";
  return `\n${paint("bold", `${runs} runs sent`)}: ${spans} spans in ${requests} requests.${cut} See them at ${paint("cyan", `${origin}/`)}\n`;
}
