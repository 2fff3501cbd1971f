import type { z } from "@hono/zod-openapi";
import type { Ctx, Scope } from "../context.ts";

/** What a tool may use of the call that it answers. */
export interface ToolCall {
  /** Aborted when the client is gone. */
  signal: AbortSignal;
  /** Where the dashboard is, for links: `https://host`. */
  origin: string;
  /** Tells the client how far long work has come; nothing happens if it did not ask. @param total null = not known */
  progress(done: number, total: number | null, message: string): Promise<void>;
}

/** One tool of the MCP server: a file each, listed in `tools/index.ts`. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  /** For a model that has to choose: what it gives, when to use it, what to call next. */
  description: string;
  /** What a key or token must allow; of several, one. */
  scope: Scope | readonly Scope[];
  input: Input;
  output: Output;
  /** `changes`: it writes. `destructive`: it can take something away. `outside`: it calls other services, such as models. */
  effects?: { changes?: boolean; destructive?: boolean; idempotent?: boolean; outside?: boolean };
  /** What clients with views of their own want to know, such as the view of an MCP App. */
  meta?: { [key: string]: unknown };
  /** @throws AppError, which the caller is told as a tool error */
  run(ctx: Ctx, args: z.infer<Input>, call: ToolCall): Promise<z.infer<Output>>;
  /** The output as text for a model; its JSON if left out. */
  text?(output: z.infer<Output>): string;
}

/** Keeps the types of a tool together. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> {
  return tool;
}
