import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { type WebSocket, WebSocketServer } from "ws";
import { fakeAnalytics, fakeFacets } from "./fake-analytics.ts";
import { FakeBoard } from "./fake-board.ts";
import { detailOf, spanData } from "./fake-bodies.ts";
import { type FakeRun, hex, llmCalls, makeRun, summarise } from "./fake-data.ts";
import { fakeRuns } from "./fake-runs.ts";
import { fakeSessions } from "./fake-sessions.ts";

/** FAKE=empty starts with no run at all: the first arrives after a while. FAKE=quiet has no live run. */
const mode = process.env.FAKE ?? "live";
const LIVE_ID = "a".repeat(32);

/** An API with made-up data for `npm run dev` without a Worker. Never part of the build. */
export function fakeApi(): Plugin {
  return {
    name: "fake-api",
    apply: "serve",
    configureServer(server) {
      const api = new FakeApi();
      server.middlewares.use((request, response, next) => {
        if (!api.handle(request, response)) next();
      });
      if (server.httpServer) api.attach(server.httpServer as Server);
    },
  };
}

export class FakeApi {
  readonly #now = Date.now();
  readonly #runs: FakeRun[] = mode === "empty" ? [] : fakeRuns(this.#now);
  readonly #board = new FakeBoard(this.#now);
  readonly #feed = new Set<WebSocket>();
  readonly #watchers = new Map<string, Set<WebSocket>>();
  #signedIn = true;

  constructor() {
    if (mode === "live") this.#goLive();
    if (mode === "empty") setTimeout(() => this.#arrive(), 25_000).unref();
  }

  /** @returns whether the request was one for the API */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = new URL(request.url ?? "/", "http://fake");
    if (!/^\/(api|v1)\//.test(url.pathname)) return false;
    if (request.method === "PUT" && url.pathname === "/api/settings") {
      // The one request whose body counts.
      let text = "";
      request.on("data", (chunk) => (text += chunk));
      request.on("end", () => reply(response, { status: 200, body: this.#board.save(JSON.parse(text)) }));
      return true;
    }
    reply(response, this.#answer(request.method ?? "GET", url));
    return true;
  }

  attach(server: Server): void {
    const sockets = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, socket, head) => {
      const url = new URL(request.url ?? "/", "http://fake");
      const run = /^\/api\/runs\/([^/]+)\/subscribe$/.exec(url.pathname)?.[1];
      if (url.pathname !== "/ws" && !run) return;
      sockets.handleUpgrade(request, socket, head, (opened) => {
        if (run) this.#subscribe(opened, run, Number(url.searchParams.get("after") ?? 0));
        else {
          this.#feed.add(opened);
          opened.on("close", () => this.#feed.delete(opened));
        }
      });
    });
  }

  #answer(method: string, url: URL): { status: number; body?: unknown } {
    const [, , what, id, part, spanId] = url.pathname.split("/");
    const fail = (status: number, code: string, message: string) => ({
      status,
      body: { error: { code, message, request_id: "fake" } },
    });
    if (what === "auth") {
      this.#signedIn = id === "sign-in";
      return { status: 204 };
    }
    if (!this.#signedIn) return fail(401, "unauthorized", "Sign in first.");
    if (what === "me")
      return {
        status: 200,
        body: {
          project: { id: "default", name: "Default project", stall_after_minutes: 2 },
          actor: { type: "dashboard" },
          scopes: ["admin"],
        },
      };
    if (what === "keys" && method === "POST")
      return { status: 201, body: { id: "k", name: "n", scopes: ["ingest"], key: "rl_7fQ2mVt9sXc4LwA8pKd3eZb6" } };
    if (what === "traces") return { status: 200, body: {} };
    if ((what === "runs" || what === "sessions") && method === "DELETE") return this.#delete(what, id ?? "");
    if (what === "sessions") {
      const sessions = fakeSessions(this.#runs.map(({ run }) => run));
      if (!id) return { status: 200, body: { data: sessions, next_cursor: null } };
      const session = sessions.find((each) => each.id === decodeURIComponent(id));
      return session ? { status: 200, body: session } : fail(404, "session_not_found", "There is no such session.");
    }
    if (what === "analytics") {
      const body = fakeAnalytics(id ?? "", url.searchParams, this.#runs);
      return body ? { status: 200, body } : fail(404, "not_found", "There is nothing at this address.");
    }
    const read = method === "GET" ? this.#board.read(what, id, this.#runs) : undefined;
    if (read) return { status: 200, body: read };
    if (what === "rebuild") {
      const result = { runs: this.#runs.length, packs: 3, corrected_runs: 0 };
      return { status: 202, body: this.#board.begin("rebuild", {}, result) };
    }
    if (what === "dead-letters" && part === "replay") {
      const letter = this.#board.replay(id ?? "");
      return letter ? { status: 200, body: letter } : fail(404, "not_found", "There is no such letter.");
    }
    if (what !== "runs") return fail(404, "not_found", "There is nothing at this address.");
    if (!id) return this.#list(url.searchParams);
    if (id === "facets") return { status: 200, body: fakeFacets(this.#runs) };
    const found = this.#runs.find((each) => each.run.id === id);
    if (!found) return fail(404, "run_not_found", `There is no run ${id}. It may have been deleted.`);
    if (!part) return { status: 200, body: found.run };
    if (part === "artifacts") return { status: 200, body: { data: [], next_cursor: null } };
    if (part === "llm-calls") return { status: 200, body: { data: llmCalls(found.spans), next_cursor: null } };
    if (part === "spans" && !spanId)
      return { status: 200, body: { data: found.spans, last_seq: found.spans.length, next_cursor: null } };
    if (part === "spans") {
      const row = found.spans.find((span) => span.span_id === spanId);
      return row ? { status: 200, body: detailOf(row, id) } : fail(404, "span_not_found", "This run has no such span.");
    }
    if (part === "events") {
      const after = Number(url.searchParams.get("after") ?? 0);
      const data = found.spans
        .slice(after, after + Number(url.searchParams.get("limit") ?? 200))
        .map((span) => this.#event(span, id));
      return { status: 200, body: { data, last_seq: found.spans.length, next_cursor: null } };
    }
    return fail(404, "not_found", "There is nothing at this address.");
  }

  #delete(what: "runs" | "sessions", encoded: string): { status: number; body: unknown } {
    const id = decodeURIComponent(encoded);
    const gone = this.#runs.filter(({ run }) => (what === "runs" ? run.id : run.session_id) === id);
    for (const each of gone) {
      this.#runs.splice(this.#runs.indexOf(each), 1);
      this.#say("delete", { id: each.run.id });
    }
    const params = what === "runs" ? { run_id: id } : { session_id: id };
    return { status: 202, body: this.#board.begin("delete", params, { runs: gone.length, artifacts: 0 }) };
  }

  #list(query: URLSearchParams): { status: number; body: unknown } {
    const is = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
    const all = this.#runs
      .map((each) => each.run)
      .filter(
        (run) =>
          is("status", run.status) &&
          is("kind", run.kind) &&
          is("service", run.service) &&
          is("session_id", run.session_id) &&
          is("user_id", run.user_id) &&
          is("parent_run_id", run.parent_run_id),
      )
      .filter((run) => !query.has("has_error") || run.error_count > 0)
      .filter((run) => run.started_at >= (query.get("from") ?? "") && run.started_at < (query.get("to") ?? "~"));
    const at = Number(query.get("cursor") ?? 0);
    const limit = Number(query.get("limit") ?? 50);
    return {
      status: 200,
      body: { data: all.slice(at, at + limit), next_cursor: at + limit < all.length ? String(at + limit) : null },
    };
  }

  #event(span: FakeRun["spans"][number], runId: string) {
    return { seq: span.seq, id: span.span_id, type: "SPAN", time: span.started_at, v: 1, data: spanData(span, runId) };
  }

  #subscribe(socket: WebSocket, id: string, after: number): void {
    const found = this.#runs.find((each) => each.run.id === id);
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(socket));
    socket.on("close", () => watchers.delete(socket));
    socket.send(JSON.stringify({ type: "hello", last_seq: found?.spans.length ?? 0 }));
    const missed = found?.spans.slice(after) ?? [];
    if (missed.length > 0)
      socket.send(JSON.stringify({ type: "events", events: missed.map((span) => this.#event(span, id)) }));
  }

  #tell(run: FakeRun["run"], event_type: "insert" | "update"): void {
    this.#say(event_type, run);
  }

  #say(event_type: "insert" | "update" | "delete", data: object): void {
    const message = JSON.stringify({ entity: "Run", event_type, data, timestamp: new Date().toISOString() });
    for (const socket of this.#feed) socket.send(message);
  }

  #arrive(): void {
    const fake = makeRun({
      id: hex(Math.random, 16),
      name: "support-triage",
      input: "A customer cannot sign in since this morning.",
      started: Date.now() - 4000,
      spans: 3 + Math.floor(Math.random() * 30),
      failing: Math.random() < 0.2,
    });
    this.#runs.unshift(fake);
    this.#tell(fake.run, "insert");
  }

  /** One run that goes on and on, and new ones now and then. */
  #goLive(): void {
    const started = Date.now() - 20_000;
    const plan = makeRun({
      id: LIVE_ID,
      name: "live-research",
      input: "Watch the market for ten minutes and report what moves.",
      started,
      spans: 3000,
    });
    const live: FakeRun = { spans: plan.spans.slice(0, 5), run: plan.run };
    this.#runs.unshift(live);
    const refresh = () => {
      live.run = summarise(
        { id: LIVE_ID, name: "live-research", input: live.run.input_preview ?? "", started },
        live.spans,
        "agents-api",
        live.spans.length < plan.spans.length,
      );
    };
    refresh();
    setInterval(() => {
      const next = plan.spans.slice(live.spans.length, live.spans.length + 1 + Math.floor(Math.random() * 3));
      for (const span of next) {
        const shifted = {
          ...span,
          started_at: new Date(Date.now() - 300 - Math.random() * 2000).toISOString(),
          duration_ms: 200 + Math.random() * 900,
        };
        live.spans.push(shifted);
      }
      if (live.spans[0]) live.spans[0].duration_ms = Date.now() - started;
      refresh();
      const events = live.spans.slice(-next.length).map((span) => this.#event(span, LIVE_ID));
      for (const socket of this.#watchers.get(LIVE_ID) ?? []) socket.send(JSON.stringify({ type: "events", events }));
      this.#tell(live.run, "update");
    }, 700).unref();
    setInterval(() => this.#arrive(), 9000).unref();
  }
}

function reply(response: ServerResponse, { status, body }: { status: number; body?: unknown }): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
