/** Stands in the path where the id itself cannot; the query holds it then. */
export const ELSEWHERE = "-";

/**
 * The dashboard's page of a session. The server of the dashboard's files reads an encoded slash as a slash and sends the
 * browser on to another address, so such ids stand in the query. Browsers take the two dots out of any address of the API:
 * such a session is shown as a list of its runs.
 */
export function sessionPath(id: string): string {
  if (id === "." || id === "..") return `/?session_id=${id}`;
  // Ids are the senders': half of a surrogate pair is possible, and no address can hold it.
  const encoded = encodeURIComponent(id.toWellFormed());
  return id.includes("/") ? `/sessions/${ELSEWHERE}?id=${encoded}` : `/sessions/${encoded}`;
}
