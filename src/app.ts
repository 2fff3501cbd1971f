import { AppError } from "./errors.ts";
import { refuseOtherMethods } from "./http/method-not-allowed.ts";
import { authenticate } from "./http/middleware/authenticate.ts";
import { idempotent } from "./http/middleware/idempotency.ts";
import { requestId } from "./http/middleware/request-id.ts";
import { securityHeaders } from "./http/middleware/security-headers.ts";
import { router } from "./http/openapi.ts";
import { describeOtherDoors } from "./http/other-doors.ts";
import { replyError } from "./http/reply-error.ts";
import { accessRoutes, signInRoutes } from "./http/routes/access.ts";
import { analyticsRoutes } from "./http/routes/analytics.ts";
import { annotationRoutes } from "./http/routes/annotations.ts";
import { artifactRoutes } from "./http/routes/artifacts.ts";
import { boardRoutes } from "./http/routes/board.ts";
import { compareRoutes } from "./http/routes/compare.ts";
import { deletionRoutes } from "./http/routes/deletion.ts";
import { errorRoutes } from "./http/routes/errors.ts";
import { llmCallRoutes } from "./http/routes/llm-calls.ts";
import { oauthRoutes } from "./http/routes/oauth.ts";
import { openAiAgentsRoutes } from "./http/routes/openai-agents.ts";
import { operationRoutes } from "./http/routes/operations.ts";
import { otlpRoutes } from "./http/routes/otlp.ts";
import { priceRoutes } from "./http/routes/prices.ts";
import { rebuildRoutes } from "./http/routes/rebuild.ts";
import { runRoutes } from "./http/routes/runs.ts";
import { sessionRoutes } from "./http/routes/sessions.ts";
import { settingsRoutes } from "./http/routes/settings.ts";
import { shardRoutes } from "./http/routes/shards.ts";
import { mcpRoutes } from "./mcp/door.ts";
import { VERSION } from "./version.ts";

/** Every path, in one place. The chain stays unbroken, so that `hc<App>` knows all routes. */
function createApp() {
  const app = router();
  app.use(requestId());
  app.use(securityHeaders());
  app.onError((error, c) => replyError(c, error));
  app.notFound((c) =>
    replyError(c, new AppError("not_found", "There is nothing at this address. See /api/openapi.json.")),
  );

  app.get("/health", (c) => c.json({ status: "ok", version: VERSION }));
  // LangSmith's client asks before it sends.
  app.get("/info", (c) => c.json({ version: VERSION, batch_ingest_config: { use_multipart_endpoint: false } }));
  app.route("/", otlpRoutes());
  app.route("/", openAiAgentsRoutes());
  app.route("/", oauthRoutes());
  app.route("/", mcpRoutes());

  const open = app.route("/", signInRoutes());
  open.use("/api/*", authenticate(), idempotent());
  open.use("/ws", authenticate());
  const chain = open
    .route("/", accessRoutes())
    .route("/", runRoutes())
    .route("/", annotationRoutes())
    .route("/", llmCallRoutes())
    .route("/", artifactRoutes())
    .route("/", sessionRoutes())
    .route("/", priceRoutes())
    .route("/", settingsRoutes())
    .route("/", deletionRoutes())
    .route("/", rebuildRoutes())
    .route("/", shardRoutes())
    .route("/", boardRoutes())
    .route("/", analyticsRoutes())
    .route("/", errorRoutes())
    .route("/", compareRoutes())
    .route("/", operationRoutes());

  describeOtherDoors(chain.openAPIRegistry);
  chain.doc31("/api/openapi.json", {
    openapi: "3.1.0",
    info: { title: "Runlight", version: VERSION, description: "The flight recorder of AI agents." },
  });
  refuseOtherMethods(chain);
  return chain;
}

export const app = createApp();
export type App = typeof app;
