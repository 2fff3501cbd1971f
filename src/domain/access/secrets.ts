import { createHash } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `rl_` and 32 random characters: 190 bits. */
export function newSecret(prefix: string): string {
  let text = "";
  while (text.length < 32) {
    for (const byte of crypto.getRandomValues(new Uint8Array(48))) {
      // 248 = 4 * 62: bytes above would make some characters likelier.
      if (byte < 248 && text.length < 32) text += ALPHABET[byte % 62];
    }
  }
  return `${prefix}_${text}`;
}

/** What is stored of a secret: sha256 in hex. Enough, as secrets are random and long. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Whether a stored key is the one of the deployment's configuration. */
export function isEnvironmentKey(env: Pick<Env, "RUNLIGHT_API_KEY">, hash: string): boolean {
  return Boolean(env.RUNLIGHT_API_KEY) && hash === hashSecret(env.RUNLIGHT_API_KEY);
}
