import { expect, test } from "vitest";
import { logName } from "./log-name.ts";

test("traces share objects by the end of their id, other runs have their own", () => {
  expect(logName("p", "5b8efff798038103d269b633813fc60c", 1)).toBe("p/traces/0");
  expect(logName("p", "5b8efff798038103d269b633813fc60c", 4)).toBe("p/traces/0");
  expect(logName("p", "5b8efff798038103d269b633813fc60f", 4)).toBe("p/traces/3");
  expect(logName("p", "my-agent-run", 4)).toBe("p/my-agent-run");
});
