// Runs @genkit-ai/telemetry-server, which is not a dependency of this project, from the folder it was installed in.
const { mkdtempSync } = require("node:fs");
const { createRequire } = require("node:module");
const { createServer } = require("node:net");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

const genkit = createRequire(join(process.argv[2], "package.json"))("@genkit-ai/telemetry-server");

const free = createServer().listen(0, "127.0.0.1", async () => {
  const { port } = free.address();
  free.close();
  const root = mkdtempSync(join(tmpdir(), "genkit-"));
  const traceStore = new genkit.LocalFileTraceStore({ storeRoot: root, indexRoot: root });
  await traceStore.init?.();
  const logStore = new genkit.LocalFileLogStore({ storeRoot: root, indexRoot: root });
  await logStore.init?.();
  await genkit.startTelemetryServer({ port, traceStore, logStore, maxRequestBodySize: "30mb" });
  process.send(port);
});
