import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A browser to test with, and what it must be started with beyond the usual flags. */
export interface Chromium {
  path: string;
  args: string[];
  /** Where it came from, for people. */
  from: string;
}

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

/** Finds a Chromium, or installs Debian's when this is root on Debian, or unpacks the one that comes from npm. */
export async function findChromium(): Promise<Chromium> {
  const named = process.env.CHROMIUM;
  if (named) return { path: named, args: [], from: "CHROMIUM" };
  const found = PLACES.find((path) => existsSync(path)) ?? installWithApt();
  if (found) return { path: found, args: [], from: "this machine" };
  const { default: bundled } = (await import("@sparticuz/chromium")) as {
    default: { executablePath(): Promise<string>; args: string[] };
  };
  // It has no zygote process.
  return { path: await bundled.executablePath(), args: ["--no-zygote"], from: "npm (@sparticuz/chromium)" };
}

function installWithApt(): string | undefined {
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) return undefined;
  console.log("Installing Chromium with apt-get …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    execFileSync("apt-get", ["update", "-qq"], { env, stdio: "ignore" });
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { env, stdio: "ignore" });
  } catch {
    console.log("apt-get could not; taking the one from npm.");
  }
  return PLACES.find((path) => existsSync(path));
}
