import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { build } from "esbuild";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type MiniflareOptions,
  type V4ModuleDefinition,
  type V4WorkerOptions,
  type WorkerdStructuredLog,
} from "miniflare";
import { at } from "../root.ts";
import { builtProject, DASHBOARD, WORKER } from "./build.ts";
import { HOST, portError } from "./port.ts";

export interface ServerOptions {
  port: number;
  /** Where databases, buckets and objects keep their files. The layout is wrangler's, so `wrangler d1 execute --local` sees them. */
  state: string;
  /** Secrets and overrides of variables. */
  bindings: Record<string, string>;
  /** Without the dashboard the API has the port to itself: `npm run dev` serves the pages by Vite. */
  dashboard: boolean;
  /** The folder of another bundle than the product's, for tests. */
  worker?: string;
}

export interface Server {
  origin: string;
  /** Takes a newer build of the Worker. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;

const FRONT = "front";
const ASSETS = "assets";

/**
 * Starts the Worker and what it binds in one workerd, with one port for dashboard and API. The port belongs to workerd: a
 * request meets no JavaScript of Miniflare (which takes a tenth of the throughput), and wrangler's proxy (more than half) is not there.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const miniflare = new Miniflare(await miniflareOptions(options));
  try {
    await miniflare.ready;
    const entry = options.dashboard ? FRONT : undefined;
    const url = await miniflare.unsafeGetDirectURL(entry);
    const daily = setInterval(() => void runScheduled(miniflare), DAY_MS).unref();
    return {
      origin: `http://${HOST}:${url.port}`,
      reload: async () => miniflare.setOptions(await miniflareOptions({ ...options, port: Number(url.port) })),
      stop: () => {
        clearInterval(daily);
        return miniflare.dispose();
      },
    };
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    if ((error as { code?: string }).code === "ERR_ADDRESS_IN_USE") throw portError(options.port, "EADDRINUSE");
    throw error;
  }
}

/** What a cron trigger does on Cloudflare. A day that fails is made good by the next. */
async function runScheduled(miniflare: Miniflare): Promise<void> {
  try {
    const worker = await miniflare.getWorker(builtProject().options.name ?? "");
    await worker.scheduled({ scheduledTime: new Date(), cron: "" });
  } catch (error) {
    console.error(`The daily work failed: ${error}`);
  }
}

async function miniflareOptions({
  port,
  state,
  bindings,
  dashboard,
  worker: folder = WORKER,
}: ServerOptions): Promise<MiniflareOptions> {
  const { options: read } = builtProject();
  const sockets = [{ host: HOST, port }];
  const worker = {
    ...read,
    bindings: { ...read.bindings, ...bindings },
    modules: modulesIn(folder),
    modulesRoot: folder,
    unsafeDirectSockets: dashboard ? [] : sockets,
  } as V4WorkerOptions;
  const workers = dashboard ? [...(await pages(worker, sockets)), worker] : [worker];
  return convertV4MiniflareOptions({
    host: HOST,
    // Miniflare's own entry, which nobody uses.
    port: 0,
    cf: false,
    logRequests: false,
    log: new Log(LogLevel.WARN),
    handleStructuredLogs: printLog,
    resourcePersistencePath: join(state, "v3"),
    workers,
  });
}

/** The dashboard as Pages serves it: the files with their `_headers`, and the Function bound to the Worker. */
async function pages(
  api: V4WorkerOptions,
  sockets: V4WorkerOptions["unsafeDirectSockets"],
): Promise<V4WorkerOptions[]> {
  const bundle = await build({
    entryPoints: [at("scripts/local/front/worker.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
  });
  const { compatibilityDate } = api;
  return [
    {
      name: FRONT,
      compatibilityDate,
      modules: [{ type: "ESModule", path: "front.js", contents: bundle.outputFiles[0]?.text ?? "" }],
      modulesRoot: "/",
      serviceBindings: { API: api.name ?? "", ASSETS },
      unsafeDirectSockets: sockets,
    },
    {
      name: ASSETS,
      compatibilityDate,
      modules: [{ type: "ESModule", path: "assets.js", contents: "export default {}" }],
      modulesRoot: "/",
      assets: {
        directory: DASHBOARD,
        assetConfig: { not_found_handling: "single-page-application" },
        routerConfig: { has_user_worker: false },
      },
    },
  ];
}

const MODULE_TYPES: Record<string, V4ModuleDefinition["type"]> = {
  ".js": "ESModule",
  ".mjs": "ESModule",
  ".wasm": "CompiledWasm",
  ".bin": "Data",
  ".txt": "Text",
  ".html": "Text",
  ".sql": "Text",
};

/** The bundle's modules, the main one first. */
function modulesIn(folder: string): V4ModuleDefinition[] {
  return readdirSync(folder)
    .filter((name) => extname(name) in MODULE_TYPES)
    .sort((a, b) => Number(b === "index.js") - Number(a === "index.js"))
    .map((name) => {
      const path = join(folder, name);
      const type = MODULE_TYPES[extname(name)] ?? "Text";
      return {
        type,
        path,
        contents: type === "CompiledWasm" || type === "Data" ? readFileSync(path) : readFileSync(path, "utf8"),
      };
    }) as V4ModuleDefinition[];
}

/** What the Worker logs goes to the terminal; what workerd says of clients that hung up does not. */
function printLog({ level, message }: WorkerdStructuredLog): void {
  if (/^(disconnected|remote\.jsg|.*\bNetwork connection lost)/.test(message)) return;
  if (level === "error" || level === "warn") console.error(message);
  else console.log(message);
}
