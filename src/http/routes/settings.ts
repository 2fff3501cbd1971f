import { createRoute } from "@hono/zod-openapi";
import { getSettings } from "../../domain/settings/get.ts";
import { putSettings } from "../../domain/settings/put.ts";
import { chosenSettingsSchema, settingsSchema } from "../../domain/settings/schema.ts";
import { answer, router } from "../openapi.ts";

const get = createRoute({
  method: "get",
  path: "/api/settings",
  summary: "The project's settings",
  responses: answer(settingsSchema, "The settings"),
});
const put = createRoute({
  method: "put",
  path: "/api/settings",
  summary: "Replaces the project's settings; what is left out has its default",
  request: { body: { required: true, content: { "application/json": { schema: chosenSettingsSchema } } } },
  responses: answer(settingsSchema, "The settings as they are now"),
});

export function settingsRoutes() {
  return router()
    .openapi(get, async (c) => c.json(await getSettings(c.get("ctx")), 200))
    .openapi(put, async (c) => c.json(await putSettings(c.get("ctx"), c.req.valid("json")), 200));
}
