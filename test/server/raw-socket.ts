import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { KEY, type StartedServer } from "./harness.ts";

/** A WebSocket client without a library between it and its connection, which can therefore stop reading it. */
export interface RawSocket {
  /** Begins to read. Resolves when the server has closed, to what it said. */
  readToEnd(): Promise<{ texts: string[]; code: number; reason: string }>;
  destroy(): void;
}

/** Opens a WebSocket, and reads nothing after the answer to the upgrade. */
export async function stalledSocket(server: StartedServer, path: string): Promise<RawSocket> {
  const { hostname, port } = new URL(server.origin);
  const socket = net.connect(Number(port), hostname);
  socket.write(
    [
      `GET ${path} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${KEY}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      "Sec-WebSocket-Version: 13",
      "\r\n",
    ].join("\r\n"),
  );
  const [first] = (await once(socket, "data")) as [Buffer];
  socket.pause();
  const end = first.indexOf("\r\n\r\n");
  const status = first.subarray(0, first.indexOf("\r\n")).toString();
  if (!status.includes(" 101 ")) throw new Error(`${path}: ${status}`);
  const chunks = [first.subarray(end + 4)];
  return {
    readToEnd: () =>
      new Promise((resolve, reject) => {
        socket.on("error", reject);
        socket.on("data", (chunk: Buffer) => chunks.push(chunk));
        // A close frame is answered by the connection's end only if it is answered itself.
        const look = setInterval(() => {
          const said = parse(Buffer.concat(chunks));
          if (said.code === null) return;
          clearInterval(look);
          socket.destroy();
          resolve({ ...said, code: said.code });
        }, 200);
        socket.resume();
      }),
    destroy: () => socket.destroy(),
  };
}

/** The frames of a server (unmasked, unfragmented): its texts, and how it closed. */
function parse(bytes: Buffer): { texts: string[]; code: number | null; reason: string } {
  const texts: string[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const opcode = (bytes[at] as number) & 0x0f;
    const short = (bytes[at + 1] as number) & 0x7f;
    const head = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (at + head > bytes.length) break;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const body = bytes.subarray(at + head, at + head + length);
    if (body.length < length) break;
    if (opcode === 1) texts.push(body.toString());
    if (opcode === 8) return { texts, code: body.readUInt16BE(0), reason: body.subarray(2).toString() };
    at += head + length;
  }
  return { texts, code: null, reason: "" };
}
