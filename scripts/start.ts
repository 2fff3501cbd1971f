import { greeting } from "./local/greeting.ts";
import { launch } from "./local/launch.ts";
import { run } from "./say.ts";

/** `npm start`: the whole of Runlight on one port of this machine. docs/local-mode.md says how and why so. */
export const main = () =>
  run(async () => {
    const { server, key, signInToken } = await launch({ dashboard: true });
    const { origin } = server;
    console.log(greeting({ origin, key, signInToken, seconds: performance.now() / 1000 }));
    // For a test that started it.
    process.send?.({ origin, key });
  });
