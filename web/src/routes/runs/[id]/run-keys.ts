import type { RunView } from "./run-view.svelte.ts";
import type { Node } from "./trace.ts";

/** What the page does around the tree. */
interface Around {
  /** Shows the row, and its span if one is open already. */
  go: (node: Node | null) => void;
  open: (node: Node | null) => void;
  leave: () => void;
  search: () => void;
  copyLink: () => void;
  /** Rows that fit on the screen. */
  screen: () => number;
}

/** The keys of the trace view. The help dialog lists them. */
export function runKeys(
  view: RunView,
  { go, open, leave, search, copyLink, screen }: Around,
): Record<string, () => void> {
  const by = (step: number) => () => go(view.move(step));
  return {
    j: by(1),
    ArrowDown: by(1),
    k: by(-1),
    ArrowUp: by(-1),
    PageDown: () => go(view.move(screen())),
    PageUp: () => go(view.move(-screen())),
    Home: () => go(view.first()),
    End: () => go(view.last()),
    ArrowRight: () => go(view.expand()),
    ArrowLeft: () => go(view.collapse()),
    "]": () => view.expandAll(),
    "[": () => view.collapseAll(),
    Enter: () => open(view.cursor),
    Escape: leave,
    "/": search,
    e: () => go(view.nextError()),
    E: () => go(view.nextError(true)),
    z: () => view.toggleZoom(),
    c: copyLink,
  };
}
