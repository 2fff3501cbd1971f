import { createServer } from "node:net";
import { expect, test } from "vitest";
import { claimPort, parsePort } from "./port.ts";

test.each([
  [undefined, 8787],
  ["", 8787],
  ["0", 0],
  ["8080", 8080],
  ["65535", 65_535],
])("PORT=%s is port %i", (value, port) => {
  expect(parsePort(value)).toBe(port);
});

test.each(["abc", "-1", "80.5", "65536", "1e3", " 80", "0x50"])("PORT=%s is refused with a sentence", (value) => {
  expect(() => parsePort(value)).toThrow(`PORT is "${value}", which is no port.`);
});

test("a port that another program has is refused, a free one is not", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as { port: number };
  await expect(claimPort(port)).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken by another program.`);
  await new Promise((resolve) => other.close(resolve));
  await expect(claimPort(port)).resolves.toBeUndefined();
});
