/** Keys that mean something to a focused control; there they are the control's. */
const CONTROL_KEYS = new Set(["Enter", " ", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]);

/** What is asked of the event and the page, so that the rule can be tested without a browser. */
interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  defaultPrevented: boolean;
  isComposing: boolean;
}
interface Focus {
  typing: boolean;
  control: boolean;
  dialogOpen: boolean;
}

/** Whether a key press is meant for the page: not for a field, a control, a dialog or the browser. */
export function isForPage(event: KeyPress, focus: Focus): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (focus.typing || focus.dialogOpen) return false;
  return !(focus.control && CONTROL_KEYS.has(event.key));
}

/** Runs the handler of a single-key shortcut and keeps the browser's own meaning of the key away. */
export function handleKey(event: KeyboardEvent, handlers: Record<string, () => void>): void {
  const handler = handlers[event.key];
  if (!handler) return;
  const target = event.target instanceof Element ? event.target : null;
  const focus = {
    typing: target?.closest("input, textarea, select, [contenteditable]") != null,
    control: target?.closest("button, a, summary, [role=tab], [role=slider], [role=separator]") != null,
    dialogOpen: document.querySelector("dialog[open]") !== null,
  };
  if (!isForPage(event, focus)) return;
  event.preventDefault();
  handler();
}
