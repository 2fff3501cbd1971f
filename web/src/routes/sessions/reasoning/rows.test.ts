import { expect, test } from "vitest";
import { addRows } from "./rows.ts";

const row = (run_id: string, seq: number) => ({ run_id, seq });

test("rows are added once, in the order in which they came", () => {
  const rows = [row("a", 1), row("a", 4)];
  expect(addRows(rows, [row("a", 4), row("b", 1), row("a", 5)])).toEqual([...rows, row("b", 1), row("a", 5)]);
  expect(addRows(rows, [row("a", 1)])).toBe(rows);
});
