import { theme } from "#lib/theme.svelte.ts";

/** Variables of styles/tokens.css. Five that nobody takes for each other, and then their tints. */
const HUES = ["--step-agent", "--step-guardrail", "--step-llm", "--step-tool", "--step-evaluator"] as const;
const INKS = ["--line", "--muted", "--surface", "--faint", "--error"] as const;
type Hue = (typeof HUES)[number];
export type Ink = Hue | `${Hue} tint` | (typeof INKS)[number];

const ALL: Ink[] = [...HUES, ...HUES.map((hue): Ink => `${hue} tint`), ...INKS];

/** The ink of a chart's layer by its number. */
export const layerInk = (at: number): Ink => ALL[at % (2 * HUES.length)] as Ink;

/** An ink as a style names it. */
export function css(ink: Ink): string {
  const [name, tint] = ink.split(" ");
  return tint ? `color-mix(in oklab, var(${name}) 48%, var(--surface))` : `var(${name})`;
}

export type Colours = Readonly<Record<Ink, string>>;

/** A canvas knows neither variables nor light-dark(): an element has to be asked what they come to. */
function read(): Colours {
  const probe = document.body.appendChild(document.createElement("span"));
  const found = ALL.map((ink) => {
    probe.style.color = css(ink);
    return [ink, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(found);
}

/** The colours of the theme that is on the screen. Watch them in an effect of the page. */
export class ThemeColours {
  now = $state.raw<Colours>(read());

  /** Reads them anew when the reader chooses another theme, or the system does; returns how to stop. */
  watch(): () => void {
    theme.chosen;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const renew = () => {
      this.now = read();
    };
    renew();
    system.addEventListener("change", renew);
    return () => system.removeEventListener("change", renew);
  }
}
