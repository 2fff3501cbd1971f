import { expect, test } from "vitest";
import type { ApiKey, Connection } from "./access-api.ts";
import { appName, disconnectWords, publisher, revokeWords } from "./words.ts";

const key = (id: string, more: Partial<ApiKey> = {}): ApiKey => ({
  id,
  name: `key ${id}`,
  scopes: ["read"],
  created_at: "2026-11-01T00:00:00.000Z",
  created_by: null,
  managed_by: "api",
  current: false,
  ...more,
});
const app = (id: string, more: Partial<Connection> = {}): Connection => ({
  id,
  client_id: "abc",
  client_name: `app ${id}`,
  client_uri: null,
  scopes: ["read"],
  created_at: "2026-11-01T00:00:00.000Z",
  expires_at: null,
  key_id: null,
  ...more,
});

test("the question before a key goes names what goes and stays with it", () => {
  const apps = [app("1", { key_id: "k" }), app("2", { key_id: "other" }), app("3", { key_id: "k", client_name: null })];
  const keys = [key("k"), key("child", { created_by: "k" }), key("other")];
  expect(revokeWords(key("k", { current: true }), apps, keys)).toMatchObject({
    name: "key k",
    stops: [
      expect.any(String),
      expect.any(String),
      "Apps that were let in there: app 1, An app whose name is forgotten.",
    ],
    stays: ["Keys that were made with it: key child."],
    warning: expect.stringContaining("You will be signed out"),
  });
  expect(revokeWords(key("k"), [], keys.slice(0, 1))).toMatchObject({ stays: [], warning: "" });
});

test("a long row of names is cut", () => {
  const apps = Array.from({ length: 8 }, (_, n) => app(String(n), { key_id: "k" }));
  expect(revokeWords(key("k"), apps, []).stops[2]).toBe(
    "Apps that were let in there: app 0, app 1, app 2, app 3, app 4 and 3 more.",
  );
});

test("the question before an app goes says what it can do no longer", () => {
  expect(disconnectWords(app("1")).stops[0]).toBe("It can no longer read the project.");
  expect(disconnectWords(app("1", { scopes: ["read", "write"] })).stops[0]).toContain("record runs");
});

test.each([
  ["https://claude.ai/oauth/client.json", "claude.ai"],
  ["Xk3jd8Fq", null],
  ["http://evil.example/x", null],
  ["https://", null],
])("an app with the id %s is vouched for by %s", (client_id, host) => {
  expect(publisher({ client_id })).toBe(host);
  expect(appName({ client_name: null })).toBe("An app whose name is forgotten");
});
