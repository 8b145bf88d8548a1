import { expect, test } from "bun:test";
import { consume } from "../../../src/consumer.ts";
import { Failed } from "../../../src/lib/result.ts";
import { readerOf } from "../../../src/ports/sql.ts";
import type { BlobStore } from "../../../src/ports/storage.ts";
import { withApp } from "../../support/app.ts";
import { bodyOf, bytesOf, fillLedger, startExport } from "../../support/exports/export-jobs.ts";
import { MOVEMENTS_CSV } from "../../support/exports/export-rows.ts";
import { killedWriter } from "../../support/faults/killed-writer.ts";
import { runJobs } from "../../support/run-jobs.ts";

/** A store whose writer stops after each chunk until it is let go on. */
function stepwise(blobs: BlobStore) {
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const slow: BlobStore = {
    ...blobs,
    put: (key, content, signal) =>
      blobs.put(
        key,
        content instanceof Uint8Array
          ? content
          : content.pipeThrough(
              new TransformStream<Uint8Array, Uint8Array>({
                async transform(chunk, out) {
                  out.enqueue(chunk);
                  reached.resolve();
                  await go.promise;
                },
              }),
            ),
        signal,
      ),
  };
  return { slow, reached: reached.promise, go: () => go.resolve() };
}

test("an export saves its progress at most once a second", () =>
  withApp(async (service) => {
    await fillLedger(service, 5_000);
    const path = await startExport(service, { type: "movements" });
    const seen: number[] = [];
    const { reader } = service.ports;
    let slices = 0;
    await runJobs(service.ports, {
      reader: readerOf({
        async rows(statement, signal) {
          if (statement.sql.includes("as slice")) {
            slices += 1;
            // Twenty-one pages in three seconds.
            service.ports.clock.advance(150);
            seen.push((await bodyOf(service, path)).progress);
          }
          return reader.rows(statement, signal);
        },
      }),
    });
    expect(slices).toBe(21);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBe(3);
    expect(seen.every((progress) => progress < 1)).toBe(true);
    expect(await bodyOf(service, path)).toMatchObject({ progress: 1, rows: 5_001, state: "done" });
  }));

test("a cancelled export stops and leaves no file", () =>
  withApp(async (service) => {
    await fillLedger(service, 3_000);
    const path = await startExport(service, { type: "movements" });
    const { slow, reached, go } = stepwise(service.ports.blobs);
    const { reader } = service.ports;
    let slices = 0;
    const working = runJobs(service.ports, {
      blobs: slow,
      reader: readerOf({
        rows(statement, signal) {
          if (statement.sql.includes("as slice")) {
            slices += 1;
            service.ports.clock.advance(600);
          }
          return reader.rows(statement, signal);
        },
      }),
    });
    await reached;
    const cancelled = await service.send("DELETE", path, { as: "OPERADOR" });
    expect(cancelled.status).toBe(204);
    go();
    await working;
    expect(slices).toBeLessThan(7);
    expect(await bodyOf(service, path)).toMatchObject({
      state: "cancelled",
      file: null,
      bytes: null,
    });
    expect(await service.ports.blobs.list("")).toEqual([]);
    expect(await service.rows("select * from queue")).toEqual([]);
    expect(await service.rows("select * from events where type like 'export.%'")).toEqual([]);
  }));

test("an attempt killed at any commit is repeated and leaves one file", async () => {
  for (let dies = 0; dies < 4; dies += 1)
    await withApp(async (service) => {
      await fillLedger(service, 1_100);
      const path = await startExport(service, { type: "movements" });
      const streamed = await bytesOf(service, MOVEMENTS_CSV);
      await runJobs(service.ports, { writer: killedWriter(service.ports.writer, dies) });
      expect(await bodyOf(service, path)).toMatchObject({ state: "done" });
      const { bytes } = await bytesOf(service, `${path}/file`);
      expect(bytes.equals(streamed.bytes)).toBe(true);
      const events = await service.rows("select * from events where type = 'export.ready'");
      expect(events).toHaveLength(1);
    });
});

test("two deliveries at the same time make one file", () =>
  withApp(async (service) => {
    await fillLedger(service, 1_100);
    const path = await startExport(service, { type: "movements" });
    const [row] = await service.rows("select company, id from jobs");
    const message = { v: 1, kind: "export", company: row?.company, job: row?.id };
    const both = [consume(service.ports, message), consume(service.ports, message)];
    expect(await Promise.all(both)).toEqual(["done", "done"]);
    expect(await service.ports.blobs.list("")).toHaveLength(1);
    expect(await service.rows("select * from events where type = 'export.ready'")).toHaveLength(1);
    const { bytes } = await bytesOf(service, `${path}/file`);
    expect(bytes.equals((await bytesOf(service, MOVEMENTS_CSV)).bytes)).toBe(true);
  }));

test("an export that fails each time keeps its reason until it is replayed", () =>
  withApp(async (service) => {
    await fillLedger(service, 20);
    const path = await startExport(service, { type: "stock" });
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const { blobs } = service.ports;
    const broken: BlobStore = {
      ...blobs,
      put: () => Promise.reject(new Failed({ code: "storage.full" }, { cause: full })),
    };
    await runJobs(service.ports, { blobs: broken });
    expect(await bodyOf(service, path)).toMatchObject({
      state: "failed",
      failure: { code: "storage.full" },
      file: null,
    });
    expect(await service.rows("select type from events where type like 'job.%'")).toEqual([
      { type: "job.failed" },
    ]);
    const job = path.replace("exports", "jobs");
    expect((await service.send("GET", job)).body).toMatchObject({
      kind: "export",
      state: "failed",
      failure: { code: "storage.full" },
      results: [],
    });
    expect((await service.send("POST", `${job}/replay`, { as: "GERENTE" })).status).toBe(202);
    await runJobs(service.ports);
    expect(await bodyOf(service, path)).toMatchObject({ state: "done", failure: null, rows: 2 });
    const again = await service.send("POST", `${job}/replay`, { as: "GERENTE" });
    expect([again.status, again.body.code]).toEqual([409, "job.nothing_parked"]);
  }));
