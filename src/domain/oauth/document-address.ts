/** KV keys end at 512 bytes, and real addresses are far shorter. */
const MAX_LENGTH = 400;

/** Names that lead into somebody's own network, or nowhere. */
const PRIVATE_NAMES =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|onion|invalid|arpa)$/;

/** Whether a client id is the address of a document that describes the client, whatever becomes of it. */
export function isDocumentAddress(clientId: string): boolean {
  return /^https?:\/\//i.test(clientId);
}

/**
 * What is wrong with a client id as an address that we are to fetch; null if nothing. Whoever sends somebody to the consent
 * page chooses it, so it has to be a public host's: no address by number, in whatever notation, no name of a local network.
 */
export function problemOfAddress(clientId: string): string | null {
  if (clientId.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (!URL.canParse(clientId)) return "is not an address";
  const url = new URL(clientId);
  if (url.protocol !== "https:") return "must begin with https://";
  // A parser rewrites what it takes leniently (dots in the path, numbers as hosts, backslashes); an id is compared as it is.
  if (url.href !== clientId) return "must be written in its plain form, without fragment dots, user or default port";
  if (url.username !== "" || url.password !== "") return "must have no user";
  if (clientId.includes("#")) return "must have no fragment";
  if (url.pathname === "/") return "must have a path";
  if (url.port !== "") return "must use the usual port";
  const host = url.hostname;
  if (host.startsWith("[") || /^[\d.]+$/.test(host)) return "must name its host, not number it";
  if (!host.includes(".") || host.endsWith(".") || PRIVATE_NAMES.test(host)) return "must be at a public host";
  return null;
}
