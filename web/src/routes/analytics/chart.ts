import uPlot from "uplot";
import type { Colours, Ink } from "./colours.svelte.ts";
import { type Column, stacked } from "./columns.ts";

export type Form = "stack" | "lines";

/** A column of a chart, and its colour. */
export interface Layer extends Column {
  colour: Ink;
}

export interface ChartOptions {
  form: Form;
  /** Seconds from one value to the next. */
  step: number;
  layers: Layer[];
  colours: Colours;
  axis: (value: number, apart: number) => string;
  width: number;
  height: number;
  /** The value that the pointer is at, which moves with it. */
  onAt: (at: number | null) => void;
  /** A stretch that was drawn, as the numbers of its first and last value. */
  onStretch: (first: number, last: number) => void;
}

/** Dashes tell lines apart where colours do not. */
const DASHES = [[], [7, 3], [2, 3]];

/** The font of axes. A canvas wants px, and styles/tokens.css says rem. @param pixels of the canvas to one of the page */
export function axisFont(pixels = 1): string {
  const root = getComputedStyle(document.documentElement);
  const size = Number.parseFloat(root.getPropertyValue("--tiny")) * Number.parseFloat(root.fontSize);
  return `${Math.round(size * pixels)}px ${root.getPropertyValue("--sans")}`;
}

/** The figures as uPlot wants them: values stand in the middle of their step, layers add up, the whole first, so that it is behind. */
export function chartData(form: Form, steps: number[], step: number, layers: Column[]): uPlot.AlignedData {
  const middles = steps.map((start) => start + step / 2);
  return [middles, ...(form === "stack" ? stacked(layers).reverse() : layers.map(({ values }) => values))];
}

/** Which value a place on the axis belongs to. @param seconds since the epoch */
export function valueAt(seconds: number, first: number, step: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor((seconds - first) / step)));
}

export function drawChart(target: HTMLElement, data: uPlot.AlignedData, options: ChartOptions): uPlot {
  const { form, step, layers, colours } = options;
  const edges = (chart: uPlot): [number, number] => {
    const [middles] = chart.data;
    return [(middles[0] ?? 0) - step / 2, (middles.at(-1) ?? 0) + step / 2];
  };
  const bars = uPlot.paths.bars?.({ size: [0.86, 36] });
  const drawn = form === "stack" ? [...layers].reverse() : layers;
  const series = drawn.map(({ label, colour }, at): uPlot.Series => {
    const ink = colours[colour];
    if (form === "stack")
      return { label, fill: ink, stroke: colours["--surface"], width: 0, points: { show: false }, paths: bars };
    const alone = (chart: uPlot, line: number) => lonely(chart.data[line] ?? []);
    return {
      label,
      stroke: ink,
      width: 1.5,
      dash: DASHES[at % DASHES.length],
      points: { size: 5, fill: ink, show: true, filter: alone },
    };
  });
  const axis = { stroke: colours["--muted"], font: axisFont(), grid: { stroke: colours["--line"], width: 1 } };
  const ticks = { show: false };
  return new uPlot(
    {
      width: options.width,
      height: options.height,
      padding: [10, 18, 0, 0],
      legend: { show: false },
      // Days are counted in UTC and named so; what is shorter is told in the reader's zone.
      ...(step >= 86_400 ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC") } : {}),
      scales: {
        x: { time: true, range: edges },
        y: { range: (_, __, max) => [0, max > 0 ? max * 1.06 : 1] },
      },
      axes: [
        { ...axis, ticks, size: 24, gap: 6, grid: { show: false }, values: timeLabels(step) },
        {
          ...axis,
          ticks,
          space: 32,
          size: (chart, values) => widest(chart, values),
          values: (_, splits, __, ___, apart) => splits.map((value) => options.axis(value, apart)),
        },
      ],
      series: [{}, ...series],
      cursor: {
        y: false,
        points: { show: form === "lines" },
        drag: { x: true, y: false, setScale: false },
      },
      hooks: {
        setCursor: [(chart) => options.onAt((chart.cursor.left ?? -1) < 0 ? null : (chart.cursor.idx ?? null))],
        setSelect: [
          (chart) => {
            const { left, width } = chart.select;
            if (width < 4) return;
            const [first] = edges(chart);
            const at = (pixels: number) => valueAt(chart.posToVal(pixels, "x"), first, step, chart.data[0].length);
            options.onStretch(at(left), at(left + width - 1));
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    data,
    target,
  );
}

/** Values without a neighbour, which a line alone would not show. */
function lonely(values: ArrayLike<number | null | undefined>): number[] {
  return Array.from({ length: values.length }, (_, at) => at).filter(
    (at) => values[at] != null && values[at - 1] == null && values[at + 1] == null,
  );
}

function widest(chart: uPlot, values: string[] | null): number {
  chart.ctx.font = axisFont(devicePixelRatio);
  const widths = (values ?? []).map((text) => chart.ctx.measureText(text).width / devicePixelRatio);
  return Math.ceil(Math.max(24, ...widths)) + 12;
}

/** "09:30", and the day where one begins. */
function timeLabels(step: number): (chart: uPlot, splits: number[]) => string[] {
  return (_, splits) => {
    let last = "";
    return splits.map((seconds) => {
      const date = new Date(seconds * 1000);
      const zone = step >= 86_400 ? { timeZone: "UTC" } : {};
      const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...zone });
      const clock = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...zone });
      const isNew = day !== last;
      last = day;
      return clock === "00:00" || step >= 86_400 ? (isNew ? day : "") : clock;
    });
  };
}
