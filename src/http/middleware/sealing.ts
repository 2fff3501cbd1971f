import { createHash } from "node:crypto";

const IV_BYTES = 12;

/** Seals answers that are kept to be given again, and opens them. */
export interface Sealing {
  seal(text: string): Promise<string>;
  /** @throws if it was sealed with another credential or for another request */
  open(sealed: string): Promise<string>;
}

/**
 * Answers may hold what is shown once and stored nowhere, such as a new API key. They are kept under a key that only who
 * sent the request can make again, from the secret that it sent along: what is stored tells nothing to who reads the
 * storage. No salt and no slow hash, because the secret is random and long.
 * @param credential the API key or cookie that was presented
 * @param request what tells this request from the others of the same caller
 */
export async function sealingFor(credential: string, request: string): Promise<Sealing> {
  const bytes = createHash("sha256").update(`idempotency\n${credential}\n${request}`).digest();
  const key = await crypto.subtle.importKey("raw", new Uint8Array(bytes), "AES-GCM", false, ["encrypt", "decrypt"]);
  return {
    async seal(text) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(text));
      return Buffer.concat([iv, new Uint8Array(sealed)]).toString("base64");
    },
    async open(sealed) {
      const bytes = new Uint8Array(Buffer.from(sealed, "base64"));
      const iv = bytes.subarray(0, IV_BYTES);
      const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes.subarray(IV_BYTES));
      return new TextDecoder().decode(text);
    },
  };
}
