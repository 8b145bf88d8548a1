import { expect, test } from "bun:test";
import { approveMany } from "../../../../src/ingest/approve/approve-many.ts";
import { readyNotesOf } from "../../../../src/ingest/batch/ready-notes.ts";
import { readerOf } from "../../../../src/ports/sql.ts";
import { reconcileAll } from "../../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../../support/app.ts";
import { runJobs } from "../../../support/run-jobs.ts";

const notes = [1, 2, 3].map((seed) => syntheticNote({ seed, items: 1 }));
const held = syntheticNote({ seed: 4, tpAmb: "2" });

test("many notes are approved at once, one result for each in the order sent", () =>
  withApp(async (service) => {
    for (const { xml } of [...notes, held]) await service.upload(xml);
    await service.send("POST", `/api/nfes/${notes[1]?.accessKey}/process`);
    const unknown = "35260911222333000181550010000001231000000420";
    const keys = [notes[0], notes[1], held, notes[2], notes[0]].map((one) => one?.accessKey);
    const json = { access_keys: [...keys, unknown] };
    const { status, body } = await service.send("POST", "/api/nfes/process", {
      as: "OPERADOR",
      json,
    });
    expect([status, body.summary]).toEqual([
      200,
      { approved: 2, already_processed: 1, refused: 2 },
    ]);
    const outcomes = body.results.map((line: Record<string, unknown>) => [
      line.access_key,
      line.code ?? line.outcome,
    ]);
    expect(outcomes).toEqual([
      [notes[0]?.accessKey, "approved"],
      [notes[1]?.accessKey, "already_processed"],
      [held.accessKey, "nfe.held"],
      [notes[2]?.accessKey, "approved"],
      [unknown, "nfe.not_found"],
    ]);
    expect(body.results[2].holds).toMatchObject([{ code: "homologation" }]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("the ready notes of a batch are approved, and those with holds are left", () =>
  withApp(async (service) => {
    const form = new FormData();
    for (const [i, { xml }] of [...notes, held].entries())
      form.append("files", new File([xml], `${i}.xml`));
    const sent = await service.send("POST", "/api/nfe/batch?async=true", { body: form });
    await runJobs(service.ports);
    const json = { job_id: sent.body.job_id, only: "ready" };
    const { body } = await service.send("POST", "/api/nfes/process", { json });
    expect(body.summary).toEqual({ approved: 3, already_processed: 0, refused: 0 });
    expect(body.results.map((line: { access_key: string }) => line.access_key)).toEqual(
      notes.map(({ accessKey }) => accessKey),
    );
    const again = await service.send("POST", "/api/nfes/process", { json });
    expect(again.body.results).toEqual([]);
  }));

test("a body with more than 500 keys, none, or no key at all is refused", () =>
  withApp(async (service) => {
    const key = notes[0]?.accessKey ?? "";
    for (const json of [
      {},
      { access_keys: [] },
      { access_keys: ["x"] },
      { access_keys: Array(501).fill(key) },
    ])
      expect((await service.send("POST", "/api/nfes/process", { json })).status).toBe(422);
    const gone = await service.send("POST", "/api/nfes/process", {
      json: { job_id: "01a20927-5b6e-72de-a77f-cefc36b3631a", only: "ready" },
    });
    expect([gone.status, gone.body.code]).toEqual([404, "job.not_found"]);
  }));

test("the ready notes of a job are those of its company, though another company has the same notes", () =>
  withApp(async (service) => {
    const form = () => {
      const made = new FormData();
      for (const [i, { xml }] of notes.entries()) made.append("files", new File([xml], `${i}.xml`));
      return made;
    };
    const path = "/api/nfe/batch?async=true";
    const ours = await service.send("POST", path, { body: form() });
    await service.send("POST", path, { as: "otherCompany", body: form() });
    await runJobs(service.ports);
    const job = ours.body.job_id;
    expect(await readyNotesOf(service.ports, 1, job)).toHaveLength(3);
    expect(await readyNotesOf(service.ports, 2, job)).toEqual([]);
  }));

test("a crash during an approval of many is a crash, and no refusal of a note", () =>
  withApp(async ({ ports }) => {
    const reader = readerOf({ rows: () => Promise.reject(new TypeError("a fault of ours")) });
    const actor = { userId: 11, company: 1, role: "ADMIN" } as const;
    const cause = { actor, requestId: "r", peer: null };
    const approval = approveMany({ ...ports, reader }, [notes[0]?.accessKey ?? ""], { cause });
    await expect(approval).rejects.toThrow("a fault of ours");
  }));
