import { GPT, HAIKU, SONNET } from "../models.ts";
import { type Round, turn } from "../round.ts";
import { type Run, Trace } from "../spans.ts";
import { agent, answered, Conversation, call, type Tool, text, thought } from "../steps.ts";

const REVIEW = { name: "code-review", version: "5.1.0", environment: "production" };
const SECURITY = { name: "security-review", version: "2.2.0", environment: "production" };
const DEPENDENCIES = { name: "dependency-audit", version: "1.4.7", environment: "production" };

const READ: Tool = { name: "read_file", description: "A file of the branch.", parameters: { path: "Its path." } };
const TESTS: Tool = { name: "run_tests", description: "Runs a test file.", parameters: { path: "Its path." } };
const GREP: Tool = { name: "search_code", description: "Lines that match.", parameters: { pattern: "A pattern." } };
const ADVISORIES: Tool = {
  name: "find_advisories",
  description: "Known weaknesses of a package version.",
  parameters: { package: "Its name.", version: "Its version." },
};

const CHANGES = [
  {
    user: "dev_ada",
    pull: 1284,
    title: "Accept uploads of CSV files",
    file: "src/upload/csv.ts",
    package: "csv-parse",
  },
  { user: "dev_noor", pull: 1291, title: "Render invoices as PDF", file: "src/invoice/pdf.ts", package: "pdfkit" },
] as const;

/** Agents within agents, three levels deep and in three services; tools run side by side. */
export function codeReview(round: Round): Run {
  const change = turn(CHANGES, round.index);
  const asked = `Review pull request #${change.pull} "${change.title}".`;
  const trace = new Trace(round, { service: REVIEW, session: round.session("review"), user: change.user });

  const lead = trace.open(
    undefined,
    0,
    agent({ name: "review-lead", description: "Reviews pull requests with helpers.", asked, model: SONNET }),
  );
  const leadTalk = new Conversation({
    agent: "review-lead",
    model: SONNET,
    system:
      "You review pull requests. Read the change and run its tests, ask the security reviewer, then give a verdict.",
    tools: [READ, TESTS, GREP],
    asked,
    promptTokens: 2_600,
  });
  const test = change.file.replace(".ts", ".test.ts");
  const read = call(round, "read_file", { path: change.file });
  const tests = call(round, "run_tests", { path: test });
  const search = call(round, "search_code", { pattern: `from "${change.package}"` });
  const start = text("I read the change, run its tests and look for other uses of the new package.");
  trace.span(lead, 50, 3_100, leadTalk.chat([start, read, tests, search], { firstChunkMs: 1_050 }));
  trace.span(
    lead,
    3_150,
    3_420,
    leadTalk.tool(read, { path: change.file, lines: 96, text: `import … "${change.package}"` }),
  );
  trace.span(lead, 3_150, 7_900, leadTalk.tool(tests, { passed: 18, failed: 0, seconds: 4.6 }));
  trace.span(lead, 3_160, 3_980, leadTalk.tool(search, [`${change.file}:3`]));

  const security = trace.open(
    lead,
    8_000,
    agent({
      name: "security-reviewer",
      description: "Looks for weaknesses in a change.",
      asked: `Look at ${change.file} and at the new package ${change.package}.`,
      model: GPT,
    }),
    SECURITY,
  );
  const securityTalk = new Conversation({
    agent: "security-reviewer",
    model: GPT,
    system: "You look for weaknesses: limits on input, paths, secrets. Leave packages to the dependency auditor.",
    tools: [GREP],
    asked: `Look at ${change.file} and at the new package ${change.package}.`,
  });
  const limits = call(round, "search_code", { pattern: "maxBytes|maxRows" });
  const secrets = call(round, "search_code", { pattern: "process\\.env" });
  const why = thought("User input reaches the parser. Check for limits first, then for secrets in the same folder.");
  trace.span(
    security,
    8_060,
    11_700,
    securityTalk.chat([why, limits, secrets], { firstChunkMs: 1_700, reasoning: 384 }),
  );
  trace.span(security, 11_740, 12_260, securityTalk.tool(limits, []));
  trace.span(security, 11_740, 12_390, securityTalk.tool(secrets, []));

  const auditor = trace.open(
    security,
    12_450,
    agent({
      name: "dependency-auditor",
      description: "Checks packages against advisories.",
      asked: `Is ${change.package} safe to add?`,
      model: HAIKU,
    }),
    DEPENDENCIES,
  );
  const auditTalk = new Conversation({
    agent: "dependency-auditor",
    model: HAIKU,
    system: "You check packages: advisories, age, maintainers. One sentence.",
    tools: [ADVISORIES],
    asked: `Is ${change.package} safe to add?`,
    promptTokens: 300,
  });
  const advisories = call(round, "find_advisories", { package: change.package, version: "latest" });
  trace.span(auditor, 12_490, 13_900, auditTalk.chat([advisories], { firstChunkMs: 410 }));
  trace.span(auditor, 13_930, 14_800, auditTalk.tool(advisories, { advisories: [], maintainers: 4 }));
  const safe = `${change.package} has no open advisories and four active maintainers: safe to add.`;
  trace.span(auditor, 14_840, 16_200, auditTalk.chat([text(safe)], { firstChunkMs: 380 }));
  trace.end(auditor, 16_240, answered(safe));

  const weakness = `One finding: ${change.file} sets no limit on the size of its input. The new package is fine.`;
  trace.span(security, 16_300, 18_900, securityTalk.chat([text(weakness)], { firstChunkMs: 900, reasoning: 128 }));
  trace.end(security, 18_950, answered(weakness));

  const verdict =
    `Changes requested on #${change.pull}. The tests pass (18 of 18) and the new package is safe, but ${change.file} ` +
    "takes input of any size: stop after 10 MB and add a test for it.";
  trace.span(lead, 19_000, 22_400, leadTalk.chat([text(verdict)], { firstChunkMs: 980 }));
  trace.end(lead, 22_450, answered(verdict));
  return trace.run(`Code review: #${change.pull} ${change.title}`);
}
