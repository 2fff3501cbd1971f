import { createServer } from "node:net";
import { Stop } from "../say.ts";

export const HOST = "127.0.0.1";
const DEFAULT_PORT = 8787;

/** The port to listen on: PORT, or 8787. 0 means any free one. */
export function parsePort(value: string | undefined): number {
  if (value === undefined || value === "") return DEFAULT_PORT;
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port > 65_535)
    throw new Stop(
      `PORT is "${value}", which is no port. Give a number from 0 (any free one) to 65535: PORT=8080 npm start`,
    );
  return port;
}

/** Throws unless the port can be had; asked before the build, so that nobody waits for a build to learn it. */
export function claimPort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => reject(portError(port, error.code)));
    probe.listen(port, HOST, () => probe.close(() => resolve()));
  });
}

/** The sentence for a port that could not be had. */
export function portError(port: number, code: string | undefined): Stop {
  if (code === "EACCES")
    return new Stop(`Port ${port} needs rights that this user lacks. Choose one above 1023: PORT=8080 npm start`);
  const other = port < 65_535 ? port + 1 : 8787;
  return new Stop(`Port ${port} on ${HOST} is taken by another program. Choose another one: PORT=${other} npm start`);
}
