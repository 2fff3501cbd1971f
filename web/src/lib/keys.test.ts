import { expect, it } from "vitest";
import { isForPage } from "./keys.ts";

const press = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  defaultPrevented: false,
  isComposing: false,
  ...more,
});
const nowhere = { typing: false, control: false, dialogOpen: false };

it("takes plain keys when nothing else wants them", () => {
  expect(isForPage(press("j"), nowhere)).toBe(true);
  expect(isForPage(press("?"), { ...nowhere, control: true })).toBe(true);
});

it.each([
  ["typing", press("j"), { ...nowhere, typing: true }],
  ["an open dialog", press("j"), { ...nowhere, dialogOpen: true }],
  ["Enter on a button", press("Enter"), { ...nowhere, control: true }],
  ["an arrow on a tab", press("ArrowLeft"), { ...nowhere, control: true }],
  ["Ctrl", press("c", { ctrlKey: true }), nowhere],
  ["Cmd", press("c", { metaKey: true }), nowhere],
  ["Alt", press("ArrowLeft", { altKey: true }), nowhere],
  ["an input method", press("e", { isComposing: true }), nowhere],
  ["a handled event", press("e", { defaultPrevented: true }), nowhere],
])("leaves alone: %s", (_, event, focus) => expect(isForPage(event, focus)).toBe(false));
