import type { Command, Result, RunCommand } from "./commands.ts";

/** A Cloudflare account that answers as wrangler does, and remembers what was made in it. */
export class FakeAccount {
  readonly databases: string[] = [];
  readonly namespaces: string[] = [];
  readonly queues: string[] = [];
  readonly buckets: string[] = [];
  readonly pages: string[] = [];
  readonly secrets: string[] = [];
  worker = false;
  loggedIn = true;
  /** The commands that changed something, in order. */
  readonly done: string[] = [];
  /** Every argument of every command. */
  readonly args: string[] = [];
  /** The values that came through stdin. */
  readonly told: string[] = [];
  /** The command that fails, by how it begins. */
  broken: string | undefined;
  breaks = "A request failed [code: 7003]";

  readonly run: RunCommand = async ({ name, args }: Command, stdin): Promise<Result> => {
    const line = [name, ...args].join(" ");
    this.args.push(...args);
    const looked = this.#look(line);
    if (looked) return looked;
    if (this.broken && line.startsWith(this.broken)) return { code: 1, stdout: "", stderr: this.breaks };
    this.done.push(line);
    if (stdin) this.told.push(stdin);
    const last = args.at(-1) ?? "";
    if (line.startsWith("wrangler d1 create")) this.databases.push(last);
    if (line.startsWith("wrangler kv namespace create")) this.namespaces.push(args[3] ?? "");
    if (line.startsWith("wrangler queues create")) this.queues.push(last);
    if (line.startsWith("wrangler r2 bucket create")) this.buckets.push(last);
    if (line.startsWith("wrangler pages project create")) this.pages.push(args[3] ?? "");
    if (line.startsWith("wrangler secret put")) this.secrets.push(last);
    if (line.startsWith("wrangler deploy ")) {
      this.worker = true;
      return { code: 0, stdout: "Deployed\n  https://runlight.someone.workers.dev", stderr: "" };
    }
    if (line.startsWith("wrangler pages deploy")) {
      return { code: 0, stdout: "Take a peek over at https://0a1b2c3d.runlight-web.pages.dev", stderr: "" };
    }
    return { code: 0, stdout: "", stderr: "" };
  };

  #look(line: string): Result | undefined {
    const say = (stdout: string, code = 0): Result => ({ code, stdout, stderr: "" });
    if (line === "wrangler whoami --json")
      return say(JSON.stringify({ loggedIn: this.loggedIn }), this.loggedIn ? 0 : 1);
    if (line === "wrangler d1 list --json") {
      return say(`A notice.\n${JSON.stringify(this.databases.map((name) => ({ name, uuid: `id-of-${name}` })))}`);
    }
    if (line === "wrangler kv namespace list")
      return say(JSON.stringify(this.namespaces.map((title) => ({ title, id: `id-of-${title}` }))));
    if (line === "wrangler r2 bucket list") return say(this.buckets.map((name) => `name:   ${name}\n`).join("\n"));
    if (line === "wrangler pages project list --json") {
      return say(JSON.stringify(this.pages.map((name) => ({ "Project Name": name }))));
    }
    if (line.startsWith("wrangler secret list")) {
      if (!this.worker) return { code: 1, stdout: "", stderr: 'Worker "runlight" not found.' };
      return say(JSON.stringify(this.secrets.map((name) => ({ name, type: "secret_text" }))));
    }
    const [, queue] = /^wrangler queues info (.*)$/.exec(line) ?? [];
    if (queue === undefined) return undefined;
    return this.queues.includes(queue) ? say("…") : { code: 1, stdout: "", stderr: `Queue "${queue}" does not exist.` };
  }
}
