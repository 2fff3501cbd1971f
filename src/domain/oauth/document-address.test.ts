import { expect, test } from "vitest";
import { problemOfAddress } from "./document-address.ts";

test.each([
  "https://client.example/oauth/client.json",
  "https://claude.ai/oauth/mcp-client",
  "https://a.b.c.example/x?version=1",
])("%s may be fetched", (address) => {
  expect(problemOfAddress(address)).toBeNull();
});

test.each([
  "",
  "client.example/x",
  "http://client.example/x",
  "ftp://client.example/x",
  "file:///etc/passwd",
  "https://client.example",
  "https://client.example/",
  "https://client.example/x#y",
  "https://user@client.example/x",
  "https://user:password@client.example/x",
  "https://client.example:443/x",
  "https://client.example:8443/x",
  "https://client.example/a/../x",
  "https://client.example/./x",
  "https://client.example/%2e%2e/x",
  "HTTPS://client.example/x",
  "https://CLIENT.example/x",
  "https:client.example/x",
  "https:\\\\client.example\\x",
  "https://client.example\\@evil.example/x",
  " https://client.example/x",
  "https://client.example/x\n",
  "https://localhost/x",
  "https://localhost./x",
  "https://me.localhost/x",
  "https://printer.local/x",
  "https://metadata.google.internal/x",
  "https://router.lan/x",
  "https://nas.home.arpa/x",
  "https://intranet/x",
  "https://client.example./x",
  "https://127.0.0.1/x",
  "https://127.1/x",
  "https://2130706433/x",
  "https://0x7f000001/x",
  "https://0177.0.0.1/x",
  "https://10.0.0.1/x",
  "https://169.254.169.254/latest/meta-data",
  "https://192.168.1.1/x",
  "https://93.184.216.34/x",
  "https://[::1]/x",
  "https://[::ffff:127.0.0.1]/x",
  "https://[fd00::1]/x",
  "https://①②⑦.⓪.⓪.①/x",
  `https://client.example/${"x".repeat(400)}`,
])("%j may not", (address) => {
  expect(problemOfAddress(address)).toMatch(/^(is|must) /);
});
