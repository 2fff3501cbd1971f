// Runs each client's program against local stand-ins for the models and tells what Runlight made of its traces.
// README.md beside this file says how.
import { parseArgs } from "node:util";
import { KEY, removeState, startServer } from "../server/harness.ts";
import { type Client, readClients } from "./clients.ts";
import { listRuns, newRuns, type Seen, type Target } from "./look.ts";
import { type Models, startModels } from "./models.ts";
import { install, play } from "./play.ts";
import { verdict } from "./verdict.ts";

const HEAD = [
  "client",
  "version",
  "run",
  "spans",
  "calls",
  "tools",
  "messages",
  "in",
  "cached",
  "out",
  "usd",
  "verdict",
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { type: "string" }, key: { type: "string" }, verbose: { type: "boolean", default: false } },
});
process.exitCode = await main(positionals);

/** @returns the exit code */
async function main(wanted: string[]): Promise<number> {
  const all = readClients();
  const unknown = wanted.filter((id) => !all.some((client) => client.id === id));
  if (unknown.length > 0) {
    console.error(`No such client: ${unknown.join(", ")}. There are: ${all.map(({ id }) => id).join(", ")}.`);
    return 2;
  }
  const server = options.url ? undefined : await startServer();
  const target = { origin: (options.url ?? server?.origin ?? "").replace(/\/$/, ""), key: options.key ?? KEY };
  const models = await startModels();
  const rows: string[][] = [];
  try {
    // One at a time: what is new in the list of runs is then this client's.
    for (const client of all.filter(({ id }) => wanted.length === 0 || wanted.includes(id))) {
      const row = await tryClient(client, target, models);
      console.log(`${row[0]}: ${row.at(-1)}`);
      rows.push(row);
    }
  } finally {
    models.close();
    await server?.stop();
    if (server) removeState(server.state);
  }
  const good = rows.filter((row) => row.at(-1) === "ok").length;
  console.log(`\n${table([HEAD, ...rows])}\n\n${good} of ${rows.length} as expected`);
  return good === rows.length ? 0 : 1;
}

async function tryClient(client: Client, target: Target, models: Models): Promise<string[]> {
  const [name, version] = Object.entries(client.versions)[0] ?? ["", ""];
  const said = `${name} ${version}`.trim();
  const row = (found: Seen | undefined, says: string) => {
    const { run } = found ?? {};
    const cells = found
      ? [run?.name, run?.span_count, run?.llm_call_count, run?.tool_call_count, found.messages]
      : ["-", "", "", "", ""];
    const sums = [run?.input_tokens, run?.cached_input_tokens, run?.output_tokens, run?.cost_usd];
    return [client.id, said, ...cells, ...sums.map((sum) => sum ?? "-"), says].map(String);
  };
  try {
    const folder = await install(client);
    const before = new Set((await listRuns(target)).map((run) => run.id));
    const calls = models.calls.length;
    const output = await play(client, folder, target, models.origin);
    if (options.verbose) console.log(output.trimEnd(), "\nmodel calls:", models.calls.slice(calls));
    const found = await newRuns(target, before);
    if (options.verbose) for (const each of found) console.dir(each, { depth: 4 });
    return row(found[0], verdict(client.expect, found));
  } catch (error) {
    return row(undefined, (error as Error).message.trim().split("\n").slice(-12).join(" | "));
  }
}

function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
