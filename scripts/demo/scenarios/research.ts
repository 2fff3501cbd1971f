import { GEMINI_FLASH, GEMINI_PRO } from "../models.ts";
import { type Round, turn } from "../round.ts";
import { type Open, type Run, Trace } from "../spans.ts";
import { agent, answered, type Call, Conversation, call, type Tool, text, thought } from "../steps.ts";

const SERVICE = { name: "research-desk", version: "3.0.0", environment: "production" };
const LEAD = "lead-researcher";
const READER = "source-reader";
const TOOLS: Tool[] = [
  { name: "web_search", description: "Searches the web.", parameters: { query: "What to look for." } },
  { name: "fetch_page", description: "Reads a page as text.", parameters: { url: "The page's address." } },
];

interface Finding {
  topic: string;
  query: string;
  pages: [string, string];
  finding: string;
}
interface Brief {
  user: string;
  asked: string;
  findings: [Finding, Finding, Finding, Finding];
  answer: string;
}

const HEAT_PUMPS: Brief = {
  user: "analyst_07",
  asked: "Is a heat pump worth it for an unrenovated house of 1965 with radiators? Give me a one-page brief.",
  findings: [
    {
      topic: "flow temperature",
      query: "heat pump old radiators flow temperature field study",
      pages: ["https://energy.example/field-study", "https://installers.example/radiator-check"],
      finding: "In the field study most old radiators were large enough for 55 °C on all but the coldest days.",
    },
    {
      topic: "running costs",
      query: "heat pump seasonal performance unrenovated house cost per year",
      pages: ["https://tariffs.example/heat-pump", "https://energy.example/cop-by-house"],
      finding: "A seasonal performance of about 3 makes heat as cheap as gas when power costs three times as much.",
    },
    {
      topic: "subsidies",
      query: "heat pump subsidy replacement of old boiler conditions",
      pages: ["https://grants.example/heating", "https://grants.example/faq"],
      finding: "Replacing an old boiler is supported; the grant must be applied for before the contract is signed.",
    },
    {
      topic: "what goes wrong",
      query: "heat pump retrofit common mistakes noise sizing",
      pages: ["https://forum.example/retrofit", "https://installers.example/sizing"],
      finding: "The common mistake is a pump that is too big: it starts and stops all day and wears out early.",
    },
  ],
  answer:
    "Yes, under two conditions: the radiators pass a 55 °C test on a cold day, and the pump is sized by measured use, not " +
    "by floor area. Running costs then match gas; the grant decides how soon it pays. Apply before signing.",
};

const CARGO_BIKES: Brief = {
  user: "analyst_12",
  asked: "Should our bakery deliver to cafés by cargo bike instead of van? Four routes, 12 km each.",
  findings: [
    {
      topic: "time per route",
      query: "cargo bike delivery speed city compared to van study",
      pages: ["https://logistics.example/inner-city", "https://cities.example/last-mile"],
      finding: "Below 15 km a route, bikes were as quick as vans, since they stop at the door.",
    },
    {
      topic: "load",
      query: "cargo bike payload bakery crates cooling box",
      pages: ["https://bikes.example/payload", "https://bakeries.example/by-bike"],
      finding: "A long-tail trike carries 12 bread crates or 180 kg; cooled goods need a box of their own.",
    },
    {
      topic: "cost",
      query: "total cost of ownership electric cargo bike vs van five years",
      pages: ["https://fleet.example/tco", "https://insurers.example/cargo-bike"],
      finding: "Over five years a trike costs about a quarter of a small van, insurance and parking included.",
    },
    {
      topic: "winter",
      query: "cargo bike delivery winter battery range reliability",
      pages: ["https://couriers.example/winter", "https://bikes.example/battery"],
      finding: "In frost the range falls by a third: a 12 km route stays possible with one battery.",
    },
  ],
  answer:
    "Yes for all four routes. Buy two trikes and keep one van for frost and for cooled goods. Expect the same delivery " +
    "times and about a quarter of the cost; plan a spare battery for January.",
};

/** About this much work a topic. */
const TOPIC_MS = 12_400;

/** A minute of work in many requests: children arrive before their parents, the root comes last. */
export function research(round: Round): Run {
  const brief = turn([HEAT_PUMPS, CARGO_BIKES], round.index);
  const trace = new Trace(round, {
    service: SERVICE,
    session: round.session("research"),
    user: brief.user,
    // It shall take its minute.
    pace: 1,
  });
  const description = "Plans a research, hands out topics, writes the brief.";
  const run = trace.open(undefined, 0, agent({ name: LEAD, description, asked: brief.asked, model: GEMINI_PRO }));
  const lead = new Conversation({
    agent: LEAD,
    model: GEMINI_PRO,
    system: "You lead a research desk. Split the question into topics, give each to a reader, then write one page.",
    asked: brief.asked,
  });
  const topics = brief.findings.map(({ topic }) => topic);
  const plan = [
    thought("The answer hangs on a few facts that can be checked one by one. Four topics are enough for one page."),
    text(`Topics: ${topics.join("; ")}.`),
  ];
  trace.span(run, 100, 4_600, lead.chat(plan, { firstChunkMs: 1_900, reasoning: 640 }));

  brief.findings.forEach((finding, i) => {
    readTopic(round, trace, run, finding, 4_700 + i * TOPIC_MS);
  });

  const writing = 4_800 + brief.findings.length * TOPIC_MS;
  trace.span(run, writing, writing + 6_400, lead.chat([text(brief.answer)], { firstChunkMs: 1_400, reasoning: 410 }));
  trace.end(run, writing + 7_000, answered(brief.answer));
  return trace.run(`Research: ${brief.asked}`);
}

function readTopic(round: Round, trace: Trace, run: Open, { topic, query, pages, finding }: Finding, at: number): void {
  const asked = `Topic: ${topic}. What do good sources say?`;
  const description = "Searches, reads and sums up one topic.";
  const reader = trace.open(run, at, agent({ name: READER, description, asked, model: GEMINI_FLASH }));
  const talk = new Conversation({
    agent: READER,
    model: GEMINI_FLASH,
    system: "Read at least two sources that do not quote each other. Sum up in one sentence, without adjectives.",
    tools: TOOLS,
    asked,
  });
  const search = call(round, "web_search", { query });
  trace.span(reader, at + 50, at + 1_500, talk.chat([search], { firstChunkMs: 540 }));
  const hits = pages.map((url, rank) => ({ rank: rank + 1, url }));
  trace.span(reader, at + 1_550, at + 2_900, talk.tool(search, hits));

  const [first, second] = pages.map((url) => call(round, "fetch_page", { url })) as [Call, Call];
  trace.span(reader, at + 2_950, at + 4_700, talk.chat([first, second], { firstChunkMs: 620 }));
  trace.span(reader, at + 4_750, at + 6_300, talk.tool(first, { title: `On ${topic}`, text: finding }));
  trace.span(reader, at + 4_760, at + 8_100, talk.tool(second, { title: `More on ${topic}`, text: finding }));

  trace.span(reader, at + 8_200, at + 11_400, talk.chat([text(finding)], { firstChunkMs: 700, reasoning: 96 }));
  trace.end(reader, at + 12_000, answered(finding));
}
