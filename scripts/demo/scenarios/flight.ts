import { SONNET } from "../models.ts";
import { type Round, turn } from "../round.ts";
import { type Failure, type Run, Trace } from "../spans.ts";
import { agent, answered, Conversation, call, type Tool, text, thought } from "../steps.ts";

const SERVICE = { name: "trip-planner", version: "2.3.1", environment: "staging" };
const AGENT = "rebooking-agent";
const SYSTEM =
  "You rebook travellers whose flight was cancelled. Prefer the same day, one stop at most, and keep the fare class. " +
  "Hold a seat before you promise it.";
const TOOLS: Tool[] = [
  {
    name: "search_flights",
    description: "Flights with free seats.",
    parameters: { from: "IATA code.", to: "IATA code.", date: "YYYY-MM-DD, or today." },
  },
  {
    name: "hold_seat",
    description: "Holds a seat for 20 minutes.",
    parameters: { flight: "Flight number.", fare: "Fare class." },
  },
];
const TIMEOUT: Failure = {
  type: "GatewayTimeoutError",
  message: "The airline did not confirm the hold within 3000 ms",
  stack: [
    "ReservationClient.send (/app/src/airline/reservation-client.ts:118:13)",
    "process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
    "async ReservationClient.hold (/app/src/airline/reservation-client.ts:74:20)",
    "async holdSeat (/app/src/tools/hold-seat.ts:31:18)",
    "async Agent.runTool (/app/src/agent/agent.ts:142:22)",
  ],
};
const TRIPS = [
  {
    user: "trav_3302",
    from: "LIS",
    to: "ARN",
    lost: "TP 780",
    next: "TP 784",
    via: "LH 1167 via Frankfurt",
    at: "17:05",
  },
  { user: "trav_8120", from: "VIE", to: "DUB", lost: "OS 393", next: "OS 397", via: "BA 697 via London", at: "18:40" },
] as const;

/** A tool fails with an exception, is tried again, and works. */
export function flight(round: Round): Run {
  const trip = turn(TRIPS, round.index);
  const question = `My flight ${trip.lost} from ${trip.from} to ${trip.to} was cancelled. Get me there today, please.`;
  const trace = new Trace(round, { service: SERVICE, session: round.session("flight"), user: trip.user });
  const talk = new Conversation({ agent: AGENT, model: SONNET, system: SYSTEM, tools: TOOLS, asked: question });
  const description = "Finds another flight for a cancelled one.";
  const run = trace.open(undefined, 0, agent({ name: AGENT, description, asked: question, model: SONNET }));

  const search = call(round, "search_flights", { from: trip.from, to: trip.to, date: "today" });
  trace.span(run, 60, 2_310, talk.chat([search], { firstChunkMs: 880 }));
  const found = [
    { flight: trip.next, departs: trip.at, stops: 0, seats: { Y: 4 } },
    { flight: trip.via, departs: "15:20", stops: 1, seats: { Y: 9 } },
  ];
  trace.span(run, 2_340, 3_420, talk.tool(search, found));

  const hold = call(round, "hold_seat", { flight: trip.next, fare: "Y" });
  const why = thought(`${trip.next} is direct, the same day, with four seats in Y. Hold it before promising anything.`);
  trace.span(run, 3_450, 6_280, talk.chat([why, hold], { firstChunkMs: 940, reasoning: 148 }));
  trace.span(run, 6_310, 9_330, talk.failedTool(hold, TIMEOUT, { modelIsTold: false }));
  trace.span(run, 10_350, 11_720, talk.tool(hold, { flight: trip.next, seat: "14C", held_for_minutes: 20 }));

  const answer = `I hold seat 14C on ${trip.next}, direct, leaving at ${trip.at} today, in your fare class. Shall I confirm it? The hold lasts 20 minutes.`;
  trace.span(run, 11_750, 14_660, talk.chat([text(answer)], { firstChunkMs: 790 }));
  trace.end(run, 14_700, answered(answer));
  return trace.run(`Flights: ${trip.lost} rebooked after a failed hold`);
}
