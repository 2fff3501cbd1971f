// npm run bench:sockets: a thousand WebSocket clients on one run. Prints a table; exits with 1 if a client lost an event.
import { hex, KEY, removeState, startServer } from "../server/harness.ts";
import { everySecond, now, watched } from "./watched.ts";

const CLIENTS = 1_000;
const APPENDS_A_SECOND = 20;
const EVENTS_AN_APPEND = 10;
const SECONDS = 30;

const server = await startServer();
try {
  const run = `bench-${hex(4)}`;
  const path = `/api/runs/${run}/subscribe?wait=1`;
  let events = 0;
  let seconds = 0;
  const tally = await watched({ origin: server.origin, path, key: KEY, count: CLIENTS, kind: "run" }, async () => {
    const started = performance.now();
    const appends = await everySecond(APPENDS_A_SECOND, SECONDS, async () => {
      const value = { at: now(), note: "x".repeat(150) };
      const response = await server.fetch(`/api/runs/${run}/events`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          events: Array.from({ length: EVENTS_AN_APPEND }, () => ({ type: "CUSTOM", data: { name: "bench", value } })),
        }),
      });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      events = ((await response.json()) as { last_seq: number }).last_seq;
    });
    seconds = (performance.now() - started) / 1000;
    if (appends === 0) throw new Error("Nothing was appended.");
  });
  const lost = tally.clients * events - tally.received + tally.outOfPlace;
  console.log(`A run of ${events} events in appends of ${EVENTS_AN_APPEND}, watched by WebSocket`);
  console.table([
    {
      clients: tally.clients,
      "events/s": Math.round(events / seconds),
      "deliveries/s": Math.round(tally.received / seconds),
      "MB/s": Math.round(tally.bytes / seconds / 1e6),
      lost,
      "sent away": tally.closed.length,
      "p50 ms": tally.p50,
      "p95 ms": tally.p95,
      "p99 ms": tally.p99,
      "max ms": tally.max,
    },
  ]);
  if (lost !== 0) process.exitCode = 1;
} finally {
  await server.stop();
  removeState(server.state);
}
