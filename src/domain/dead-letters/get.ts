import { type Ctx, requireScope } from "../../context.ts";
import { loadLetter, opened } from "./load.ts";
import type { OpenedLetter } from "./schema.ts";

/** A dead letter with its whole message. @throws AppError `dead_letter_not_found` */
export async function getDeadLetter(ctx: Ctx, id: string): Promise<OpenedLetter> {
  requireScope(ctx, "read");
  const { row, message } = await loadLetter(ctx, id);
  return opened(row, message);
}
