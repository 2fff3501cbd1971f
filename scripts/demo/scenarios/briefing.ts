import { readFileSync } from "node:fs";
import { SONNET } from "../models.ts";
import type { Round } from "../round.ts";
import { agent, answered, type Call, Conversation, call, text } from "../steps.ts";
import type { WrittenRun } from "../written.ts";
import { Writer } from "../written.ts";

const SERVICE = { name: "briefing-desk", version: "0.9.2", environment: "production" };
const LEAD = "briefing-lead";
const ASKED = "What do I need to know before nine o'clock?";

interface Part {
  name: string;
  agent: string;
  asked: string;
  tool: string;
  args: object;
  found: unknown;
  said: string;
  startMs: number;
  /** How long its tool takes: long enough to watch. */
  toolMs: number;
  /** Whether its agent says what it does in spans, or in AG-UI's events only. */
  spans: boolean;
}

const PARTS: readonly Part[] = [
  {
    name: "Read the mail",
    agent: "mail-reader",
    asked: "Which mails of this night need an answer before nine?",
    tool: "search_mail",
    args: { since: "yesterday 18:00", unread: true },
    found: [
      { from: "facilities@example.com", subject: "Lift 2 is out of order until noon" },
      { from: "j.okafor@example.com", subject: "Slides for the board: last look?" },
    ],
    said: "Two of eleven need you: Okafor waits for your last look at the slides, and lift 2 is out of order until noon.",
    startMs: 4_000,
    toolMs: 7_000,
    spans: true,
  },
  {
    name: "Read the calendar",
    agent: "calendar-reader",
    asked: "What is in the calendar of this morning, and what is in conflict?",
    tool: "list_events",
    args: { from: "07:00", to: "12:00" },
    found: [
      { at: "08:30", title: "Board rehearsal", room: "4.12" },
      { at: "08:45", title: "Call with the auditors" },
    ],
    said: "The rehearsal at 8:30 in room 4.12 runs into the auditors' call at 8:45. One of the two has to move.",
    startMs: 4_600,
    toolMs: 12_000,
    spans: false,
  },
];
const ANSWER =
  "Look at Okafor's slides first; he waits for you. Move the auditors' call to 9:30, since the rehearsal runs over it. " +
  "Leave five minutes earlier: lift 2 is out of order and room 4.12 is on the fourth floor.";

/** What it leaves behind, shortly before it ends. */
const FILES = [
  { atMs: 29_000, name: "morning.svg", content_type: "image/svg+xml", entity_type: "chart" },
  { atMs: 30_500, name: "briefing.md", content_type: "text/markdown", entity_type: "report" },
  { atMs: 31_600, name: "briefing.html", content_type: "text/html", entity_type: "page" },
];

/** A run and the two that it begins, written as they happen: what runs can be watched. About half a minute. */
export function briefing(round: Round): WrittenRun[] {
  const session_id = round.session("briefing");
  const shared = { kind: "agent", session_id, user_id: "m.lindqvist" };
  const lead = new Writer(round, SERVICE);
  const talk = new Conversation({ agent: LEAD, model: SONNET, system: "You brief in three sentences.", asked: ASKED });
  const description = "Sends out readers and writes the briefing.";
  const step = agent({ name: LEAD, description, asked: ASKED, model: SONNET });
  const attributes = { ...step.attributes, ...answered(ANSWER).attributes };
  const root = lead.span(null, 100, 32_000, { ...step, attributes });
  lead.span(root, 200, 3_600, talk.chat([text("Mail and calendar, side by side.")]));
  lead.event(3_800, "STEP_STARTED", { stepName: "wait for the readers" });
  lead.event(25_400, "STEP_FINISHED", { stepName: "wait for the readers" });
  lead.span(root, 25_500, 31_500, talk.chat([text(ANSWER)]));
  lead.message(27_000, 31_400, ANSWER);
  for (const file of FILES) {
    const body = readFileSync(new URL(`briefing/${file.name}`, import.meta.url), "utf8");
    lead.file({ ...file, tags: { lang: "en", for: shared.user_id }, body });
  }
  lead.event(32_200, "RUN_FINISHED", { result: ANSWER });
  const parts = PARTS.map((part) => readPart(round, part, { ...shared, parent_run_id: lead.id }));
  return [lead.run(`Briefing: ${ASKED}`, 0, { ...shared, name: "Morning briefing" }), ...parts];
}

function readPart(round: Round, part: Part, shared: { parent_run_id: string }): WrittenRun {
  const writer = new Writer(round, SERVICE);
  const talk = new Conversation({
    agent: part.agent,
    model: SONNET,
    system: "You read and report.",
    asked: part.asked,
  });
  const step = agent({ name: part.agent, description: "Reads one source.", asked: part.asked, model: SONNET });
  const asks = call(round, part.tool, part.args);
  const called = 2_500 + part.toolMs;
  const end = called + 4_200;
  if (part.spans) {
    const attributes = { ...step.attributes, ...answered(part.said).attributes };
    const root = writer.span(null, 100, end, { ...step, attributes });
    writer.span(root, 200, 2_300, talk.chat([asks]));
    writer.span(root, 2_500, called, talk.tool(asks, part.found));
    writer.span(root, called + 100, end - 100, talk.chat([text(part.said)]));
  } else callTool(round, writer, asks, called, part.found);
  writer.message(called + 900, end - 150, part.said);
  writer.event(end + 100, "RUN_FINISHED", { result: part.said });
  return writer.run(part.name, part.startMs, { ...shared, name: part.name });
}

/** A tool call in events, without a span. */
function callTool(round: Round, writer: Writer, asks: Call, endMs: number, found: unknown): void {
  const { id: toolCallId, name: toolCallName, arguments: args } = asks;
  writer.event(2_400, "TOOL_CALL_START", { toolCallId, toolCallName });
  writer.event(2_410, "TOOL_CALL_ARGS", { toolCallId, delta: JSON.stringify(args) });
  writer.event(2_420, "TOOL_CALL_END", { toolCallId });
  const messageId = `msg_${round.hex(6)}`;
  writer.event(endMs, "TOOL_CALL_RESULT", { messageId, toolCallId, content: JSON.stringify(found) });
}
