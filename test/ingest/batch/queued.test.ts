import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticBatch, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../../src/synthetic/zip.ts";
import { withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { enqueueBatch, eventsOf, outcomes, xmlFile } from "../../support/notes/enqueue-batch.ts";
import { runJobs } from "../../support/run-jobs.ts";

const DOCUMENTS = FULL ? 500 : 75;
const BAD = DOCUMENTS / 25;
const PAGE = FULL ? 100 : 25;

test(`${DOCUMENTS} documents sent for later: each has its result, in pages, in the order sent`, () =>
  withApp(async (service) => {
    const bad = (i: number) => i % 25 === 7;
    const files = Array.from({ length: DOCUMENTS }, (_, i) =>
      xmlFile(
        `nota-${String(i).padStart(3, "0")}.xml`,
        bad(i) ? "<evento/>" : syntheticNote({ seed: i + 1, items: 1 }).xml,
      ),
    );
    const job = await enqueueBatch(service, files, "&approve=true");
    const before = await service.send("GET", job, { as: "VISUALIZADOR" });
    expect(before.body).toMatchObject({
      kind: "batch",
      state: "queued",
      total: DOCUMENTS,
      done: 0,
    });
    expect(before.body.results[0]).toEqual({
      position: 0,
      file: "nota-000.xml",
      outcome: "waiting",
    });
    await runJobs(service.ports);
    const results: { file: string; outcome: string; code?: string }[] = [];
    for (let page = 1; page <= DOCUMENTS / PAGE; page += 1) {
      const { body } = await service.send("GET", `${job}?page=${page}&limit=${PAGE}`);
      expect(body).toMatchObject({
        state: "done",
        done: DOCUMENTS,
        parked: 0,
        summary: { approved: DOCUMENTS - BAD, rejected: BAD, registered: 0, duplicate: 0 },
        pagination: { page, limit: PAGE, total: DOCUMENTS, total_pages: DOCUMENTS / PAGE },
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
    ).toEqual([{ n: DOCUMENTS - BAD }]);
    expect(await eventsOf(service, "job.%")).toHaveLength(1);
    expect(await service.rows("select * from queue")).toEqual([]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("each kind of file has the same outcome as in a synchronous batch", () =>
  withApp(async (service) => {
    const bare = syntheticNote({ seed: 2, root: "NFe" });
    const held = syntheticNote({ seed: 3, tpAmb: "2" });
    const files = [
      xmlFile("a.xml", syntheticNote({ seed: 1 }).xml),
      xmlFile("b.xml", syntheticNote({ seed: 1 }).xml),
      xmlFile("c.xml", bare.xml),
      xmlFile("d.xml", syntheticNote({ seed: 2 }).xml),
      xmlFile("e.pdf", "%PDF-1.7 …"),
      xmlFile("f.xml", "<a>"),
      xmlFile("g.xml", cancellationEvent(held.accessKey)),
      xmlFile("h.xml", held.xml),
      xmlFile("i.xml", syntheticBatch([{ seed: 4 }, { seed: 5 }]).xml),
      { name: "j.zip", bytes: await zipOf([xmlFile("k.xml", syntheticNote({ seed: 6 }).xml)]) },
    ];
    const job = await enqueueBatch(service, files, "&approve=true");
    await runJobs(service.ports);
    const { body } = await service.send("GET", job);
    await withApp(async (other) => {
      const now = await other.send("POST", "/api/nfe/batch?approve=true", {
        body: await zipOf(files),
        headers: { "content-type": "application/zip" },
      });
      const bare = body.results.map(({ position: _, ...line }: { position: number }) => line);
      expect(bare).toEqual(now.body.results);
      expect(body.summary).toEqual(now.body.summary);
    });
  }));

test("documents of one access key are processed in the order sent", () =>
  withApp(
    async (service) => {
      const files = Array.from({ length: 40 }, (_, i) => {
        const seed = 1 + (i % 4);
        return xmlFile(`${i}.xml`, syntheticNote({ seed, root: i < 4 ? "NFe" : "nfeProc" }).xml);
      });
      const job = await enqueueBatch(service, files, "&approve=true");
      await runJobs(service.ports);
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

test("a batch without a document is done at once", () =>
  withApp(async (service) => {
    const job = await enqueueBatch(service, [
      xmlFile("a.pdf", "%PDF"),
      xmlFile("b.zip", "PK\u0003\u0004"),
    ]);
    const { body } = await service.send("GET", job);
    expect(body).toMatchObject({ state: "done", total: 2, done: 2 });
    expect(body.results).toMatchObject([{ outcome: "ignored" }, { outcome: "rejected" }]);
    expect(await eventsOf(service, "job.%")).toMatchObject([{ type: "job.done" }]);
    expect(await service.rows("select * from queue")).toEqual([]);
  }));

test("the author and the request of a queued note are those of its upload", () =>
  withApp(async (service) => {
    await enqueueBatch(service, [xmlFile("a.xml", syntheticNote({ seed: 1 }).xml)]);
    await runJobs(service.ports);
    const lines = await service.rows(
      "select action, user_id, request_id, peer from audit where entity in ('job', 'nfe') order by id",
    );
    expect(lines.map(({ action }) => action)).toEqual(["nfe.enqueue", "nfe.register"]);
    expect(lines[1]).toEqual({ ...lines[0], action: "nfe.register" });
    expect(lines[0]).toMatchObject({ user_id: 12, peer: "127.0.0.1" });
  }));

test("a company does not find another company's job, and its fifty-first open job is refused", () =>
  withApp(async (service) => {
    const job = await enqueueBatch(service, [xmlFile("a.xml", syntheticNote({ seed: 1 }).xml)]);
    for (const [method, path] of [
      ["GET", job],
      ["POST", `${job}/replay`],
      ["GET", `/api/exports/${job.split("/").at(-1)}`],
    ] as const) {
      const answer = await service.send(method, path, { as: "otherCompany" });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await service.send("GET", "/api/jobs", { as: "otherCompany" })).body.data).toEqual([]);
    expect((await service.send("GET", "/api/jobs?kind=batch")).body.data).toMatchObject([
      { kind: "batch", state: "queued", total: 1, done: 0, created_by: 12 },
    ]);
    for (let n = 1; n < 50; n += 1) await enqueueBatch(service, [xmlFile("a.xml", "<x/>")]);
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
