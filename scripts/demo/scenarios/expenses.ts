import { LOCAL } from "../models.ts";
import { type Round, turn } from "../round.ts";
import { type Failure, type Run, Trace } from "../spans.ts";
import { agent, Conversation, call, type Tool, text } from "../steps.ts";

const SERVICE = { name: "expense-clerk", version: "0.9.2", environment: "staging" };
const AGENT = "expense-clerk";
const SYSTEM = "You read receipts and file them in the ledger. Never change an amount. Stop after two failed attempts.";
const TOOLS: Tool[] = [
  { name: "read_receipt", description: "Reads a scanned receipt.", parameters: { file: "Name of the scan." } },
  {
    name: "post_to_ledger",
    description: "Books an expense.",
    parameters: { account: "Ledger account.", amount: "In EUR.", receipt: "Receipt number." },
  },
];
const CLOSED: Failure = {
  type: "LedgerError",
  message: "The period of September is closed: postings need the approval of an accountant",
  stack: [
    "Ledger.assertOpen (/srv/expense-clerk/dist/ledger.js:88:11)",
    "Ledger.post (/srv/expense-clerk/dist/ledger.js:41:10)",
    "async postToLedger (/srv/expense-clerk/dist/tools/post-to-ledger.js:19:5)",
    "async runTool (/srv/expense-clerk/dist/agent.js:203:20)",
  ],
};
const RECEIPTS = [
  {
    user: "emp_0391",
    file: "receipt-0117.jpg",
    number: "R-55012",
    shop: "Bistro Anker",
    amount: "64.20",
    account: "6640",
  },
  {
    user: "emp_0288",
    file: "receipt-0121.jpg",
    number: "R-55040",
    shop: "City Taxi",
    amount: "31.50",
    account: "6673",
  },
] as const;

/** A run on a local model that fails for good. */
export function expenses(round: Round): Run {
  const { user, file, number, shop, amount, account } = turn(RECEIPTS, round.index);
  const asked = `File ${file} please.`;
  const trace = new Trace(round, { service: SERVICE, session: round.session("expenses"), user });
  const talk = new Conversation({ agent: AGENT, model: LOCAL, system: SYSTEM, tools: TOOLS, asked, promptTokens: 0 });
  const description = "Files receipts in the ledger.";
  const run = trace.open(undefined, 0, agent({ name: AGENT, description, asked, model: LOCAL }));

  const read = call(round, "read_receipt", { file });
  trace.span(run, 20, 1_650, talk.chat([read], { temperature: 0 }));
  trace.span(
    run,
    1_670,
    2_480,
    talk.tool(read, { number, shop, total: amount, currency: "EUR", date: "29 September" }),
  );

  const post = call(round, "post_to_ledger", { account, amount, receipt: number });
  trace.span(run, 2_500, 4_470, talk.chat([post], { temperature: 0 }));
  trace.span(run, 4_490, 4_730, talk.failedTool(post, CLOSED, { modelIsTold: true }));

  const again = call(round, "post_to_ledger", { account, amount, receipt: number });
  trace.span(run, 4_750, 6_910, talk.chat([text("The ledger refused. I try once more."), again], { temperature: 0 }));
  trace.span(run, 6_930, 7_150, talk.failedTool(again, CLOSED, { modelIsTold: true }));
  trace.end(run, 7_190, {
    failedBecause: `Could not file ${number}: ${CLOSED.message}`,
    attributes: { "error.type": CLOSED.type },
  });
  return trace.run(`Expenses: ${number} could not be filed`);
}
