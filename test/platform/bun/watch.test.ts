import { expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { runMaintenance } from "../../../src/maintenance.ts";
import { FIGURES, HISTOGRAMS } from "../../../src/metrics.ts";
import { databaseGauges } from "../../../src/observability/database-gauges.ts";
import { recordBackup } from "../../../src/platform/bun/files/last-backup.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { VERSION } from "../../../src/version.ts";
import { type Server, withServer } from "../../support/server.ts";

/** Samples by `name{labels}`. */
async function scraped({ call }: Server): Promise<Map<string, number>> {
  const { text } = await call("GET", "/metrics");
  const lines = text.split("\n").filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
}

test("a running service exposes every figure of the table as a number", () =>
  withServer(async (server) => {
    // The door tells these, which knows the feed and what the database holds.
    server.ports.meter.addSource(() => ({ sge_stream_clients: 0 }));
    server.ports.meter.addSource(() => databaseGauges(server.ports));
    await server.call("POST", "/api/exports", { body: '{"type":"stock"}' });
    await runMaintenance(server.ports);
    const samples = await scraped(server);
    const reported = new Set([...samples.keys()].map((sample) => sample.replace(/\{.*/, "")));
    expect(Object.keys(FIGURES).filter((name) => !reported.has(name))).toEqual([]);
    for (const [name, value] of samples)
      expect([name, Number.isFinite(value)]).toEqual([name, true]);
    expect(samples.get(`sge_build_info{version="${VERSION}"}`)).toBe(1);
    expect(samples.get("process_resident_memory_bytes")).toBeGreaterThan(10 << 20);
    expect(samples.get("http_requests_in_work")).toBeGreaterThanOrEqual(1);
    expect(samples.get('sge_breaker_state{name="writer"}')).toBe(0);
    const started = samples.get("process_start_time_seconds") ?? 0;
    expect(Math.abs(started * 1_000 - performance.timeOrigin)).toBeLessThan(1_000);
  }));

test("the sizes of the database, the free space and the age of the last backup are exposed", () =>
  withServer(async (server) => {
    const { DATA_DIR, DATABASE_URL } = server.ports.config;
    const path = DATABASE_URL.slice("file:".length);
    server.ports.meter.addSource(() => databaseGauges(server.ports));
    await Bun.write(`${path}.antes-sge-20261101T120000Z`, new Uint8Array(5_000));
    await server.upload(syntheticNote({ seed: 1 }).xml);
    const before = await scraped(server);
    expect(before.get('sge_database_bytes{file="wal"}')).toBeGreaterThan(4_096);
    expect(before.get('sge_database_bytes{file="aside"}')).toBe(5_000);
    expect(before.get('sge_database_bytes{file="main"}')).toBe((await stat(path)).size);
    for (const folder of ["data", "database"])
      expect(before.get(`sge_disk_free_bytes{folder="${folder}"}`)).toBeGreaterThan(1 << 20);
    expect(before.get("sge_unnamed_bytes")).toBe(0);
    // Never done: as old as the installation, which is younger than this test.
    expect(before.get("sge_backup_age_seconds")).toBeLessThan(60);
    await recordBackup(DATA_DIR, Date.now() - 3_600_000);
    const age = (await scraped(server)).get("sge_backup_age_seconds") ?? 0;
    expect(age).toBeGreaterThan(3_599);
    expect(age).toBeLessThan(3_700);
  }));

test("the bytes of documents that no note names are exposed, and estimated when there are many", () =>
  withServer(async (server) => {
    const put = (first: number, count: number) => ({
      sql: `insert into originals (company, sha256, gzip, size, created_at, expires_at)
        with recursive n(i) as (select ?1 union all select i + 1 from n where i + 1 < ?1 + ?2)
        select 1, printf('%064d', i), zeroblob(10), 1, 0, i from n`,
      args: [first, count],
    });
    const bytes = async () => (await databaseGauges(server.ports)).sge_unnamed_bytes;
    const commit = (statement: ReturnType<typeof put>) =>
      server.ports.writer.commit({ statements: [statement], read: () => undefined });
    await commit(put(1, 7));
    expect(await bytes()).toBe(70);
    await commit(put(8, 2_493));
    expect(await bytes()).toBe(25_000);
  }));

test("commits are exposed by the number of their writes and their time", () =>
  withServer(async (server) => {
    const before = await scraped(server);
    const notes = Array.from({ length: 24 }, (_, i) => syntheticNote({ seed: i + 1 }).xml);
    await Promise.all(notes.map((xml) => server.upload(xml)));
    const after = await scraped(server);
    const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(grown("sge_commit_writes_sum")).toBe(24);
    const commits = grown("sge_commit_writes_count");
    expect(commits).toBeGreaterThan(0);
    expect(commits).toBeLessThan(24);
    expect(grown("sge_commit_seconds_count")).toBe(commits);
    expect(grown("sge_commit_seconds_sum")).toBeGreaterThan(0);
    expect(Object.keys(HISTOGRAMS)).toContain("sge_commit_seconds");
  }));

test("a long turn of the event loop is observed once", () =>
  withServer(async (server) => {
    const long = async () => {
      const samples = await scraped(server);
      const of = (le: string) =>
        samples.get(`sge_event_loop_delay_seconds_bucket{le="${le}"}`) ?? 0;
      return of("+Inf") - of("0.5");
    };
    const before = await long();
    const until = performance.now() + 700;
    while (performance.now() < until);
    let after = before;
    // It is reported when the late timer has fired.
    for (let n = 0; n < 1_000 && after === before; n++) after = await long();
    expect(after - before).toBe(1);
  }));
