import { expect, test } from "vitest";
import { makeMatcher } from "./routes.ts";

test("paths of _routes.json go to the Function, all others are files", () => {
  const goesToFunction = makeMatcher({ include: ["/api/*", "/health", "/v1/*", "/a.b"], exclude: ["/api/static/*"] });
  const paths = [
    "/api/runs",
    "/api",
    "/apix",
    "/health",
    "/health/",
    "/health/x",
    "/v1/traces",
    "/",
    "/axb",
    "/api/static/a.js",
  ];
  expect(paths.filter(goesToFunction)).toEqual(["/api/runs", "/api", "/health", "/health/", "/v1/traces"]);
});

test("a rule for everything is everything", () => {
  const all = makeMatcher({ include: ["/*"], exclude: [] });
  expect(["/", "/a", "/a/b"].filter(all)).toEqual(["/", "/a", "/a/b"]);
});
