import type { Ctx } from "../../context.ts";
import { openLog } from "./subscribe.ts";

/**
 * Waits until a run's log has an event after a seq. Holds a socket to the log, so that nothing is asked again and again.
 * @param after the newest seq that is known
 * @param options.ms milliseconds to wait at the most; options.signal ends the wait
 * @returns whether there is one
 */
export async function waitForEvents(
  ctx: Ctx,
  runId: string,
  after: number,
  { ms, signal }: { ms: number; signal: AbortSignal },
): Promise<boolean> {
  const { webSocket: socket } = await openLog(ctx, runId, after, after);
  if (!socket) return false;
  try {
    return await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      const end = (came: boolean) => {
        clearTimeout(timer);
        resolve(came);
      };
      signal.addEventListener("abort", () => end(false));
      socket.addEventListener("message", ({ data }) => {
        if ((JSON.parse(String(data)) as { type: string }).type === "events") end(true);
      });
      socket.addEventListener("close", () => end(false));
      socket.addEventListener("error", () => end(false));
      socket.accept();
    });
  } finally {
    try {
      socket.close(1000, "The reader is done.");
    } catch {
      // It was closed already.
    }
  }
}
