import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** A path inside the checkout. */
export const at = (...parts: string[]): string => join(ROOT, ...parts);
