import { expect, it } from "vitest";
import { inputParts, outputParts, tokenRows } from "./token-words.ts";

const none = {
  input_tokens: null,
  cached_input_tokens: null,
  cache_write_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
};

it.each([
  [{}, "", ""],
  [{ cached_input_tokens: 0, reasoning_tokens: 0 }, "", ""],
  [{ cached_input_tokens: 1024, reasoning_tokens: 64 }, "1,024 cached", "64 reasoning"],
  [{ cached_input_tokens: 1024, cache_write_tokens: 12 }, "1,024 cached, 12 cache write", ""],
])("the parts of %j read %j and %j", (more, input, output) => {
  expect([inputParts({ ...none, ...more }), outputParts({ ...none, ...more })]).toEqual([input, output]);
});

it("shows a reported none and leaves out what nobody reported", () => {
  expect(
    tokenRows({ ...none, input_tokens: 100, cached_input_tokens: 0, output_tokens: 10, reasoning_tokens: 4 }),
  ).toEqual([
    { label: "Input", tokens: 100, share: null },
    { label: "of which cached", tokens: 0, share: 0 },
    { label: "Output", tokens: 10, share: null },
    { label: "of which reasoning", tokens: 4, share: 0.4 },
  ]);
  expect(tokenRows(none)).toEqual([]);
});
