import { z } from "@hono/zod-openapi";

/** A queue message that failed too often, as every door answers it. */
export const deadLetterSchema = z
  .object({
    id: z.string(),
    queue: z.string(),
    attempts: z.number().int(),
    received_at: z.string().openapi({ format: "date-time" }),
    message: z.unknown().openapi({ description: "null in lists if it is long: the letter itself has all of it" }),
    replayed_at: z
      .string()
      .nullable()
      .openapi({ format: "date-time", description: "When it was put back on its queue; null until then" }),
  })
  .openapi("DeadLetter");
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** A letter that was opened. */
export const openedLetterSchema = deadLetterSchema
  .extend({
    unreplayable: z
      .string()
      .nullable()
      .openapi({ description: "Why it cannot be put back on its queue; null if it can, or was" }),
  })
  .openapi("OpenedDeadLetter");
export type OpenedLetter = z.infer<typeof openedLetterSchema>;
