import { expect, test } from "bun:test";
import pMap from "p-map";
import { NoteStream } from "../../src/synthetic/note-stream.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { FULL } from "../support/full.ts";
import { runJobs } from "../support/run-jobs.ts";
import { FAULTS, type FaultPlan, type FaultyPorts, injectFault } from "./inject.ts";
import { unsound } from "./state.ts";

/** One document and one export in work at a time, so that the calls of a replay come in the order of the record. */
const ONE_BY_ONE = { config: { JOB_CONCURRENCY: 1, EXPORT_WORKERS: 1 } };

/** Every row of the table; `check` takes one in three, which meets each call and each fault. */
const STEP = FULL ? 1 : 3;

/** How long a worker has that the fault holds fast; then it is as one that was killed. */
const HELD_MS = 20;

/** Puts work into the queue. */
async function order(service: TestApp, kind: "batch" | "export"): Promise<string> {
  const stream = new NoteStream({ items: 3, products: 3, seed: 7 });
  const form = new FormData();
  form.append("files", new File([stream.next().xml], "nota.xml"));
  form.append("files", new File(["<x"], "torta.xml"));
  if (kind === "batch") {
    const path = "/api/nfe/batch?async=true&approve=true";
    const { body } = await service.send("POST", path, { body: form });
    return `/api/jobs/${body.job_id}`;
  }
  await service.send("POST", "/api/nfe/batch?approve=true", { body: form });
  const json = { type: "movements", filters: {}, dialect: "br" };
  const { headers } = await service.send("POST", "/api/exports", { json });
  return headers.get("location") ?? "";
}

/** What became of it: the job's own words, the file where there is one, and the notes. */
async function outcome(service: TestApp, path: string): Promise<unknown> {
  const { body } = await service.send("GET", path);
  const file = path.includes("exports") ? await service.send("GET", `${path}/file`) : null;
  const notes = await service.rows(
    "select access_key, status, total_items from notes order by access_key",
  );
  const moved = await service.rows(
    "select reference, product, quantity_e4 from movements order by reference, product",
  );
  const published = await service.rows(
    "select type, count(*) as n from events group by 1 order by 1",
  );
  return [
    body.state,
    body.summary,
    body.results?.length,
    file?.status,
    file?.text,
    notes,
    moved,
    published,
  ];
}

/** A worker meets the fault; one that it holds fast is left to its lease, as one that was killed, and another comes. */
async function worked(
  service: TestApp,
  { overrides, injected, release }: FaultyPorts,
): Promise<void> {
  const { ports } = service;
  const held = injected.then(() => new Promise((resolve) => setTimeout(resolve, HELD_MS)));
  await Promise.race([runJobs(ports, overrides), held]);
  ports.clock.advance(ports.config.JOB_LEASE_MS + 1);
  // What is late comes while the other is at work.
  await Promise.all([release(), runJobs(ports)]);
  ports.clock.advance(ports.config.JOB_LEASE_MS + 1);
  await runJobs(ports);
}

for (const kind of ["batch", "export"] as const)
  test(`a queued ${kind}: each call that fails, is lost, hangs, is late or doubled ends in the right state`, async () => {
    let calls: readonly string[] = [];
    let right: unknown;
    await withApp(async (service) => {
      const path = await order(service, kind);
      const watched = injectFault(service.ports, null);
      await runJobs(service.ports, watched.overrides);
      calls = watched.calls;
      right = await outcome(service, path);
    }, ONE_BY_ONE);
    expect(calls.length).toBeGreaterThan(3);
    expect(right).toEqual(expect.arrayContaining(["done"]));

    const replay = ({ call, plan }: { call: string; plan: FaultPlan }) =>
      withApp(async (service) => {
        const row = `${plan.fault} at ${plan.at} ${call}`;
        const path = await order(service, kind);
        await worked(service, injectFault(service.ports, plan));
        expect([row, await outcome(service, path)]).toEqual([row, right]);
        expect([row, await unsound(service)]).toEqual([row, []]);
      }, ONE_BY_ONE);
    const table = calls
      .flatMap((call, at) => FAULTS.map((fault) => ({ call, plan: { at, fault } })))
      .filter((_, row) => row % STEP === 0);
    await pMap(table, replay, { concurrency: 4 });
  }, 60_000);
