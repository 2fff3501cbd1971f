import { GPT_MINI } from "../models.ts";
import { type Round, turn } from "../round.ts";
import { type Run, Trace } from "../spans.ts";
import { agent, answered, Conversation, call, type Message, type Tool, text } from "../steps.ts";

const SERVICE = { name: "support-desk", version: "4.12.0", environment: "production" };
const AGENT = "support-agent";
const SYSTEM =
  "You help customers of Northwind Paper with invoices and orders. Look things up before you answer. Refund at most " +
  "200 EUR without a colleague. Be brief and kind; never guess an amount.";
const PROMPT = { name: "support-desk", version: "14" };
const TOOLS: Tool[] = [
  {
    name: "find_invoice",
    description: "Finds an invoice and its payments.",
    parameters: { invoice_number: "Such as NP-20418." },
  },
  {
    name: "issue_refund",
    description: "Sends money back to the card that paid.",
    parameters: { invoice_number: "The invoice.", amount: "In EUR.", reason: "For the books." },
  },
  {
    name: "track_parcel",
    description: "Where a parcel is now.",
    parameters: { order_number: "Such as ORD-7731." },
  },
];

const CUSTOMERS = [
  { user: "cust_4821", name: "Mara", invoice: "NP-20418", order: "ORD-7731", amount: "86.40", city: "Utrecht" },
  { user: "cust_1077", name: "Tomasz", invoice: "NP-20592", order: "ORD-7816", amount: "142.00", city: "Gdańsk" },
  { user: "cust_9350", name: "Ines", invoice: "NP-20633", order: "ORD-7902", amount: "59.95", city: "Porto" },
] as const;

const asked = (customer: (typeof CUSTOMERS)[number]) =>
  `Hi, it's ${customer.name}. I was charged twice for invoice ${customer.invoice}. Can you send one of them back?`;
const refunded = (customer: (typeof CUSTOMERS)[number]) =>
  `You are right, ${customer.name}: invoice ${customer.invoice} was paid twice within a minute. I have sent ` +
  `€${customer.amount} back to your card; it usually arrives within 3 to 5 working days. Sorry for the trouble!`;

/** A customer was charged twice: the answer streams, two tools run. */
export function refund(round: Round): Run {
  const customer = turn(CUSTOMERS, round.index);
  const { invoice, amount } = customer;
  const trace = new Trace(round, { service: SERVICE, session: round.session("support"), user: customer.user });
  const talk = new Conversation({
    agent: AGENT,
    model: GPT_MINI,
    system: SYSTEM,
    tools: TOOLS,
    prompt: PROMPT,
    asked: asked(customer),
  });
  const run = trace.open(undefined, 0, supportAgent(asked(customer)));

  const find = call(round, "find_invoice", { invoice_number: invoice });
  trace.span(run, 40, 1_480, talk.chat([find], { firstChunkMs: 520, reasoning: 64 }));
  const payments = [
    { id: "pay_01", amount, at: "09:14:02", method: "card" },
    { id: "pay_02", amount, at: "09:14:47", method: "card" },
  ];
  trace.span(run, 1_500, 1_930, talk.tool(find, { invoice_number: invoice, total: amount, currency: "EUR", payments }));

  const refundCall = call(round, "issue_refund", {
    invoice_number: invoice,
    amount,
    reason: "duplicate payment pay_02",
  });
  const looking = text(`I can see two payments of €${amount} on ${invoice}. Let me send one back.`);
  trace.span(run, 1_960, 4_020, talk.chat([looking, refundCall], { firstChunkMs: 610, reasoning: 192 }));
  trace.span(run, 4_050, 5_310, talk.tool(refundCall, { refund_id: `re_${round.hex(4)}`, status: "pending", amount }));

  trace.span(run, 5_340, 8_260, talk.chat([text(refunded(customer))], { firstChunkMs: 430 }));
  trace.end(run, 8_300, answered(refunded(customer)));
  return trace.run(`Support: refund of a double charge on ${invoice}`);
}

/** The same customer comes back in the same conversation. */
export function parcel(round: Round): Run {
  const customer = turn(CUSTOMERS, round.index);
  const { order, city } = customer;
  const question = `Thanks! One more thing: where is my order ${order}? It was due yesterday.`;
  const trace = new Trace(round, { service: SERVICE, session: round.session("support"), user: customer.user });
  const history: Message[] = [
    { role: "user", parts: [text(asked(customer))] },
    { role: "assistant", parts: [text(refunded(customer))] },
  ];
  const talk = new Conversation({
    agent: AGENT,
    model: GPT_MINI,
    system: SYSTEM,
    tools: TOOLS,
    prompt: PROMPT,
    history,
    asked: question,
  });
  const run = trace.open(undefined, 0, supportAgent(question));

  const track = call(round, "track_parcel", { order_number: order });
  trace.span(run, 30, 1_210, talk.chat([track], { firstChunkMs: 480, reasoning: 64 }));
  const where = {
    carrier: "PostNL",
    state: "in_transit",
    last_seen: `Sorting centre ${city}`,
    expected: "tomorrow 10–12",
  };
  trace.span(run, 1_230, 2_040, talk.tool(track, where));

  const answer = `Your parcel is at the sorting centre in ${city} and should be with you tomorrow between 10 and 12.`;
  trace.span(run, 2_060, 3_900, talk.chat([text(answer)], { firstChunkMs: 390 }));
  trace.end(run, 3_930, answered(answer));
  return trace.run(`Support: where is ${order}? (same conversation)`);
}

function supportAgent(question: string) {
  const description = "Answers customers about invoices and orders.";
  return agent({ name: AGENT, description, asked: question, model: GPT_MINI });
}
