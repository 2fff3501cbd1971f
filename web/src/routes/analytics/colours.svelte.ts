import { theme } from "#lib/theme.svelte.ts";

/** The variables of styles/tokens.css that a canvas needs. Neighbours in a stack are far from each other on the wheel. */
const LAYERS = [
  "--step-agent",
  "--step-guardrail",
  "--step-llm",
  "--step-tool",
  "--step-evaluator",
  "--step-retriever",
  "--step-reranker",
  "--step-embedding",
  "--error",
  "--step-chain",
] as const;
const INK = ["--line", "--muted", "--surface", "--faint", "--error", "--ok"] as const;
type Variable = (typeof LAYERS)[number] | (typeof INK)[number];

/** What takes part in a chart, and its variable: the layer of a number, or one that means something. */
export const layerVariable = (at: number): Variable => LAYERS[at % LAYERS.length] as Variable;

export type Colours = Readonly<Record<Variable, string>>;

/** A canvas knows neither variables nor light-dark(): an element has to be asked what they come to. */
function read(): Colours {
  const probe = document.body.appendChild(document.createElement("span"));
  const found = [...new Set([...LAYERS, ...INK])].map((name) => {
    probe.style.color = `var(${name})`;
    return [name, getComputedStyle(probe).color];
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
