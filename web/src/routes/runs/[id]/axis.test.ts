import { expect, it } from "vitest";
import { place, ticks } from "./axis.ts";

const labels = (from: number, to: number, most = 5) => ticks({ from, to }, most).map((tick) => tick.label);

it.each([
  [0, 0.001, ["0", "0.2 µs", "0.4 µs", "0.6 µs", "0.8 µs", "1 µs"]],
  [0, 1, ["0", "0.2 ms", "0.4 ms", "0.6 ms", "0.8 ms", "1 ms"]],
  [0, 870, ["0", "0.2 s", "0.4 s", "0.6 s", "0.8 s"]],
  [0, 12_400, ["0", "5 s", "10 s"]],
  [0, 100_000, ["0", "30 s", "1 m 0 s", "1 m 30 s"]],
  [0, 20 * 60_000, ["0", "5 m", "10 m", "15 m", "20 m"]],
  [0, 5 * 3_600_000, ["0", "1 h", "2 h", "3 h", "4 h", "5 h"]],
  [1200, 1300, ["1200 ms", "1220 ms", "1240 ms", "1260 ms", "1280 ms", "1300 ms"]],
])("from %s to %s ms", (from, to, expected) => expect(labels(from, to)).toEqual(expected));

it("copes with a trace that takes no time", () => expect(labels(3, 3)).toEqual(["0 ms"]));

it("places spans in percent and cuts them at the edges", () => {
  const range = { from: 100, to: 200 };
  expect(place(range, 125, 150)).toEqual({ left: 25, width: 25 });
  expect(place(range, 0, 1000)).toEqual({ left: 0, width: 100 });
  expect(place(range, 200, 200)).toEqual({ left: 100, width: 0 });
  expect(place(range, 0, 50)).toBeNull();
});
