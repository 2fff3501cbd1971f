import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface WithKey {
  origin: string;
  stop(): Promise<void>;
}

/**
 * A door in front of a server that adds an API key to each request: the suite has no way to send one. All else goes through
 * as it came, Host and Origin too, so that what the suite says about them is said about the server.
 */
export async function withKey(target: string, key: string): Promise<WithKey> {
  const { hostname, port } = new URL(target);
  const proxy = createServer((asked, answer) => {
    const { method, url: path, rawHeaders } = asked;
    const headers = [...rawHeaders, "Authorization", `Bearer ${key}`];
    const passed = request({ hostname, port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    // A client that goes away ends its stream at the server, too.
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://localhost:${(proxy.address() as AddressInfo).port}`,
    stop: () => {
      proxy.closeAllConnections();
      return new Promise((resolve) => proxy.close(() => resolve()));
    },
  };
}
