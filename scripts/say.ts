import { styleText } from "node:util";

/** A failure that its reader can act on: printed as one sentence, without a stack trace. */
export class Stop extends Error {
  override readonly name = "Stop";
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const colours = process.stdout.isTTY && !process.env.NO_COLOR;

/** Colours only where a person looks. */
export function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return colours ? styleText(style, text) : text;
}

/** Runs a script's body; a `Stop` becomes its sentence and exit code, anything else keeps its stack trace. */
export async function run(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (error instanceof Stop) {
      console.error(error.message);
      process.exit(error.exitCode);
    }
    console.error(error);
    process.exit(1);
  }
}
