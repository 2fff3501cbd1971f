/** What is asked of a server over a database that fill.ts filled, and what it may take. */
export interface Case {
  group: string;
  name: string;
  path: string;
  /** Milliseconds that the 95th percentile may take: docs/performance.md. */
  budget?: number;
}

const day = 86_400_000;
const ago = (now: number, days: number) => new Date(now - days * day).toISOString();

/** @param end when the newest of the made-up traces begins, in milliseconds since the epoch */
export function casesOf(end: number): Case[] {
  const list = (name: string, query: string): Case => ({
    group: "GET /api/runs, 50 a page",
    name,
    path: `/api/runs?${query}`,
    budget: 20,
  });
  const of = (group: string, path: string, budget?: number) => (name: string, query: string) => ({
    group,
    name,
    path: `${path}?${query}`,
    ...(budget === undefined ? {} : { budget }),
  });
  const facets = of("GET /api/runs/facets", "/api/runs/facets");
  const analytics = (name: string, path: string): Case => ({
    group: "GET /api/analytics/…, 7 days",
    name,
    path: `/api/analytics/${path}&from=${ago(end, 7)}&to=${ago(end, 0)}`,
    budget: 30,
  });
  const calls = of("GET /api/llm-calls, 50 a page", "/api/llm-calls", 20);
  const search = of("GET /api/runs?q=", "/api/runs");
  return [
    list("no filter", ""),
    list("oldest first", "order=asc"),
    list("most expensive first", "sort=cost"),
    list("longest first", "sort=duration"),
    list("most tokens first", "sort=tokens"),
    list("service, 1 run in 3", "service=checkout-bot"),
    list("service, 1 in 1,000", "service=thousandth"),
    list("service, 10 runs in all", "service=rare"),
    list("environment, 1 in 10", "environment=staging"),
    list("model, 7 in 10", "model=gpt-4o-mini"),
    list("model, 10 runs in all", "model=rare"),
    list("provider, 1 in 6", "provider=deepseek"),
    list("tool, 1 in 5", "tool=tool-3"),
    list("tag, 1 in 7", "tag=tag-0"),
    list("tag, 1 in 1,000", "tag=thousandth"),
    list("tag, 10 runs in all", "tag=rare"),
    list("user, 1 in 12", "user_id=user-0"),
    list("user, 1 in 40,000", "user_id=user-4321"),
    list("user, 10 runs in all", "user_id=rare"),
    list("user, none", "user_id=nobody"),
    list("name", "name=plan+a+trip"),
    list("status=success", "status=success"),
    list("status=error, few", "status=error"),
    list("status=cancelled, none", "status=cancelled"),
    list("status=running, none", "status=running"),
    list("has_error=true, 1 in 25", "has_error=true"),
    list("session", "session_id=session-0-5000-0"),
    list("min_cost, 2 in 3", "min_cost=0.02"),
    list("min_cost, none", "min_cost=2"),
    list("min_duration_ms, none", "min_duration_ms=400000"),
    list("an hour three weeks ago", `from=${ago(end, 21)}&to=${ago(end, 21 - 1 / 24)}`),
    list("service, model and tag", "service=checkout-bot&model=gpt-4o&tag=tag-1"),
    list("most expensive of a service, 1 in 3", "sort=cost&service=checkout-bot"),
    list("most expensive of 10 runs", "sort=cost&service=rare"),
    facets("no filter", ""),
    facets("service, 1 run in 3", "service=checkout-bot"),
    facets("service, 10 runs in all", "service=rare"),
    facets("status and model", "status=error&model=gpt-4o"),
    analytics("cost by model", "cost?group_by=model"),
    analytics("cost by service, hourly", "cost?group_by=service&granularity=hour"),
    analytics("cost by user", "cost?group_by=user"),
    analytics("cost by tag", "cost?group_by=tag"),
    analytics("latency by model", "latency?group_by=model"),
    analytics("latency of runs by service, daily", "latency?of=runs&group_by=service&granularity=day"),
    analytics("overview", "overview?compare=previous"),
    calls("no filter", ""),
    calls("model, 1 call in 3", "model=gpt-4o-mini"),
    calls("model, 30 calls in all", "model=rare"),
    calls("provider, 1 in 20", "provider=deepseek"),
    calls("status=error, 1 in 120", "status=error"),
    calls("unpriced, 30 in all", "unpriced=true"),
    calls("user, 1 in 12", "user_id=user-0"),
    calls("session", "session_id=session-0-5000-0"),
    calls("min_cost_usd, few", "min_cost_usd=0.3"),
    calls("operation, 1 in 10", "operation=embeddings"),
    calls("an hour three weeks ago", `from=${ago(end, 21)}&to=${ago(end, 21 - 1 / 24)}`),
    search("a word of 1 run in 2", "q=tool"),
    search("a word that 10 runs have", "q=zyzzyva"),
    search("two words", "q=tool+answer&service=checkout-bot"),
    { group: "the rest", name: "GET /api/sessions", path: "/api/sessions" },
    { group: "the rest", name: "GET /api/entities", path: "/api/entities" },
  ];
}
