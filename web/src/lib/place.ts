interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
interface Size {
  width: number;
  height: number;
}

const GAP = 6;
const MARGIN = 8;

/**
 * Where a note stands beside what it is about: below it, above it when there is no room below, never over the window's
 * edge. In the right half its right edge is the anchor's.
 */
export function placeBeside(anchor: Box, note: Size, window: Size): { left: number; top: number } {
  const wanted = anchor.left > window.width / 2 ? anchor.right - note.width : anchor.left;
  const left = Math.max(MARGIN, Math.min(wanted, window.width - MARGIN - note.width));
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - note.height;
  const top = below + note.height <= window.height - MARGIN || above < MARGIN ? below : above;
  return { left, top };
}
