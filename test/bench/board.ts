// npm run bench:board: a hundred clients on a project's live board while runs come in over OTLP. Prints a table, asserts nothing.
import { eventually, hex, KEY, removeState, span, startServer } from "../server/harness.ts";
import { everySecond, now, watched } from "./watched.ts";

const CLIENTS = 100;
const REQUESTS_A_SECOND = 20;
const RUNS_A_REQUEST = 60;
const SECONDS = 30;

const server = await startServer();
try {
  let runs = 0;
  let seconds = 0;
  const order = { origin: server.origin, path: "/ws?entities=Run", key: KEY, count: CLIENTS, kind: "board" } as const;
  const tally = await watched(order, async () => {
    const started = performance.now();
    const requests = await everySecond(REQUESTS_A_SECOND, SECONDS, async () => {
      const name = `bench ${now()}`;
      const response = await server.send(Array.from({ length: RUNS_A_REQUEST }, () => span(hex(16), name)));
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    });
    runs = requests * RUNS_A_REQUEST;
    await eventually(
      () => server.json<{ log: { waiting: number } }>("/api/health"),
      ({ log }) => log.waiting === 0,
      60_000,
    );
    seconds = (performance.now() - started) / 1000;
  });
  console.log(`${runs} runs over OTLP, ${RUNS_A_REQUEST} a request, until all were in D1; a live board watched`);
  console.table([
    {
      clients: tally.clients,
      "rows/s": Math.round(runs / seconds),
      "rows told": tally.most,
      "left out, the server says": tally.omitted,
      unexplained: runs - tally.most - tally.omitted,
      "clients short of the others": tally.most - tally.least,
      "sent away": tally.closed.length,
      "messages/s": Math.round(tally.received / seconds),
      "p50 ms": tally.p50,
      "p95 ms": tally.p95,
      "p99 ms": tally.p99,
    },
  ]);
} finally {
  await server.stop();
  removeState(server.state);
}
