import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";
import { drizzle } from "drizzle-orm/libsql";
import { type Config, parseConfig } from "../../src/config.ts";
import { compareDocuments } from "../../src/nfe/read/compare.ts";
import { readDocument } from "../../src/nfe/read/read.ts";
import { type PromMeter, promMeter } from "../../src/observability/meter.ts";
import { noopTrace, noopTracer } from "../../src/observability/no-op.ts";
import { type Database, openDatabase } from "../../src/platform/bun/database/database.ts";
import { tableOriginals } from "../../src/platform/bun/database/originals.ts";
import { fileBlobs } from "../../src/platform/bun/files/blobs.ts";
import { bunOutgoing } from "../../src/platform/bun/network/outgoing.ts";
import { bunPasswords } from "../../src/platform/bun/passwords.ts";
import { gzip, gzipBytes, yieldToEventLoop } from "../../src/platform/bun/ports.ts";
import { type BunQueue, bunQueue } from "../../src/platform/bun/queue/queue.ts";
import { bunPfx } from "../../src/platform/bun/sefaz/pfx.ts";
import { checkedBlobs, verifiedFirst } from "../../src/platform/checked-blobs.ts";
import { localCommitSignal, type Schedule } from "../../src/platform/commit-signal.ts";
import { type GroupWriter, groupWriter } from "../../src/platform/libsql/group-writer.ts";
import { clientReader } from "../../src/platform/libsql/reader.ts";
import { inlineDocuments } from "../../src/platform/memory/documents.ts";
import { memoryLimits } from "../../src/platform/memory/limits.ts";
import { memoryPage } from "../../src/platform/memory/page-files.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Log } from "../../src/ports/telemetry.ts";
import { readPackedAnswer } from "../../src/sefaz/wire/distribution.ts";

/** A clock that changes only when the test sets it. */
export interface TestClock {
  now(): number;
  /** Sets the time, also backwards; timers do not run. */
  set(ms: number): void;
  /** Moves the time forward and runs the timers that are due. */
  advance(ms: number): void;
  /** Runs a function once, when the clock has advanced by so many milliseconds; returns a function that cancels it. */
  after: Schedule;
}

/** One line of the log. */
export type LogLine = { level: string; event: string } & Record<string, unknown>;

/** Ports over a new database: migrated, empty, on disk (reads and writes use two connections). `close` removes it. */
export interface TestPorts extends Ports {
  clock: TestClock;
  logged: LogLine[];
  database: Database;
  writer: GroupWriter;
  queue: BunQueue;
  meter: PromMeter;
  close(): Promise<void>;
}

export type TestOverrides = Partial<
  Omit<Ports, "config" | "clock" | "writer" | "meter" | "queue">
> & {
  /** Overrides the default configuration of the tests. */
  config?: Partial<Config>;
  /** Start of the clock, milliseconds UTC; default 2026-11-23T12:00:00Z. */
  now?: number;
};

/** A page in place of the one that the build writes. */
export const PAGE: Readonly<Record<string, string>> = {
  "/": "<!doctype html><title>S.G.E.</title><script type=module src=/assets/main-0.js></script>",
  "/sw.js": "self.addEventListener('fetch', () => undefined);",
  "/manifest.webmanifest": "{}",
  "/docs/examples.json": readFileSync("src/http/contract/examples.json", "utf8"),
  "/assets/main-0.js": `document.title = "S.G.E.";${" ".repeat(2_000)}`,
};

export const NOON = Date.UTC(2026, 10, 23, 12);

/** A clock at `at`, milliseconds UTC. */
export function testClock(at = NOON): TestClock {
  let now = at;
  const waiting = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now,
    set(ms) {
      now = ms;
    },
    advance(ms) {
      now += ms;
      for (const one of [...waiting]) if (one.at <= now && waiting.delete(one)) one.run();
    },
    after(ms, run) {
      const one = { at: now + ms, run };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
  };
}

const CONFIG = parseConfig({
  JWT_SECRET: "a secret of the tests, 32 characters or more",
  PASSWORD_COST: "4",
  RATE_LIMIT_PER_SECOND: "0",
  RATE_LIMIT_BURST: "0",
  LOG_LEVEL: "debug",
  PORT: "0",
});

/** The configuration of the tests: development, no rate limit, a low cost of password hashes. */
export const testConfig = (overrides: Partial<Config> = {}): Config => ({
  ...CONFIG,
  ...overrides,
});

let template: Promise<Uint8Array> | undefined;

/**
 * The bytes of a database with the real migrations, which every test copies. It is made once for all processes of this user; the
 * name of its file has a hash of the migrations and of the code that runs them.
 */
export function migrated(): Promise<Uint8Array> {
  template ??= (async () => {
    const hash = new Bun.CryptoHasher("sha256");
    const root = join(import.meta.dir, "../..");
    const sources = [...new Glob("migrations/**/*").scanSync(root)].sort();
    for (const source of [...sources, "src/platform/bun/database/migrations.ts"])
      hash.update(await Bun.file(join(root, source)).bytes());
    const name = `sge-template-${process.getuid?.() ?? 0}-${hash.digest("hex").slice(0, 16)}.db`;
    const path = join(tmpdir(), name);
    if (existsSync(path)) return readFileSync(path);
    const folder = await mkdtemp(join(tmpdir(), "sge-template-"));
    const draft = join(folder, "template.db");
    const database = await openDatabase(`file:${draft}`);
    await database.migrate();
    await database.close();
    // Two processes may make it at the same time: each renames a complete file.
    await rename(draft, path);
    await rm(folder, { recursive: true, force: true });
    return readFileSync(path);
  })();
  return template;
}

/** The real queue. It delivers nothing before it is started; a failed message is ready again at the next poll. */
export const testQueue = (
  ports: Pick<Ports, "reader" | "writer" | "clock" | "log" | "config">,
): BunQueue =>
  bunQueue(
    ports,
    {
      lanes: {
        document: ports.config.JOB_CONCURRENCY,
        archive: 1,
        export: ports.config.EXPORT_WORKERS,
        webhook: ports.config.WEBHOOKS_CONCURRENCY,
      },
      attempts: ports.config.JOB_ATTEMPTS,
      leaseMs: ports.config.JOB_LEASE_MS,
    },
    () => 0,
  );

/** Real implementations of every port over a new database, a copy of `from`. The caller must call `close`. */
export async function testPorts(
  overrides: TestOverrides = {},
  from?: Uint8Array,
): Promise<TestPorts> {
  const { config: configured, now, ...ports } = overrides;
  const bytes = from ?? (await migrated());
  // Without threads: for a small file they cost more than the work.
  const folder = mkdtempSync(join(tmpdir(), "sge-test-"));
  const path = join(folder, "sge.db");
  writeFileSync(path, bytes);
  const database = await openDatabase(`file:${path}`);
  // Without fsync: a test need not survive a loss of power. test/platform tests the real writer's setting.
  await database.writing.execute("PRAGMA synchronous = OFF");
  const config = testConfig({ DATABASE_URL: `file:${path}`, DATA_DIR: folder, ...configured });
  const clock = testClock(now);
  const logged: LogLine[] = [];
  const log: Log = (level, event, fields = {}) => void logged.push({ ...fields, level, event });
  const reader = clientReader(database.reading);
  const commitSignal = localCommitSignal(clock.after);
  const writer = groupWriter(database.writing, {
    group: config.COMMIT_GROUP,
    queue: config.COMMIT_QUEUE,
    waitMs: 5_000,
    yieldToEventLoop,
    onCommit: () => commitSignal.signal(),
  });
  const queue = testQueue({ reader, writer, clock, log, config });
  return {
    config,
    read: drizzle(database.drizzleClient),
    reader,
    writer,
    originals: tableOriginals({ reader, clock }),
    blobs: checkedBlobs(fileBlobs(join(folder, "blobs")), verifiedFirst),
    queue,
    documents: inlineDocuments({ readDocument, compareDocuments, readPackedAnswer }),
    passwords: bunPasswords(config.PASSWORD_COST),
    limits: memoryLimits(clock),
    health: { check: async () => [] },
    page: memoryPage(PAGE),
    outgoing: bunOutgoing({ allowPrivate: config.WEBHOOKS_ALLOW_PRIVATE }),
    pfx: bunPfx(config.SEFAZ_CERTIFICATES),
    stopping: new AbortController().signal,
    commitSignal,
    clock,
    log,
    meter: promMeter(() => performance.now() / 1_000),
    tracer: noopTracer,
    trace: noopTrace(),
    extendIdleTimeout: () => undefined,
    peer: () => "127.0.0.1",
    yieldToEventLoop,
    gzip,
    gzipBytes,
    logged,
    database,
    async close() {
      await queue.stop(5_000);
      await writer.drain();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
    ...ports,
  };
}
