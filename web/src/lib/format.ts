import type { Run } from "./api.ts";

const whole = new Intl.NumberFormat("en-US");

/** 1284 → "1,284" */
export function count(value: number): string {
  return whole.format(value);
}

/** "1 span", "2 spans" */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A length of time in the unit that reads best; about three digits, always with its unit. */
export function duration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "–";
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms === 0) return "0 ms";
  if (ms < 0.001) return `${Math.round(ms * 1e6)} ns`;
  if (ms < 0.9995) return `${three(ms * 1000)} µs`;
  if (ms < 999.5) return `${three(ms)} ms`;
  if (ms < 59_995) return `${three(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

function three(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** Tokens in a narrow column: exact up to 9,999, then "12.4k", "1.2M". null = not reported. */
export function tokens(value: number | null): string {
  if (value === null) return "–";
  if (value < 10_000) return count(value);
  if (value < 999_500) return `${value < 99_950 ? (value / 1000).toFixed(1) : Math.round(value / 1000)}k`;
  return `${(value / 1e6).toFixed(value < 99_950_000 ? 1 : 0)}M`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 999_500) return `${three(value / 1000)} kB`;
  return `${three(value / 1e6)} MB`;
}

/** "4 min ago"; a date when it is more than a month. */
export function ago(time: string, now: number): string {
  const then = Date.parse(time);
  if (Number.isNaN(then)) return "–";
  const seconds = Math.round((now - then) / 1000);
  if (seconds < 5) return seconds < -60 ? "in the future" : "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 30 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  return new Date(then).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

/** Local time to the millisecond, with its zone, and the UTC time with all digits that came in. */
export function exactTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return `${localTime(date)} (${time})`;
}

/** "2026-11-21 10:30:00.123" in the reader's zone. */
export function localTime(date: Date): string {
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day} ${clock}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** How long a run took, or has been going on. A trace from long ago whose root never came is no clock. */
export function elapsed(run: Pick<Run, "status" | "started_at" | "duration_ms">, now: number): number | null {
  if (run.status !== "running") return run.duration_ms;
  const since = now - Date.parse(run.started_at);
  return since >= 0 && since < 86_400_000 ? Math.max(since, run.duration_ms ?? 0) : run.duration_ms;
}
