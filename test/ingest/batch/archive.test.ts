import { expect, test } from "bun:test";
import { consume } from "../../../src/consumer.ts";
import { resendItems } from "../../../src/ingest/batch/resend-items.ts";
import { trusted } from "../../../src/lib/cast.ts";
import { Failed } from "../../../src/lib/result.ts";
import { runMaintenance } from "../../../src/maintenance.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { syntheticBatch, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { zipBomb, zipOf } from "../../../src/synthetic/zip.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { killedWriter } from "../../support/faults/killed-writer.ts";
import { FULL } from "../../support/full.ts";
import {
  enqueueBatch,
  eventsOf,
  outcomes,
  utf8,
  xmlFile,
} from "../../support/notes/enqueue-batch.ts";
import { runJobs } from "../../support/run-jobs.ts";
import { CONTRADICTIONS } from "../../support/zips/contradictory-zips.ts";
import { rawZip } from "../../support/zips/raw-zip.ts";

const DAY = 86_400_000;
/** A limit of a request so small that every ZIP of these tests is enqueued. */
const SMALL = { inRequest: { bytes: 10, documents: 1 } };
/** Files have the time of this machine. */
const FROM_NOW = { ...SMALL, now: Date.now() };

const notes = (count: number) =>
  Array.from({ length: count }, (_, i) => xmlFile(`${i}.xml`, syntheticNote({ seed: i + 1 }).xml));

const send = (
  service: TestApp,
  body: Uint8Array<ArrayBuffer>,
  query = "",
  type = "application/zip",
) =>
  service.send("POST", `/api/nfe/batch${query}`, {
    as: "OPERADOR",
    body,
    headers: { "content-type": type, "content-length": String(body.byteLength) },
  });

async function sent(service: TestApp, body: Uint8Array<ArrayBuffer>, query = ""): Promise<string> {
  const answer = await send(service, body, query);
  expect([answer.status, answer.headers.get("location")]).toEqual([
    202,
    `/api/jobs/${answer.body.job_id}`,
  ]);
  return `/api/jobs/${answer.body.job_id}`;
}

const jobAt = async (service: TestApp, path: string) => (await service.send("GET", path)).body;
const files = async (service: TestApp) => (await service.ports.blobs.list("")).length;

test("a stored ZIP has its total before it is unpacked, and its results are read on from a position", () =>
  withApp(async (service) => {
    const whole = await zipOf(notes(5));
    const job = await sent(service, whole);
    expect(await jobAt(service, job)).toMatchObject({ state: "queued", total: 5 });
    await runJobs(service.ports);
    for (const [query, positions] of [
      ["?limit=2", [0, 1]],
      ["?after=1", [2, 3, 4]],
      ["?after=1&limit=2", [2, 3]],
      ["?after=4", []],
    ] as const) {
      const { results } = await jobAt(service, job + query);
      expect(results.map(({ position }: { position: number }) => position)).toEqual([...positions]);
    }
    // A comment behind the directory: the total comes with the unpacking.
    const commented = new Uint8Array([...whole.slice(0, -2), 2, 0, 111, 105]);
    const other = await sent(service, commented);
    expect(await jobAt(service, other)).toMatchObject({ state: "queued", total: null });
    await runJobs(service.ports);
    expect(await jobAt(service, other)).toMatchObject({ state: "done", total: 5 });
  }, SMALL));

test("a ZIP larger than the limit of a request is stored unopened and unpacked by its job", () =>
  withApp(async (service) => {
    const twin = syntheticNote({ seed: 1 }).xml.replace("<natOp>", "<natOp>X");
    const job = await sent(
      service,
      await zipOf([
        ...notes(2),
        xmlFile("page.pdf", "%PDF"),
        xmlFile("twin.xml", twin),
        xmlFile("bad.xml", "<x/>"),
        xmlFile("two.xml", syntheticBatch([{ seed: 8 }, { seed: 9 }]).xml),
      ]),
      "?approve=true",
    );
    expect(await jobAt(service, job)).toMatchObject({ state: "queued", total: 6, done: 0 });
    await runJobs(service.ports);
    const done = await jobAt(service, job);
    expect(done).toMatchObject({ state: "done", total: 6, done: 6, parked: 0 });
    expect(outcomes(done.results)).toEqual([
      ["0.xml", "approved"],
      ["1.xml", "approved"],
      ["page.pdf", "ignored"],
      ["twin.xml", "duplicate"],
      ["bad.xml", "rejected"],
      ["two.xml", "registered"],
      ["two.xml", "registered"],
    ]);
    expect(await eventsOf(service, "job.%")).toHaveLength(1);
    expect(await files(service)).toBe(0);
  }, SMALL));

test("a ZIP of more documents than the limit of a request is enqueued, whatever its size", () =>
  withApp(
    async (service) => {
      const job = await sent(service, await zipOf(notes(3)));
      await runJobs(service.ports);
      expect(await jobAt(service, job)).toMatchObject({ state: "done", done: 3 });
      const two = await send(service, await zipOf(notes(2)));
      expect([two.status, two.body.summary.duplicate]).toEqual([200, 2]);
    },
    { inRequest: { bytes: 1_000_000, documents: 2 } },
  ));

test("a body that is no ZIP, is too large or may not be enqueued is refused before a job is made", () =>
  withApp(async (service) => {
    const zip = await zipOf(notes(2));
    expect((await send(service, utf8("<nfe>".repeat(10)))).body.code).toBe("batch.malformed_zip");
    const rehearsed = await send(service, zip, "?dry_run=true");
    expect([rehearsed.status, rehearsed.body.code]).toEqual([413, "batch.too_large"]);
    const form = new FormData();
    form.append("files", new File(["<a/>".repeat(50_000)], "a.xml"));
    const multipart = await service.send("POST", "/api/nfe/batch", { body: form });
    expect([multipart.status, multipart.body.code]).toEqual([413, "batch.too_large"]);
    const huge = await service.send("POST", "/api/nfe/batch", {
      body: zip,
      headers: { "content-type": "application/zip", "content-length": String(51 << 20) },
    });
    expect([huge.status, huge.body.limit]).toEqual([413, 50 << 20]);
    expect(await service.rows("select * from jobs")).toEqual([]);
    expect(await files(service)).toBe(0);
  }, SMALL));

test("a ZIP that is invalid as a whole has one rejected item", () =>
  withApp(async (service) => {
    const cut = (await zipOf(notes(2))).slice(0, -30);
    const bomb = await zipBomb({ bytesEach: 20 << 20 });
    const wrong = [
      { zip: cut, code: "batch.malformed_zip" },
      { zip: bomb, code: "batch.too_large" },
    ];
    for (const { zip, code } of wrong) {
      const job = await sent(service, zip);
      await runJobs(service.ports);
      const { state, total, summary, results } = await jobAt(service, job);
      expect([state, total, summary.rejected]).toEqual(["done", 1, 1]);
      expect(results).toMatchObject([{ file: "enviado.zip", outcome: "rejected", code }]);
      expect(results[0].message).not.toBe("");
    }
    expect(await files(service)).toBe(0);
    expect(await service.rows("select * from originals")).toEqual([]);
  }, SMALL));

test("a ZIP that contradicts itself is refused when its job unpacks it, and none of its documents is registered", () =>
  withApp(async (service) => {
    for (const [title, [entries, end]] of Object.entries(CONTRADICTIONS)) {
      const job = await sent(service, rawZip(entries, end));
      await runJobs(service.ports);
      const { summary, results } = await jobAt(service, job);
      expect([title, results[0].code]).toEqual([title, "batch.malformed_zip"]);
      expect([title, results.length, summary.rejected]).toEqual([title, 1, 1]);
    }
    expect(await service.rows("select * from originals")).toEqual([]);
  }, SMALL));

test("an attempt that stops at any commit leaves nothing that the next attempt does twice", async () => {
  const zip = await zipOf([
    xmlFile("bare.xml", syntheticNote({ seed: 3, root: "NFe" }).xml),
    xmlFile("whole.xml", syntheticNote({ seed: 3 }).xml),
    ...notes(70),
  ]);
  const ends: string[] = [];
  for (let dies = 0; dies < 12; dies += FULL ? 1 : 4)
    await withApp(async (service) => {
      const job = await sent(service, zip, "?approve=true");
      await runJobs(service.ports, { writer: killedWriter(service.ports.writer, dies) });
      const done = await jobAt(service, job);
      expect([dies, done.state, done.done]).toEqual([dies, "done", 72]);
      ends.push(JSON.stringify(done.summary));
      expect(await eventsOf(service, "job.%")).toHaveLength(1);
    }, SMALL);
  expect(new Set(ends).size).toBe(1);
});

test("a ZIP has the results of its first documents before the others are unpacked, and is done with its last", () =>
  withApp(async (service) => {
    const again = notes(1).map((one) => ({ ...one, name: "again.xml" }));
    const job = await sent(service, await zipOf([...notes(9), ...again]));
    const [row] = await service.rows("select company, id from jobs");
    const message = { v: 1, kind: "archive", company: row?.company, job: row?.id };
    // Commits: the total, the first slice, its four documents, the second slice; then it dies.
    await consume({ ...service.ports, writer: killedWriter(service.ports.writer, 6) }, message);
    expect(await service.rows("select count(*) as n from job_items")).toEqual([{ n: 10 }]);
    expect(await jobAt(service, job)).toMatchObject({ state: "running", done: 4, total: 10 });
    expect(await eventsOf(service, "job.%")).toEqual([]);
    await runJobs(service.ports);
    const done = await jobAt(service, job);
    expect(done).toMatchObject({ state: "done", done: 10, summary: { registered: 9 } });
    expect(done.results.at(-1)).toMatchObject({ file: "again.xml", outcome: "duplicate" });
    expect(await eventsOf(service, "job.%")).toHaveLength(1);
  }, SMALL));

test("a ZIP whose message is delivered several times at once is unpacked once", () =>
  withApp(async (service) => {
    const job = await sent(service, await zipOf(notes(40)));
    const [row] = await service.rows("select company, id from jobs");
    const message = { v: 1, kind: "archive", company: row?.company, job: row?.id };
    const deliveries = [1, 2, 3].map(() => consume(service.ports, message));
    expect(await Promise.all(deliveries)).toContain("done");
    await runJobs(service.ports);
    expect(await consume(service.ports, message)).toBe("done");
    const done = await jobAt(service, job);
    expect(done).toMatchObject({ state: "done", total: 40, summary: { registered: 40 } });
    expect(await service.rows("select count(*) as n from notes")).toEqual([{ n: 40 }]);
  }, SMALL));

test("a bucket that fails in the middle of an entry is a transient fault and no corrupt document", () =>
  withApp(async (service) => {
    const job = await sent(service, await zipOf(notes(3)));
    const { blobs } = service.ports;
    let reads = 0;
    const shaky: Ports["blobs"] = {
      ...blobs,
      async get(key, range) {
        reads += 1;
        if (reads === 2)
          throw new Failed({ code: "overloaded", what: "files", retryAfterS: 1 } as const);
        return blobs.get(key, range);
      },
    };
    await runJobs(service.ports, { blobs: shaky });
    expect(reads).toBeGreaterThan(2);
    expect(await jobAt(service, job)).toMatchObject({ summary: { registered: 3, rejected: 0 } });
  }, SMALL));

test("a ZIP that is missing is parked with its reason, and its replay unpacks it when it exists again", () =>
  withApp(async (service) => {
    const zip = await zipOf(notes(2));
    const job = await sent(service, zip);
    const [row] = await service.rows("select blob from jobs");
    const key = trusted<string>(row?.blob);
    await service.ports.blobs.delete(key);
    await runJobs(service.ports);
    const failed = await jobAt(service, job);
    expect(failed).toMatchObject({ state: "failed", failure: { code: "batch.bytes_missing" } });
    expect(await eventsOf(service, "job.failed")).toHaveLength(1);
    await service.ports.blobs.put(key, zip);
    const denied = await service.send("POST", `${job}/replay`, { as: "OPERADOR" });
    expect(denied.status).toBe(403);
    const replayed = await service.send("POST", `${job}/replay`, { as: "GERENTE" });
    expect([replayed.status, replayed.body.replayed]).toEqual([202, 1]);
    await runJobs(service.ports);
    expect(await jobAt(service, job)).toMatchObject({ state: "done", failure: null, done: 2 });
    expect((await service.send("POST", `${job}/replay`, { as: "GERENTE" })).status).toBe(409);
  }, SMALL));

test("a message of a ZIP whose job has failed or was deleted unpacks nothing", () =>
  withApp(async (service) => {
    const zip = await zipOf(notes(2));
    const path = await sent(service, zip);
    const [row] = await service.rows("select id, blob from jobs");
    const key = trusted<string>(row?.blob);
    await service.ports.blobs.delete(key);
    await runJobs(service.ports);
    await service.ports.blobs.put(key, zip);
    const message = { v: 1, kind: "archive", company: 1, job: String(row?.id) } as const;
    expect(await consume(service.ports, message)).toBe("done");
    expect(await jobAt(service, path)).toMatchObject({ state: "failed", total: 2 });
    expect(await service.rows("select * from job_items")).toEqual([]);
    await service.ports.database.writing.execute("delete from jobs");
    expect(await consume(service.ports, message)).toBe("done");
    expect(await service.rows("select * from job_items")).toEqual([]);
  }, SMALL));

test("a ZIP whose message is lost is sent again, and a parked one is deleted with its expired job", () =>
  withApp(async (service) => {
    await sent(service, await zipOf(notes(2)));
    await service.ports.database.writing.execute("delete from queue");
    service.ports.clock.advance(14 * 60_000);
    expect(await runMaintenance(service.ports)).toMatchObject({ resent: 0, files: 0 });
    service.ports.clock.advance(2 * 60_000);
    expect(await runMaintenance(service.ports)).toMatchObject({ resent: 1 });
    const refusing = { ...service.ports.blobs, get: async () => null };
    await runJobs(service.ports, { blobs: refusing });
    expect(await files(service)).toBe(1);
    service.ports.clock.advance(32 * DAY);
    expect(await runMaintenance(service.ports)).toMatchObject({ batches: 1, faults: 0 });
    expect(await files(service)).toBe(0);
  }, SMALL));

test("a document whose message is lost is sent again, also while a ZIP of the company is waiting", () =>
  withApp(async (service) => {
    await enqueueBatch(service, notes(1));
    await service.ports.database.writing.execute(
      `insert into jobs (company, id, kind, state, params, blob, created_by, created_at, updated_at)
        values (1, 'zip', 'batch', 'queued', '{}', 'archives/1/zip/sent.zip', 11, 0, ${Date.now() + DAY});
      `,
    );
    await service.ports.database.writing.execute("delete from queue");
    service.ports.clock.advance(16 * 60_000);
    expect(await resendItems(service.ports, 1)).toBe(1);
    expect(await service.rows("select lane from queue")).toEqual([{ lane: "document" }]);
  }));

test("a ZIP that no job references is deleted after a day, and a waiting one is kept", () =>
  withApp(async (service) => {
    await sent(service, await zipOf(notes(2)));
    await service.ports.blobs.put("archives/1/none/sent.zip", utf8("PK"));
    service.ports.clock.advance(DAY + 60_000);
    expect(await runMaintenance(service.ports)).toMatchObject({ files: 1 });
    expect(await files(service)).toBe(1);
  }, FROM_NOW));
