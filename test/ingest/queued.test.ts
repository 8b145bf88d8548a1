import { expect, test } from "bun:test";
import { consume } from "../../src/consumer.ts";
import { cancellationEvent } from "../../src/demo/events.ts";
import { syntheticBatch, syntheticNote } from "../../src/demo/synthetic-note.ts";
import { type ZipFile, zipOf } from "../../src/demo/zip.ts";
import { reconcileAll } from "../../src/stock/reconcile.ts";
import { work } from "../support/jobs.ts";
import { type Service, withService } from "../support/service.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const xml = (name: string, text: string): ZipFile => ({ name, bytes: utf8(text) });

/** Sends a ZIP for later, and gives the job's path. */
async function queued(service: Service, files: readonly ZipFile[], query = ""): Promise<string> {
  const answer = await service.send("POST", `/api/nfe/batch?async=true${query}`, {
    as: "OPERADOR",
    body: await zipOf(files),
    headers: { "content-type": "application/zip" },
  });
  expect([answer.status, answer.text]).toEqual([202, JSON.stringify(answer.body)]);
  expect(answer.headers.get("location")).toBe(`/api/jobs/${answer.body.job_id}`);
  return `/api/jobs/${answer.body.job_id}`;
}

const outcomes = (results: { file: string; outcome: string }[]) =>
  results.map(({ file, outcome }) => [file, outcome]);

const eventsOf = (service: Service, like: string) =>
  service.rows("select type, payload from events where type like ?1 order by id", [like]);

test("500 documents sent for later: each has its result, in pages, in the order sent", () =>
  withService(async (service) => {
    const bad = (i: number) => i % 25 === 7;
    const files = Array.from({ length: 500 }, (_, i) =>
      xml(
        `nota-${String(i).padStart(3, "0")}.xml`,
        bad(i) ? "<resNFe/>" : syntheticNote({ seed: i + 1, items: 1 }).xml,
      ),
    );
    const job = await queued(service, files, "&approve=true");
    const before = await service.send("GET", job, { as: "VISUALIZADOR" });
    expect(before.body).toMatchObject({ kind: "batch", state: "queued", total: 500, done: 0 });
    expect(before.body.results[0]).toEqual({
      position: 0,
      file: "nota-000.xml",
      outcome: "waiting",
    });
    await work(service.ports);
    const results: { file: string; outcome: string; code?: string }[] = [];
    for (let page = 1; page <= 5; page += 1) {
      const { body } = await service.send("GET", `${job}?page=${page}&limit=100`);
      expect(body).toMatchObject({
        state: "done",
        done: 500,
        parked: 0,
        summary: { approved: 480, rejected: 20, registered: 0, duplicate: 0 },
        pagination: { page, limit: 100, total: 500, total_pages: 5 },
      });
      results.push(...body.results);
    }
    expect(results.map(({ file }) => file)).toEqual(files.map(({ name }) => name));
    for (const [i, result] of results.entries())
      expect(result).toMatchObject(
        bad(i) ? { outcome: "rejected", code: "nfe.not_an_nfe" } : { outcome: "approved" },
      );
    expect(
      await service.rows("select count(*) as n from notes where status = 'PROCESSADA'"),
    ).toEqual([{ n: 480 }]);
    expect(await eventsOf(service, "job.%")).toHaveLength(1);
    expect(await service.rows("select * from queue")).toEqual([]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("each kind of file has the outcome that the batch route gives it at once", () =>
  withService(async (service) => {
    const bare = syntheticNote({ seed: 2, root: "NFe" });
    const held = syntheticNote({ seed: 3, tpAmb: "2" });
    const files = [
      xml("a.xml", syntheticNote({ seed: 1 }).xml),
      xml("b.xml", syntheticNote({ seed: 1 }).xml),
      xml("c.xml", bare.xml),
      xml("d.xml", syntheticNote({ seed: 2 }).xml),
      xml("e.pdf", "%PDF-1.7 …"),
      xml("f.xml", "<a>"),
      xml("g.xml", cancellationEvent(held.accessKey)),
      xml("h.xml", held.xml),
      xml("i.xml", syntheticBatch([{ seed: 4 }, { seed: 5 }]).xml),
      { name: "j.zip", bytes: await zipOf([xml("k.xml", syntheticNote({ seed: 6 }).xml)]) },
    ];
    const job = await queued(service, files, "&approve=true");
    await work(service.ports);
    const { body } = await service.send("GET", job);
    await withService(async (other) => {
      const now = await other.send("POST", "/api/nfe/batch?approve=true", {
        body: await zipOf(files),
        headers: { "content-type": "application/zip" },
      });
      const bare = body.results.map(({ position: _, ...line }: { position: number }) => line);
      expect(bare).toEqual(now.body.results);
      expect(body.summary).toEqual(now.body.summary);
    });
  }));

test("documents of one note take their turn in the order sent, whatever the others do", () =>
  withService(
    async (service) => {
      const files = Array.from({ length: 40 }, (_, i) => {
        const seed = 1 + (i % 4);
        return xml(`${i}.xml`, syntheticNote({ seed, root: i < 4 ? "NFe" : "nfeProc" }).xml);
      });
      const job = await queued(service, files, "&approve=true");
      await work(service.ports);
      const { body } = await service.send("GET", `${job}?limit=100`);
      expect(outcomes(body.results)).toEqual(
        files.map(({ name }, i) => [
          name,
          i < 4 ? "registered" : i < 8 ? "completed" : "duplicate",
        ]),
      );
      expect(
        await service.rows("select count(*) as n from notes where status = 'PROCESSADA'"),
      ).toEqual([{ n: 4 }]);
    },
    { config: { JOB_CONCURRENCY: 8 } },
  ));

test("a message that is delivered twice, at once or later, does its work once", () =>
  withService(async (service) => {
    const note = syntheticNote({ seed: 1 });
    const job = await queued(
      service,
      [xml("a.xml", note.xml), xml("b.xml", "<x/>")],
      "&approve=true",
    );
    const [row] = await service.rows("select company, id from jobs");
    const message = (position: number) => ({
      v: 1,
      kind: "document",
      company: row?.company,
      job: row?.id,
      position,
    });
    const deliveries = [0, 0, 0, 1, 1].map((position) => consume(service.ports, message(position)));
    expect(await Promise.all(deliveries)).toEqual(deliveries.map(() => "done"));
    await work(service.ports);
    expect(await consume(service.ports, message(0))).toBe("done");
    const { body } = await service.send("GET", job);
    expect(outcomes(body.results)).toEqual([
      ["a.xml", "approved"],
      ["b.xml", "rejected"],
    ]);
    expect(body.summary).toMatchObject({ approved: 1, duplicate: 0, rejected: 1 });
    const [audited] = await service.rows(
      `select count(*) filter (where action = 'nfe.register_and_process') as made,
        count(*) filter (where action = 'nfe.refuse') as refused from audit`,
    );
    expect(audited).toEqual({ made: 1, refused: 1 });
    expect(await eventsOf(service, "job.%")).toHaveLength(1);
  }));

test("an attempt that dies at any commit leaves nothing that the next one does twice", async () => {
  const bare = syntheticNote({ seed: 3, root: "NFe" }).xml;
  const files = [
    xml("bare.xml", bare),
    xml("whole.xml", syntheticNote({ seed: 3 }).xml),
    xml("two.xml", syntheticBatch([{ seed: 4 }, { seed: 5 }]).xml),
    xml("bad.xml", "<x/>"),
  ];
  const results: string[] = [];
  for (let dies = 0; dies < 12; dies += 1)
    await withService(async (service) => {
      const job = await queued(service, files, "&approve=true");
      const { writer } = service.ports;
      let commits = 0;
      // Killed right after a commit: it is written, and nobody hears of it.
      const mortal: typeof writer = {
        ...writer,
        async commit(asked, signal) {
          const done = await writer.commit(asked, signal);
          commits += 1;
          if (commits === dies + 1) throw new Error("killed");
          return done;
        },
      };
      await work(service.ports, { writer: mortal });
      const { body } = await service.send("GET", job);
      expect([dies, body.state]).toEqual([dies, "done"]);
      results.push(JSON.stringify(outcomes(body.results)));
      expect(
        await service.rows("select status, count(*) as n from notes group by 1 order by 1"),
      ).toEqual([
        { status: "PENDENTE", n: 2 },
        { status: "PROCESSADA", n: 1 },
      ]);
      expect(await eventsOf(service, "nfe.registered")).toHaveLength(3);
      expect(await eventsOf(service, "job.%")).toHaveLength(1);
    });
  expect(new Set(results).size).toBe(1);
  expect(JSON.parse(results[0] ?? "")).toEqual([
    ["bare.xml", "registered"],
    ["whole.xml", "completed"],
    ["two.xml", "registered"],
    ["two.xml", "registered"],
    ["bad.xml", "rejected"],
  ]);
});

test("what fails every time is parked with its reason, seen in the job, and replayed by a GERENTE", () =>
  withService(async (service) => {
    const poison = utf8(syntheticNote({ seed: 1 }).xml);
    const files = [
      { name: "poison.xml", bytes: poison },
      xml("good.xml", syntheticNote({ seed: 2 }).xml),
    ];
    const job = await queued(service, files);
    const { documents } = service.ports;
    await work(service.ports, {
      documents: {
        ...documents,
        async read(bytes, signal) {
          if (bytes.length === poison.length && bytes.every((byte, i) => byte === poison[i]))
            throw new TypeError("a fault of ours");
          return documents.read(bytes, signal);
        },
      },
    });
    const parked = (await service.send("GET", job)).body;
    expect(parked).toMatchObject({ state: "failed", done: 1, parked: 1, total: 2 });
    expect(parked.results).toMatchObject([
      { file: "poison.xml", outcome: "parked", code: "TypeError" },
      { file: "good.xml", outcome: "registered" },
    ]);
    expect(await service.rows("select reason, dead_at is not null as dead from queue")).toEqual([
      { reason: "TypeError", dead: 1 },
    ]);
    expect(await eventsOf(service, "job.%")).toMatchObject([{ type: "job.failed" }]);

    expect((await service.send("POST", `${job}/replay`, { as: "OPERADOR" })).status).toBe(403);
    const replay = await service.send("POST", `${job}/replay`, { as: "GERENTE" });
    expect([replay.status, replay.body.replayed]).toEqual([202, 1]);
    expect((await service.send("GET", job)).body).toMatchObject({ state: "running", parked: 0 });
    await work(service.ports);
    const done = (await service.send("GET", job)).body;
    expect(done).toMatchObject({ state: "done", done: 2, summary: { registered: 2 } });
    expect(await eventsOf(service, "job.%")).toMatchObject([
      { type: "job.failed" },
      { type: "job.done" },
    ]);
    expect(await service.rows("select * from queue")).toEqual([]);
    const nothing = await service.send("POST", `${job}/replay`, { as: "GERENTE" });
    expect([nothing.status, nothing.body.code]).toEqual([409, "job.nothing_parked"]);
  }));

test("weather is no verdict: what was overloaded is tried again, and then taken in", () =>
  withService(async (service) => {
    const job = await queued(service, [xml("a.xml", syntheticNote({ seed: 1 }).xml)]);
    const { documents } = service.ports;
    let full = 3;
    await work(service.ports, {
      documents: {
        ...documents,
        async read(bytes, signal) {
          if (full === 0) return documents.read(bytes, signal);
          full -= 1;
          const { Failed } = await import("../../src/lib/result.ts");
          throw new Failed({ code: "overloaded", what: "documents", retryAfterS: 1 });
        },
      },
    });
    const { body } = await service.send("GET", job);
    expect(body).toMatchObject({ state: "done", summary: { registered: 1, rejected: 0 } });
    expect(service.ports.sent.filter(({ event }) => event === "job.document")).toMatchObject([
      { code: "overloaded" },
      { code: "overloaded" },
      { code: "overloaded" },
      { code: null },
    ]);
  }));

test("a batch without a document is done when it is sent", () =>
  withService(async (service) => {
    const job = await queued(service, [xml("a.pdf", "%PDF"), xml("b.zip", "PK\u0003\u0004")]);
    const { body } = await service.send("GET", job);
    expect(body).toMatchObject({ state: "done", total: 2, done: 2 });
    expect(body.results).toMatchObject([{ outcome: "ignored" }, { outcome: "rejected" }]);
    expect(await eventsOf(service, "job.%")).toMatchObject([{ type: "job.done" }]);
    expect(await service.rows("select * from queue")).toEqual([]);
  }));

test("the author of a queued note is who sent it, in the name of the same request", () =>
  withService(async (service) => {
    await queued(service, [xml("a.xml", syntheticNote({ seed: 1 }).xml)]);
    await work(service.ports);
    const lines = await service.rows(
      "select action, user_id, request_id, peer from audit where entity in ('job', 'nfe') order by id",
    );
    expect(lines.map(({ action }) => action)).toEqual(["nfe.enqueue", "nfe.register"]);
    expect(lines[1]).toEqual({ ...lines[0], action: "nfe.register" });
    expect(lines[0]).toMatchObject({ user_id: 12, peer: "127.0.0.1" });
  }));

test("another company's job is not found, and more than fifty open ones are refused", () =>
  withService(async (service) => {
    const job = await queued(service, [xml("a.xml", syntheticNote({ seed: 1 }).xml)]);
    for (const [method, path] of [
      ["GET", job],
      ["POST", `${job}/replay`],
      ["GET", `/api/exports/${job.split("/").at(-1)}`],
    ] as const) {
      const answer = await service.send(method, path, { as: "stranger" });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await service.send("GET", "/api/jobs", { as: "stranger" })).body.data).toEqual([]);
    expect((await service.send("GET", "/api/jobs?kind=batch")).body.data).toMatchObject([
      { kind: "batch", state: "queued", total: 1, done: 0, created_by: 12 },
    ]);
    for (let n = 1; n < 50; n += 1) await queued(service, [xml("a.xml", "<x/>")]);
    const tooMany = await service.send("POST", "/api/nfe/batch?async=true", {
      body: "<x/>",
      headers: { "content-type": "application/xml" },
    });
    expect([tooMany.status, tooMany.body.code, tooMany.headers.get("retry-after")]).toEqual([
      429,
      "job.too_many",
      "30",
    ]);
  }));
