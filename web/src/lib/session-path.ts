/** Ids of sessions are the senders': any characters, half of a surrogate pair too, which no address can hold. */
export const anyId = (id: string): string => encodeURIComponent(id.toWellFormed());

/** Stands in the path where the id itself cannot; the query holds it then. */
const ELSEWHERE = "-";

/**
 * The page of a session. The server of the dashboard's files reads an encoded slash as a slash and sends the browser on to
 * another address, so such ids stand in the query. Browsers take the two dots out of any address of the API: such a
 * session is shown as a list of its runs.
 */
export function sessionPath(id: string): string {
  if (id === "." || id === "..") return `/?session_id=${id}`;
  return id.includes("/") ? `/sessions/${ELSEWHERE}?id=${anyId(id)}` : `/sessions/${anyId(id)}`;
}

/** The id that an address of a session holds. @param rest what follows `/sessions/`, decoded */
export function sessionIdOf(rest: string, query: Pick<URLSearchParams, "get">): string {
  return rest === ELSEWHERE ? (query.get("id") ?? rest) : rest;
}
