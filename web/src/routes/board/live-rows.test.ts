import { expect, it } from "vitest";
import type { Card } from "./board-api.ts";
import { arrive } from "./live-rows.ts";

const run = (id: string, second: number, last_seq = 1) => ({
  id,
  last_seq,
  started_at: `2026-11-21T09:00:${String(second).padStart(2, "0")}.000Z`,
});
const cards = [{ entity: "Run", newest: [run("b", 20), run("a", 10)] }] as unknown as Card[];
const take = (data: unknown, entity = "Run") =>
  (arrive(cards, { entity, event_type: "update", data })[0] as { newest: ReturnType<typeof run>[] }).newest
    .map(({ id, last_seq }) => id + last_seq)
    .join(" ");

it("puts a new row to its place by time, a known one stays where it is", () => {
  expect(take(run("c", 30))).toBe("c1 b1 a1");
  expect(take(run("c", 15))).toBe("b1 c1 a1");
  expect(take(run("a", 10, 2))).toBe("b1 a2");
});

it("never goes back to an older state, and leaves other kinds alone", () => {
  expect(take(run("a", 10, 0))).toBe("b1 a1");
  expect(take(run("c", 30), "Job")).toBe("b1 a1");
});

it("takes out what was deleted, and nothing of another kind", () => {
  const left = (entity: string, id: string) =>
    (arrive(cards, { entity, event_type: "delete", data: { id } })[0] as { newest: { id: string }[] }).newest.length;
  expect([left("Run", "a"), left("Run", "c"), left("Artifact", "a")]).toEqual([1, 2, 2]);
});

it("keeps to the number of rows that a card has", () => {
  let board = cards;
  for (let n = 0; n < 9; n++)
    board = arrive(board, { entity: "Run", event_type: "insert", data: run(`n${n}`, 30 + n) });
  expect(board[0]?.newest).toHaveLength(5);
});

it("puts a new version of a file in the place of the one before", () => {
  const file = (id: string, name: string, second: number, run_id = "r") => ({
    id,
    run_id,
    name,
    created_at: `2026-11-21T09:00:${second}.000Z`,
  });
  const board = [{ entity: "Artifact", newest: [file("b1", "b", 20), file("a1", "a", 10)] }] as unknown as Card[];
  const after = (data: unknown) => {
    const [card] = arrive(board, { entity: "Artifact", event_type: "insert", data });
    return (card as { newest: { id: string }[] }).newest.map(({ id }) => id).join(" ");
  };
  expect(after(file("a2", "a", 30))).toBe("a2 b1");
  expect(after(file("a3", "a", 30, "another"))).toBe("a3 b1 a1");
  expect(after(file("b1", "b", 20))).toBe("b1 a1");
});
