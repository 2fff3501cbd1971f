import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { pause } from "./drive.ts";
import { pick, report, seedFrom } from "./form.ts";
import { newProject, type Project } from "./project.ts";
import { Random } from "./random.ts";
import { readEvents } from "./read.ts";
import { stage } from "./stage.ts";

const SEED = seedFrom(env.FAULT_SEED);
const SIZE = pick(env.FAULT_FORM, {
  short: { keys: 50, repeats: 10, atOnce: 10 },
  full: { keys: 1_000, repeats: 10, atOnce: 10 },
});

/** Where the events of all keys go: one that came twice is there twice. */
const RUN = "appended-to";

interface Wanted {
  path: string;
  body: unknown;
}

/** What a client may want once, each told from the others by `n`. None of them is once by what it says alone. */
const WANTED: ((n: number) => Wanted)[] = [
  (n) => ({ path: "/api/runs", body: { name: `begun ${n}` } }),
  (n) => ({ path: "/api/keys", body: { name: `made ${n}`, scopes: ["ingest"] } }),
  (n) => ({ path: `/api/runs/${RUN}/events`, body: { events: [{ type: "CUSTOM", data: { name: "n", value: n } }] } }),
  (n) => ({ path: `/api/auth/links`, body: { n } }),
];

interface Said {
  status: number;
  text: string;
  replayed: boolean;
}

async function ask(project: Project, { path, body }: Wanted, key?: string): Promise<Said> {
  const answer = await project.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key === undefined ? {} : { "idempotency-key": key }) },
    body: JSON.stringify(body),
  });
  const replayed = answer.headers.get("idempotency-replayed") === "true";
  return { status: answer.status, text: await answer.text(), replayed };
}

/** How often each thing came about that requests can bring about, as the databases have it. */
async function effectsIn(project: Project): Promise<number[]> {
  const counted = async (sql: string) => (await env.DB.prepare(sql).bind(project.id).first<{ n: number }>())?.n ?? 0;
  return [
    await counted("SELECT count(*) AS n FROM runs WHERE project_id = ? AND name LIKE 'begun %'"),
    await counted("SELECT count(*) AS n FROM api_keys WHERE project_id = ? AND name LIKE 'made %'"),
    (await readEvents(project, RUN)).events.length,
    await counted("SELECT count(*) AS n FROM sign_in_links WHERE project_id = ?"),
  ];
}

/** The same once nothing is added any more: runs are in the list a moment after they began. */
async function settledEffects(project: Project, atLeast: number): Promise<number[]> {
  for (let last = ""; ; await pause(300)) {
    const effects = await effectsIn(project);
    const now = String(effects);
    if (now === last && (effects[0] as number) >= atLeast) return effects;
    last = now;
  }
}

describe("an Idempotency-Key", () => {
  test(`has one effect and one answer, however many bring it at once (seed ${SEED})`, {
    timeout: 1_800_000,
  }, async () => {
    const started = performance.now();
    const random = new Random(SEED, "idempotency");
    stage().realQueue = true;
    const project = await newProject();
    const keys = random.shuffle(Array.from({ length: SIZE.keys }, (_, n) => n));
    const wrong: string[] = [];
    let requests = 0;
    let waits = 0;
    let replays = 0;

    const useUp = async (n: number) => {
      const wanted = (WANTED[n % WANTED.length] as (n: number) => Wanted)(n);
      const insist = async (): Promise<Said> => {
        for (;;) {
          requests++;
          const said = await ask(project, wanted, `key ${n}`);
          if (said.status !== 409) return said;
          waits++;
          await pause(random.int(1, 20));
        }
      };
      const answers = await Promise.all(Array.from({ length: SIZE.repeats }, insist));
      // And once more, when all is over: by a client that never heard the answer.
      answers.push(await insist());
      replays += answers.filter(({ replayed }) => replayed).length;
      if (new Set(answers.map(({ status, text }) => `${status} ${text}`)).size !== 1)
        wrong.push(`key ${n}: answers differ`);
      if (answers.filter(({ replayed }) => !replayed).length !== 1) wrong.push(`key ${n}: not one went ahead`);
      if (![200, 201].includes(answers[0]?.status ?? 0)) wrong.push(`key ${n}: ${answers[0]?.status}`);
    };
    const left = keys.values();
    const client = async () => {
      for (const n of left) await useUp(n);
    };
    await Promise.all(Array.from({ length: SIZE.atOnce }, client));

    const ofEach = WANTED.map((_, kind) => keys.filter((n) => n % WANTED.length === kind).length);
    const effects = await settledEffects(project, ofEach[0] as number);
    report("R4", {
      seed: SEED,
      keys: SIZE.keys,
      requests,
      toldToWait: waits,
      replayed: replays,
      effects: effects.reduce((sum, count) => sum + count, 0),
      wrong: wrong.length,
      seconds: Math.round((performance.now() - started) / 1000),
    });
    expect(wrong).toEqual([]);
    expect(effects).toEqual(ofEach);
  });

  test("is what keeps them from having their effect each: without one, all have", async () => {
    stage().realQueue = true;
    const project = await newProject();
    for (const [n, wanted] of WANTED.entries()) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask(project, wanted(n))));
      expect(answers.map(({ status }) => status < 300)).toEqual(Array(10).fill(true));
    }
    expect(await settledEffects(project, 10)).toEqual([10, 10, 10, 10]);
  });
});
