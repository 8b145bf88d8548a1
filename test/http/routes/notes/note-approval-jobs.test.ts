import { expect, test } from "bun:test";
import { consume } from "../../../../src/consumer.ts";
import { trusted } from "../../../../src/lib/cast.ts";
import { reconcileAll } from "../../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { killedWriter } from "../../../support/faults/killed-writer.ts";
import { FULL } from "../../../support/full.ts";
import { eventsOf } from "../../../support/notes/enqueue-batch.ts";
import { runJobs } from "../../../support/run-jobs.ts";

const notes = [1, 2, 3].map((seed) => syntheticNote({ seed, items: 1 }));
const held = syntheticNote({ seed: 4, tpAmb: "2" });
const unknown = "35260911222333000181550010000001231000000420";

/** Uploads the notes, approves the second, and asks for all of them, one twice. */
async function prepared(service: TestApp) {
  for (const { xml } of [...notes, held]) await service.upload(xml);
  await service.send("POST", `/api/nfes/${notes[1]?.accessKey}/process`);
  const keys = [notes[0], notes[1], held, notes[2], notes[0]].map((one) => one?.accessKey);
  return { access_keys: [...keys, unknown] };
}

const later = (service: TestApp, json: unknown) =>
  service.send("POST", "/api/nfes/process?async=true", { as: "OPERADOR", json });

const EXPECTED = [
  [notes[0]?.accessKey, "approved"],
  [notes[1]?.accessKey, "already_processed"],
  [held.accessKey, "nfe.held"],
  [notes[2]?.accessKey, "approved"],
  [unknown, "nfe.not_found"],
];
const shown = (results: Record<string, unknown>[]) =>
  results.map(({ file, code, outcome }) => [file, code ?? outcome]);

test("an approval of many as a job has the results of the same request answered at once", () =>
  withApp(async (service) => {
    const json = await prepared(service);
    const made = await later(service, json);
    const job = `/api/jobs/${made.body.job_id}`;
    expect([made.status, made.headers.get("location")]).toEqual([202, job]);
    expect((await service.send("GET", job)).body).toMatchObject({
      kind: "approval",
      state: "queued",
      total: 5,
      done: 0,
      results: [{ file: notes[0]?.accessKey, outcome: "waiting" }, {}, {}, {}, {}],
    });
    await runJobs(service.ports);
    const { body } = await service.send("GET", job);
    expect(body).toMatchObject({ state: "done", done: 5, parked: 0 });
    expect(body.summary).toEqual({ approved: 2, already_processed: 1, refused: 2 });
    expect(shown(body.results)).toEqual(EXPECTED);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
    const [posted] = await service.rows(
      `select count(*) as n, min(user_id) as least, max(user_id) as most from audit where action = 'nfe.process'
        and request_id = (select params ->> 'request_id' from jobs)`,
    );
    expect(posted).toEqual({ n: 2, least: 12, most: 12 });
    expect(await eventsOf(service, "job.%")).toHaveLength(1);
    const list = await service.send("GET", "/api/jobs?kind=approval");
    expect(list.body.pagination.total).toBe(1);
    await withApp(async (other) => {
      const now = await other.send("POST", "/api/nfes/process", { json: await prepared(other) });
      const lines = body.results.map(
        ({ position: _, file: __, ...line }: Record<string, unknown>) => line,
      );
      expect(lines).toEqual(now.body.results);
      expect(body.summary).toEqual(now.body.summary);
    });
  }));

test("the ready notes of a batch may be approved as a job; of none the job is done at once", () =>
  withApp(async (service) => {
    const form = new FormData();
    for (const [i, { xml }] of [...notes, held].entries())
      form.append("files", new File([xml], `${i}.xml`));
    const sent = await service.send("POST", "/api/nfe/batch?async=true", { body: form });
    await runJobs(service.ports);
    const json = { job_id: sent.body.job_id, only: "ready" };
    const first = await later(service, json);
    await runJobs(service.ports);
    const { body } = await service.send("GET", `/api/jobs/${first.body.job_id}`);
    expect(body.summary).toEqual({ approved: 3, already_processed: 0, refused: 0 });
    const again = await later(service, json);
    const empty = await service.send("GET", `/api/jobs/${again.body.job_id}`);
    expect(empty.body).toMatchObject({ state: "done", total: 0, results: [] });
  }));

test("a message of an approval that is delivered twice, at once or later, approves once", () =>
  withApp(async (service) => {
    await service.upload(notes[0]?.xml ?? "");
    const made = await later(service, { access_keys: [notes[0]?.accessKey] });
    const job = made.body.job_id;
    const message = { v: 1, kind: "document", company: 1, job, position: 0 };
    const deliveries = [1, 2, 3].map(() => consume(service.ports, message));
    expect(await Promise.all(deliveries)).toEqual(["done", "done", "done"]);
    await runJobs(service.ports);
    expect(await consume(service.ports, message)).toBe("done");
    const { body } = await service.send("GET", `/api/jobs/${job}`);
    expect(body.summary).toEqual({ approved: 1, already_processed: 0, refused: 0 });
    expect(await service.rows("select count(*) as n from movements")).toEqual([{ n: 1 }]);
    expect(await eventsOf(service, "job.%")).toHaveLength(1);
  }));

test("an approval that stops at any commit is finished by the next attempt, with the same results", async () => {
  for (let dies = 0; dies < 9; dies += FULL ? 1 : 2)
    await withApp(async (service) => {
      const made = await later(service, await prepared(service));
      await runJobs(service.ports, { writer: killedWriter(service.ports.writer, dies) });
      const { body } = await service.send("GET", `/api/jobs/${made.body.job_id}`);
      expect([dies, body.state, shown(body.results)]).toEqual([dies, "done", EXPECTED]);
      expect(await service.rows("select count(*) as n from movements")).toEqual([{ n: 3 }]);
      expect(await eventsOf(service, "job.%")).toHaveLength(1);
    });
});

test("a note whose approval always fails is parked alone, and replayed by a GERENTE", () =>
  withApp(async (service) => {
    for (const { xml } of notes) await service.upload(xml);
    const made = await later(service, { access_keys: notes.map(({ accessKey }) => accessKey) });
    const job = `/api/jobs/${made.body.job_id}`;
    const poison = notes[1]?.accessKey ?? "";
    const { reader } = service.ports;
    const rows: typeof reader.rows = async (statement, signal) => {
      if (trusted<readonly unknown[]>(statement.args).includes(poison))
        throw new TypeError("a fault of ours");
      return reader.rows(statement, signal);
    };
    await runJobs(service.ports, { reader: { ...reader, rows } });
    const failed = (await service.send("GET", job)).body;
    expect(failed).toMatchObject({ state: "failed", done: 2, parked: 1 });
    expect(shown(failed.results)[1]).toEqual([poison, "TypeError"]);
    const replay = await service.send("POST", `${job}/replay`, { as: "GERENTE" });
    expect([replay.status, replay.body.replayed]).toEqual([202, 1]);
    await runJobs(service.ports);
    expect((await service.send("GET", job)).body).toMatchObject({
      state: "done",
      summary: { approved: 3, already_processed: 0, refused: 0 },
    });
  }));

test("an approval as a job that has expired is deleted with its items", () =>
  withApp(async (service) => {
    await later(service, { access_keys: [unknown] });
    await runJobs(service.ports);
    await service.ports.writer.commit({
      statements: [{ sql: "update jobs set expires_at = 1", args: [] }],
      read: () => null,
    });
    const { runMaintenance } = await import("../../../../src/maintenance.ts");
    await runMaintenance(service.ports);
    expect(await service.rows("select 1 from jobs union all select 1 from job_items")).toEqual([]);
  }));
