import { launch } from "../../scripts/local/launch.ts";
import { CONFORMANCE_WORKER } from "./build.ts";

/** What `npm start` does, with the test build of the Worker. */
const { server, key } = await launch({ dashboard: true, worker: CONFORMANCE_WORKER });
process.send?.({ origin: server.origin, key });
