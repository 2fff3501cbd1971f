import type { Run } from "#lib/api.ts";
import { sortKey } from "#lib/time.ts";
import type { Artifact, Card, DeadLetter, FeedMessage, JobAnswer } from "./board-api.ts";

/** Rows that a card shows; the API gives as many. */
const SHOWN = 5;

/**
 * Takes a row of the live feed into the card of its kind. A known row changes in place and never goes back to an older
 * state; a new one goes to its place by time. Counts stay as the server said them: it is asked again soon.
 */
export function arrive(cards: Card[], { entity, event_type, data }: FeedMessage): Card[] {
  const take = event_type === "delete" ? dropped : taken;
  return cards.map((card) => (card.entity === entity ? take(card, data) : card));
}

function dropped(card: Card, data: unknown): Card {
  const { id } = data as { id: string };
  return { ...card, newest: card.newest.filter((row) => !("id" in row) || row.id !== id) } as Card;
}

function taken(card: Card, data: unknown): Card {
  switch (card.entity) {
    case "Run":
      return { ...card, newest: place(card.newest, data as Run, (run) => sortKey(run.started_at), olderRun) };
    case "Artifact":
      return { ...card, newest: placeArtifact(card.newest, data as Artifact) };
    case "Job":
      return { ...card, newest: place(card.newest, data as JobAnswer, (job) => job.created_at, olderJob) };
    case "DeadLetter":
      return { ...card, newest: place(card.newest, data as DeadLetter, (letter) => letter.received_at, neverOlder) };
    // They come along with runs, and are read anew.
    case "Session":
    case "LlmCall":
      return card;
  }
}

/** A new version of a file takes the place of the one before. */
function placeArtifact(rows: Artifact[], file: Artifact): Artifact[] {
  const others = rows.filter(({ id, run_id, name }) => id === file.id || run_id !== file.run_id || name !== file.name);
  return place(others, file, ({ created_at }) => created_at, neverOlder);
}

const neverOlder = () => false;
const olderRun = (next: Run, known: Run) => next.last_seq < known.last_seq;
/** Messages of a job may overtake each other. */
export const olderJob = (next: JobAnswer, known: JobAnswer) => next.updated_at < known.updated_at;

/** @param older whether the arrival is an older state of the row that is there */
function place<T extends { id: string }>(
  rows: T[],
  row: T,
  timeOf: (row: T) => string,
  older: (next: T, known: T) => boolean,
): T[] {
  const known = rows.find(({ id }) => id === row.id);
  if (known) return older(row, known) ? rows : rows.map((each) => (each === known ? row : each));
  const at = rows.findIndex((each) => timeOf(each) < timeOf(row));
  return (at === -1 ? [...rows, row] : rows.toSpliced(at, 0, row)).slice(0, SHOWN);
}
