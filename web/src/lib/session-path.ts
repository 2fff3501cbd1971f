import { ELSEWHERE, sessionPath } from "../../../src/domain/sessions/path.ts";

export { sessionPath };

/** Ids of sessions are the senders': any characters, half of a surrogate pair too, which no address can hold. */
export const anyId = (id: string): string => encodeURIComponent(id.toWellFormed());

/** The id that an address of a session holds. @param rest what follows `/sessions/`, decoded */
export function sessionIdOf(rest: string, query: Pick<URLSearchParams, "get">): string {
  return rest === ELSEWHERE ? (query.get("id") ?? rest) : rest;
}
