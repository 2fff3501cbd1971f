import { RANGES, type Span, spanOf, type View } from "./view.ts";

/** How often what ends now is read anew. */
const AGAIN_MS = 60_000;

/** The time that a view shows. One that ends now moves on every minute while somebody looks. */
export class MovingSpan {
  now = $state(Date.now());
  /** Whether the span is another only because time went on. */
  moved = false;

  of(view: View): Span {
    return spanOf(view, this.now);
  }

  /** Another view counts from now, too. */
  renew(): void {
    this.moved = false;
    this.now = Date.now();
  }

  /** Starts to move; returns how to stop. */
  start(isLive: () => boolean): () => void {
    const move = () => {
      if (document.visibilityState !== "visible" || !isLive()) return;
      if (Date.now() - this.now < AGAIN_MS) return;
      this.moved = true;
      this.now = Date.now();
    };
    const timer = setInterval(move, AGAIN_MS / 12);
    document.addEventListener("visibilitychange", move);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", move);
    };
  }
}

/** "24 hours", or "2 h 30 m" for what was drawn. */
export function periodName(view: View, span: Span): string {
  if (span.live) return RANGES[view.range].words;
  const minutes = Math.round((span.to - span.from) / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const parts = [days && `${days} d`, hours && `${hours} h`, minutes % 60 && `${minutes % 60} m`];
  return parts.filter(Boolean).join(" ") || "minute";
}
