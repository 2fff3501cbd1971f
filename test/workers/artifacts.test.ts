import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { storeStream } from "../../src/blobs/artifacts.ts";
import { dbFor } from "../../src/db/db.ts";
import type { Artifact } from "../../src/domain/artifacts/schema.ts";
import type { RunEvent } from "../../src/events/event.ts";
import worker from "../../src/index.ts";
import { eventually, newKey, newProject, request, type TestProject } from "./helpers.ts";

const MIB = 1024 * 1024;
/** Milliseconds for tests that move many bytes, on a machine that does other things as well. */
const PATIENT = 60_000;
const SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'";
const DOCUMENT = "sandbox; default-src 'none'; frame-ancestors 'self'";
const DRAWING =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'";
const PAGE =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; " +
  "media-src data: blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

interface Put {
  run?: string;
  name?: string;
  headers?: Record<string, string>;
}

/** Uploads bytes; text goes with its length, a stream without one unless the headers say it. */
function put(project: TestProject, body: BodyInit | null, { run = "r1", name = "a.txt", headers = {} }: Put = {}) {
  const path = `/api/runs/${run}/artifacts/${encodeURIComponent(name)}`;
  const length =
    typeof body === "string" ? { "content-length": String(new TextEncoder().encode(body).byteLength) } : {};
  return project.fetch(path, { method: "PUT", body, headers: { ...length, ...headers } });
}

async function kept(project: TestProject, body: BodyInit, options: Put = {}): Promise<Artifact> {
  const response = await put(project, body, options);
  expect(response.status).toBe(201);
  return (await response.json()) as Artifact;
}

/** Bytes that are made while they are read, never all at once; the same for the same length. */
function generated(size: number, chunk = 64 * 1024): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      const length = Math.min(chunk, size - sent);
      if (length === 0) return controller.close();
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 512) bytes[at] = ((sent + at) >> 9) & 0xff;
      sent += length;
      controller.enqueue(bytes);
    },
  });
}

/** The same, but after its last byte it breaks instead of ending. */
function broken(size: number): ReadableStream<Uint8Array> {
  const source = generated(size).getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.read();
      if (done) controller.error(new Error("gone"));
      else controller.enqueue(value);
    },
  });
}

async function digest(stream: ReadableStream<Uint8Array>): Promise<{ sha256: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { sha256: hash.digest("hex"), size };
}

/** Of an answer whose type is none of a text. */
const textOf = async (response: Response) => new TextDecoder().decode(await response.arrayBuffer());

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

async function code(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
}

async function created(project: TestProject, run = "r1"): Promise<RunEvent[]> {
  const { data = [] } = await project.json<{ data?: RunEvent[] }>(`/api/runs/${run}/events?limit=1000`);
  return data.filter(({ type }) => type === "ARTIFACT_CREATED");
}

/** The project's objects in R2. */
async function blobs(project: TestProject): Promise<number> {
  return (await env.BUCKET.list({ prefix: `artifacts/${project.id}/` })).objects.length;
}

/** Nothing of a refused upload: no bytes, no row, no event. */
async function expectNothing(project: TestProject) {
  await eventually(
    () => blobs(project),
    (count) => count === 0,
  );
  expect((await project.json<{ data: Artifact[] }>("/api/artifacts")).data).toEqual([]);
  expect(await created(project)).toEqual([]);
}

describe("PUT /api/runs/:id/artifacts/:name", () => {
  test("keeps the bytes, says what they are, and writes one event into the log of a run that begins with it", async () => {
    const project = await newProject();
    const artifact = await kept(project, "hello", {
      headers: { "content-type": "text/plain", "x-entity-type": "report", "x-tags": '{"lang":"en","n":"1"}' },
    });
    expect(artifact).toEqual({
      id: expect.stringMatching(/^art_[0-9a-f]{32}$/),
      run_id: "r1",
      name: "a.txt",
      sha256: sha256("hello"),
      size: 5,
      content_type: "text/plain",
      entity_type: "report",
      tags: { lang: "en", n: "1" },
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      url: `/api/artifacts/${artifact.id}`,
    });
    expect(await (await project.fetch(artifact.url)).text()).toBe("hello");
    const { id, name, sha256: hash, size, content_type, entity_type, tags } = artifact;
    expect((await created(project)).map(({ data }) => data)).toEqual([
      {
        artifact_id: id,
        name,
        sha256: hash,
        size,
        content_type,
        entity_type,
        tags,
        upload: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    expect((await project.fetch("/api/runs/r1")).status).toBe(200);
  });

  test(
    "streams 20 MB both ways, with a length and without",
    async () => {
      const project = await newProject();
      const size = 20 * MIB + 12_345;
      const expected = await digest(generated(size));
      const declared = await kept(project, generated(size), { headers: { "content-length": String(size) } });
      expect(declared).toMatchObject(expected);
      // Chunks that fit neither a part nor a page.
      const chunked = await kept(project, generated(size, 100_003), { name: "b" });
      expect(chunked).toMatchObject(await digest(generated(size, 100_003)));
      for (const artifact of [declared, chunked]) {
        const response = await project.fetch(artifact.url);
        expect(response.headers.get("content-length")).toBe(String(size));
        expect(await digest(response.body as ReadableStream<Uint8Array>)).toEqual({ sha256: artifact.sha256, size });
      }
    },
    PATIENT,
  );

  test.each([1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 16 * MIB])(
    "takes %i bytes without a length",
    async (size) => {
      const project = await newProject();
      const artifact = await kept(project, generated(size));
      expect(artifact).toMatchObject(await digest(generated(size)));
      const response = await project.fetch(artifact.url);
      expect(await digest(response.body as ReadableStream<Uint8Array>)).toMatchObject({ sha256: artifact.sha256 });
    },
    PATIENT,
  );

  test(
    "refuses more than 100 MiB, said or not, and leaves nothing behind",
    async () => {
      const project = await newProject();
      const said = { headers: { "content-length": String(100 * MIB + 1) } };
      expect(await code(await put(project, generated(100 * MIB + 1), said))).toEqual([413, "body_too_large"]);
      expect(await code(await put(project, generated(100 * MIB + 1, MIB)))).toEqual([413, "body_too_large"]);
      await expectNothing(project);
    },
    PATIENT,
  );

  test(
    "takes 100 MiB",
    async () => {
      const project = await newProject();
      const headers = { "content-length": String(100 * MIB) };
      expect(await kept(project, generated(100 * MIB, MIB), { headers })).toMatchObject({ size: 100 * MIB });
    },
    PATIENT,
  );

  test.each([
    ["more", 1000, 999],
    ["more, and R2 has its bytes", 128 * 1024, 64 * 1024],
    ["less", 1000, 1001],
    ["none, but some were said", 0, 10],
    ["some, but none were said", 10, 0],
    ["none", 0, undefined],
    ["none, as said", 0, 0],
  ])("refuses a body that has %s, and leaves nothing behind", async (_, size, length) => {
    const project = await newProject();
    const headers = length === undefined ? undefined : { "content-length": String(length) };
    expect(await code(await put(project, generated(size), { headers }))).toEqual([400, "invalid_request"]);
    expect(await code(await put(project, null))).toEqual([400, "invalid_request"]);
    await expectNothing(project);
  });

  test.each([
    ["before its first part is full", MIB, undefined],
    ["between parts", 20 * MIB, undefined],
    ["with a length", MIB, 10 * MIB],
  ])(
    "a body that is cut off %s leaves nothing behind",
    async (_, size, length) => {
      const project = await newProject();
      // Not through a request: one within a process ends where its stream broke, as if that were its end.
      const storing = storeStream(env.BUCKET, `artifacts/${project.id}/cut`, broken(size), length, 100 * MIB);
      await expect(storing).rejects.toMatchObject({ problem: { type: "aborted" } });
      expect(await blobs(project)).toBe(0);
    },
    PATIENT,
  );

  test("a request that is cut off is refused", async () => {
    const project = await newProject();
    const headers = { "content-length": String(10 * MIB) };
    // The sender may be gone before it hears the refusal.
    const status = await put(project, broken(MIB), { headers }).then(
      (response) => response.status,
      () => 400,
    );
    expect(status).toBe(400);
    await expectNothing(project);
  });

  test("the same bytes under the same name are the same artifact, with one event and one object", async () => {
    const project = await newProject();
    const first = await kept(project, "same", { headers: { "content-type": "text/plain" } });
    const again = await put(project, "same", { headers: { "content-type": "text/html" } });
    expect([again.status, await again.json()]).toEqual([200, first]);
    const many = await Promise.all(Array.from({ length: 5 }, () => put(project, "other", { name: "b.txt" })));
    expect(many.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(await Promise.all(many.map(async (each) => ((await each.json()) as Artifact).id))).size).toBe(1);
    expect(await created(project)).toHaveLength(2);
    expect(await blobs(project)).toBe(2);
    // The same bytes elsewhere are another artifact.
    const elsewhere = await kept(project, "same", { run: "r2" });
    expect(elsewhere.id).not.toBe(first.id);
    expect((await kept(project, "same", { name: "c.txt" })).id).not.toBe(first.id);
  });

  test("a retry after a crash that left bytes without a row adds the row, and no second event", async () => {
    const project = await newProject();
    const artifact = await kept(project, "mend");
    await dbFor(env, project.id).prepare("DELETE FROM artifacts WHERE project_id = ?").bind(project.id).run();
    expect((await kept(project, "mend")).id).toBe(artifact.id);
    expect((await project.json<{ data: Artifact[] }>("/api/artifacts")).data).toHaveLength(1);
    expect(await created(project)).toHaveLength(1);
  });

  test("a retry after a crash that left a row without its event adds the event, once", async () => {
    const project = await newProject();
    const parts = [project.id, "r1", "a.txt", sha256("mend")].join("\0");
    const id = `art_${sha256(parts).slice(0, 32)}`;
    await env.BUCKET.put(`artifacts/${project.id}/crashed`, "mend");
    await dbFor(env, project.id)
      .prepare(
        `INSERT INTO artifacts (project_id, id, run_id, name, sha256, size, content_type, tags, blob, created_at, latest, announced)
       VALUES (?, ?, 'r1', 'a.txt', ?, 4, 'text/plain', '{}', ?, 1, 1, 0)`,
      )
      .bind(project.id, id, sha256("mend"), `artifacts/${project.id}/crashed`)
      .run();
    for (const _ of [1, 2]) {
      const again = await put(project, "mend");
      expect([again.status, ((await again.json()) as Artifact).id]).toEqual([200, id]);
    }
    expect((await created(project)).map(({ data }) => data)).toMatchObject([{ artifact_id: id, size: 4 }]);
    expect(await blobs(project)).toBe(1);
    // A day later the log has forgotten its key, and the row still knows.
    const row = await dbFor(env, project.id).prepare("SELECT announced FROM artifacts WHERE id = ?").bind(id).first();
    expect(row).toEqual({ announced: 1 });
  });

  test(
    "is refused by a run that is full, and leaves the version before it as it was",
    async () => {
      const project = await newProject();
      const [old, kept1] = [await kept(project, "0"), await kept(project, "1")];
      const events = (count: number) =>
        JSON.stringify({
          events: Array.from({ length: count }, () => ({ type: "CUSTOM", data: { name: "n", value: 1 } })),
        });
      const append = (body: string) =>
        project.json<{ last_seq: number }>("/api/runs/r1/events", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
      const many = events(500);
      let last = 0;
      while (last <= 51_200 - 500) ({ last_seq: last } = await append(many));
      if (last < 51_200) await append(events(51_200 - last));
      for (const _ of [1, 2]) expect(await code(await put(project, "2"))).toEqual([409, "run_full"]);
      expect((await project.json<{ data: Artifact[] }>("/api/runs/r1/artifacts")).data).toEqual([kept1]);
      expect(await (await project.fetch(old.url)).text()).toBe("0");
      expect(await blobs(project)).toBe(2);
      // What was there stays what it is.
      expect((await put(project, "1")).status).toBe(200);
    },
    PATIENT,
  );

  test("is kept, with its event, when the live board cannot be told", async () => {
    const project = await newProject();
    const PROJECT_FEED = {
      getByName: () => ({ publish: () => Promise.reject(new Error("The board is down.")) }),
    } as unknown as Env["PROJECT_FEED"];
    const context = createExecutionContext();
    const headers = { authorization: `Bearer ${project.key}`, "content-length": "1" };
    const answer = await worker.fetch(
      new Request("https://runlight.test/api/runs/r1/artifacts/a.txt", { method: "PUT", headers, body: "1" }),
      { ...env, PROJECT_FEED },
      context,
    );
    await waitOnExecutionContext(context);
    const artifact = (await answer.json()) as Artifact;
    expect(answer.status).toBe(201);
    expect((await project.json<{ data: Artifact[] }>("/api/artifacts")).data).toEqual([artifact]);
    expect(await created(project)).toHaveLength(1);
  });

  test("other bytes are a new version: lists have the newest, the old one stays at its address", async () => {
    const project = await newProject();
    const [one, two] = [await kept(project, "one"), await kept(project, "two")];
    expect(two.id).not.toBe(one.id);
    for (const path of ["/api/artifacts", "/api/runs/r1/artifacts"]) {
      expect(await project.json(path)).toEqual({ data: [two], next_cursor: null });
    }
    expect(await (await project.fetch(one.url)).text()).toBe("one");
    // A retry that comes late does not make the old version the newest.
    expect((await put(project, "one")).status).toBe(200);
    expect((await project.json<{ data: Artifact[] }>("/api/artifacts")).data).toEqual([two]);
    expect((await created(project)).map(({ data }) => (data as { artifact_id: string }).artifact_id)).toEqual([
      one.id,
      two.id,
    ]);
    const versions = Array.from({ length: 5 }, (_, n) => put(project, `at once ${n}`));
    expect((await Promise.all(versions)).map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect((await project.json<{ data: Artifact[] }>("/api/artifacts")).data).toHaveLength(1);
  });

  test.each([
    ["x-entity-type", "two words"],
    ["x-entity-type", "x".repeat(101)],
    ["x-tags", "no json"],
    ["x-tags", "[1]"],
    ["x-tags", '{"a":1}'],
    ["x-tags", '{"a:b":"c"}'],
    ["x-tags", JSON.stringify({ a: "x".repeat(201) })],
    ["x-tags", JSON.stringify(Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, "v"])))],
    ["content-type", "nonsense"],
  ])("refuses the header %s: %s", async (header, value) => {
    const project = await newProject();
    expect(await code(await put(project, "x", { headers: { [header]: value } }))).toEqual([400, "invalid_request"]);
    await expectNothing(project);
  });

  test("refuses encoded bodies, names that are none, and runs that could lead elsewhere", async () => {
    const project = await newProject();
    expect((await put(project, "x", { headers: { "content-encoding": "gzip" } })).status).toBe(415);
    expect((await put(project, "x", { name: "x".repeat(501) })).status).toBe(400);
    expect((await put(project, "x", { name: "a\0b" })).status).toBe(400);
    expect((await put(project, "x", { run: "traces%2F0" })).status).toBe(400);
    await expectNothing(project);
  });

  test.each(['say "hi".txt', "two\r\nlines: x", "Grüße 🌍.md", "a/b/../c.txt", "50% & more?#x", "it's;a=b"])(
    "keeps the name %j as it is, and downloads it under a safe one",
    async (name) => {
      const project = await newProject();
      const artifact = await kept(project, "x", { name });
      expect(artifact.name).toBe(name);
      const header = (await project.fetch(artifact.url)).headers.get("content-disposition") ?? "";
      const [, file] = /^attachment; filename\*=UTF-8''([\w.%~-]+)$/.exec(header) ?? [];
      expect(decodeURIComponent(file as string)).toBe(name.replace(/[/\r\n]/g, "_"));
    },
  );
});

describe("GET /api/artifacts/:id", () => {
  test.each([
    ["text/plain", "text/plain", "text/plain; charset=utf-8"],
    ["application/json", "application/json", "text/plain; charset=utf-8"],
    ["image/png", "image/png", "image/png"],
    ["image/jpeg", "image/jpeg", "image/jpeg"],
    ["image/gif", "image/gif", "image/gif"],
    ["image/webp", "image/webp", "image/webp"],
    ["application/pdf", "application/pdf", "application/pdf"],
    ["application/zip", "application/zip", null],
    ["text/html", "application/octet-stream", "text/html; charset=utf-8"],
    ["Text/HTML; charset=latin1", "application/octet-stream", "Text/HTML; charset=latin1"],
    ["image/svg+xml", "application/octet-stream", "image/svg+xml"],
    ["IMAGE/SVG+XML; a=b", "application/octet-stream", "image/svg+xml"],
    ["application/xhtml+xml", "application/octet-stream", null],
    ["text/javascript", "application/octet-stream", "text/plain; charset=utf-8"],
  ])("%s is downloaded as %s and previewed as %s", async (sent, download, preview) => {
    const project = await newProject();
    const body = "<script>alert(1)</script>";
    const artifact = await kept(project, body, { headers: { "content-type": sent } });
    expect(artifact.content_type).toBe(sent);
    const response = await project.fetch(artifact.url);
    expect(Object.fromEntries(response.headers)).toEqual({
      "accept-ranges": "bytes",
      "cache-control": "private, no-cache, no-transform",
      "content-disposition": "attachment; filename*=UTF-8''a.txt",
      "content-length": String(body.length),
      "content-security-policy": SANDBOX,
      "content-type": download,
      "cross-origin-resource-policy": "same-origin",
      etag: `"${sha256(body)}"`,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-request-id": expect.any(String),
    });
    expect(await textOf(response)).toBe(body);
    const shown = await project.fetch(`${artifact.url}?preview=1`);
    expect(shown.headers.get("x-content-type-options")).toBe("nosniff");
    const policies: [RegExp, string][] = [
      [/html;|html$/i, `sandbox; ${PAGE}`],
      [/svg/i, DRAWING],
      [/pdf/, DOCUMENT],
    ];
    const own = policies.find(([type]) => type.test(preview ?? ""))?.[1];
    expect(shown.headers.get("content-security-policy")).toBe(own ?? SANDBOX);
    if (preview === null) {
      expect(await code(shown)).toEqual([415, "unsupported_media_type"]);
      return;
    }
    expect(shown.headers.get("content-type")).toBe(preview);
    expect(shown.headers.get("content-disposition")).toBe("inline; filename*=UTF-8''a.txt");
    expect(await textOf(shown)).toBe(body);
  });

  test("previews the first 200 kB of a text, up to a whole character", async () => {
    const project = await newProject();
    const artifact = await kept(project, `${"x".repeat(199_999)}€${"y".repeat(100)}`, {
      headers: { "content-type": "text/markdown" },
    });
    const text = await (await project.fetch(`${artifact.url}?preview=1`)).text();
    expect(text).toBe("x".repeat(199_999));
  });

  test("lets a page run its scripts in a frame of the dashboard only, and never under the policy of another way", async () => {
    const project = await newProject();
    const { url } = await kept(project, "<p>hi", { headers: { "content-type": "text/html" } });
    const as = async (dest: string, site: string, more: Record<string, string> = {}) => {
      const headers = { "sec-fetch-dest": dest, "sec-fetch-site": site, ...more };
      const { status, headers: got } = await project.fetch(`${url}?preview=1`, { headers });
      return { status, policy: got.get("content-security-policy"), etag: got.get("etag") as string };
    };
    const framed = await as("iframe", "same-origin");
    expect(framed).toMatchObject({ status: 200, policy: `sandbox allow-scripts; ${PAGE}` });
    for (const [dest, site] of [
      ["document", "same-origin"],
      ["document", "none"],
      ["iframe", "cross-site"],
      ["embed", "same-origin"],
    ] as const) {
      const still = { status: 200, policy: `sandbox; ${PAGE}` };
      expect(await as(dest, site)).toMatchObject(still);
      expect(await as(dest, site, { "if-none-match": framed.etag })).toMatchObject(still);
    }
    expect(await as("iframe", "same-origin", { "if-none-match": framed.etag })).toMatchObject({ status: 304 });
  });

  test("answers ranges, and 304 to those who have it", async () => {
    const project = await newProject();
    const { url, sha256: hash } = await kept(project, "0123456789");
    const get = (headers: Record<string, string>, method = "GET") => project.fetch(url, { headers, method });
    const answers = [];
    for (const range of [
      "bytes=2-4",
      "bytes=7-",
      "bytes=-2",
      "bytes=0-0",
      "bytes=5-99",
      "bytes=0-1,3-4",
      "bytes=10-",
    ]) {
      const response = await get({ range });
      answers.push([range, response.status, response.headers.get("content-range"), await response.text()]);
    }
    expect(answers).toEqual([
      ["bytes=2-4", 206, "bytes 2-4/10", "234"],
      ["bytes=7-", 206, "bytes 7-9/10", "789"],
      ["bytes=-2", 206, "bytes 8-9/10", "89"],
      ["bytes=0-0", 206, "bytes 0-0/10", "0"],
      ["bytes=5-99", 206, "bytes 5-9/10", "56789"],
      ["bytes=0-1,3-4", 200, null, "0123456789"],
      ["bytes=10-", 416, "bytes */10", ""],
    ]);
    const cached = await get({ "if-none-match": `W/"x", "${hash}"` });
    expect([cached.status, cached.headers.get("etag"), await cached.text()]).toEqual([304, `"${hash}"`, ""]);
    expect(await (await get({ "if-none-match": '"x"' })).text()).toBe("0123456789");
    expect((await get({ range: "bytes=0-1", "if-range": `"${hash}"` })).status).toBe(206);
    expect((await get({ range: "bytes=0-1", "if-range": '"x"' })).status).toBe(200);
    const head = await get({}, "HEAD");
    expect([head.status, head.headers.get("etag"), await head.text()]).toEqual([200, `"${hash}"`, ""]);
  });

  test("is 404 for other projects, in every way to ask, and 401 without a key", async () => {
    const [mine, other] = [await newProject(), await newProject()];
    const artifact = await kept(mine, "secret", { headers: { "content-type": "text/plain" } });
    for (const init of [
      {},
      { headers: { "if-none-match": `"${artifact.sha256}"` } },
      { headers: { range: "bytes=0-0" } },
    ]) {
      expect(await code(await other.fetch(artifact.url, init))).toEqual([404, "artifact_not_found"]);
      expect(await code(await other.fetch(`${artifact.url}?preview=1`, init))).toEqual([404, "artifact_not_found"]);
    }
    expect(await code(await mine.fetch("/api/artifacts/art_none"))).toEqual([404, "artifact_not_found"]);
    for (const path of ["/api/artifacts", "/api/runs/r1/artifacts"]) {
      expect(await other.json(path)).toEqual({ data: [], next_cursor: null });
      expect((await request(path)).status).toBe(401);
    }
    expect((await request(artifact.url)).status).toBe(401);
    expect((await request("/api/runs/r1/artifacts/a", { method: "PUT", body: "x" })).status).toBe(401);
    // The same run, name and bytes in another project are another artifact.
    expect((await kept(other, "secret")).id).not.toBe(artifact.id);
  });

  test("asks for the scopes, and takes no other methods", async () => {
    const project = await newProject();
    const artifact = await kept(project, "x");
    const as = async (scope: "ingest" | "read", path: string, init: RequestInit = {}) =>
      (await request(path, { ...init, headers: { authorization: `Bearer ${await newKey(project.id, [scope])}` } }))
        .status;
    const path = "/api/runs/r1/artifacts/y";
    expect([await as("read", path, { method: "PUT", body: "y" }), await as("read", artifact.url)]).toEqual([403, 200]);
    expect([await as("ingest", path, { method: "PUT", body: "y" }), await as("ingest", artifact.url)]).toEqual([
      201, 403,
    ]);
    expect([await as("ingest", "/api/artifacts"), await as("ingest", "/api/runs/r1/artifacts")]).toEqual([403, 403]);
    expect((await project.fetch(artifact.url, { method: "DELETE" })).status).toBe(405);
  });
});

describe("GET /api/artifacts", () => {
  async function names(project: TestProject, path: string): Promise<string[]> {
    return (await project.json<{ data: Artifact[] }>(path)).data.map(({ name }) => name);
  }

  test("filters by type, run and tags", async () => {
    const project = await newProject();
    const tagged = (entity: string, tags: object) => ({ "x-entity-type": entity, "x-tags": JSON.stringify(tags) });
    await kept(project, "1", { name: "a", headers: tagged("report", { lang: "en", url: "http://x" }) });
    await kept(project, "2", { name: "b", headers: tagged("report", { lang: "de" }) });
    await kept(project, "3", { name: "c", run: "r2", headers: tagged("site", { lang: "en", "v.1": 'q"' }) });
    await kept(project, "4", { name: "d", run: "r2" });
    const filtered = async (query: string) => (await names(project, `/api/artifacts?${query}`)).join("");
    expect(await filtered("")).toBe("dcba");
    expect(await filtered("entity_type=report")).toBe("ba");
    expect(await filtered("run_id=r2")).toBe("dc");
    expect(await filtered("run_id=r2&entity_type=site")).toBe("c");
    expect(await filtered("run_id=r1&entity_type=site")).toBe("");
    expect(await filtered("tag=lang:en")).toBe("ca");
    expect(await filtered("tag=lang:en&tag=url:http://x")).toBe("a");
    expect(await filtered("tag=v.1:q%22")).toBe("c");
    expect(await filtered("tag=lang:e")).toBe("");
    expect(await filtered("entity_type=report&tag=lang:de")).toBe("b");
    expect((await names(project, "/api/runs/r1/artifacts")).join("")).toBe("ba");
    for (const query of ["tag=lang", "tag=a%22b:c", "limit=0", "limit=201", "cursor=x", "entity_type=a%20b"]) {
      expect((await project.fetch(`/api/artifacts?${query}`)).status).toBe(400);
    }
  });

  test("pages by a cursor without a hole or a repeat, while new ones come", async () => {
    const project = await newProject();
    for (let n = 0; n < 7; n += 1) {
      await kept(project, `${n}`, { name: `n${n}`, headers: { "x-entity-type": "note" } });
    }
    // All of one moment, so that only the id tells them apart.
    await dbFor(env, project.id)
      .prepare("UPDATE artifacts SET created_at = 1000 WHERE project_id = ?")
      .bind(project.id)
      .run();
    for (const path of ["/api/artifacts?", "/api/artifacts?entity_type=note&", "/api/runs/r1/artifacts?"]) {
      const seen: string[] = [];
      let cursor: string | null = "";
      for (let n = 0; cursor !== null; n += 1) {
        const page: { data: Artifact[]; next_cursor: string | null } = await project.json(
          `${path}limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        seen.push(...page.data.map(({ name }) => name));
        cursor = page.next_cursor;
        if (n === 0) await kept(project, `${path}`, { name: `late ${path}` });
      }
      expect(seen.filter((name) => !name.startsWith("late")).sort()).toEqual([
        "n0",
        "n1",
        "n2",
        "n3",
        "n4",
        "n5",
        "n6",
      ]);
    }
  });
});
