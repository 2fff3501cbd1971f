import type { Plugin } from "vite";

/** An API with made-up data for `npm run dev` without a Worker. Never part of the build. */
export function fakeApi(): Plugin {
  return { name: "fake-api", apply: "serve" };
}
