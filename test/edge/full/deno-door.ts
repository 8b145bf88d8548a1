import { createApp } from "../../../src/app.ts";
import { parseConfig } from "../../../src/config.ts";
import { compareDocuments } from "../../../src/nfe/read/compare.ts";
import { readDocument } from "../../../src/nfe/read/read.ts";
import { noopMeter, noopTrace, noopTracer } from "../../../src/observability/no-op.ts";
import { webGzip } from "../../../src/platform/cloudflare/originals.ts";
import { localCommitSignal } from "../../../src/platform/commit-signal.ts";
import { groupWriter } from "../../../src/platform/libsql/group-writer.ts";
import { clientReader, drizzleReads } from "../../../src/platform/libsql/reader.ts";
import { remoteDatabase } from "../../../src/platform/libsql/remote-database.ts";
import { tableOriginals } from "../../../src/platform/libsql/table-originals.ts";
import { jsonLines } from "../../../src/platform/log-lines.ts";
import { memoryBlobs } from "../../../src/platform/memory/blobs.ts";
import { inlineDocuments } from "../../../src/platform/memory/documents.ts";
import { memoryLimits } from "../../../src/platform/memory/limits.ts";
import { memoryPage } from "../../../src/platform/memory/page-files.ts";
import { memoryQueue } from "../../../src/platform/memory/queue.ts";
import { nodeScrypt } from "../../../src/platform/node-scrypt.ts";
import { passwordHasher } from "../../../src/platform/password-hash.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { readPackedAnswer } from "../../../src/sefaz/wire/distribution.ts";

/**
 * The same app on Deno, which this project has no platform for: the ports that are there for every runtime, and the web's own.
 * Says `listening on PORT`.
 */
const config = parseConfig(Deno.env.toObject());
const database = remoteDatabase(config.DATABASE_URL, undefined, {
  canProbe: false,
  canQueue: true,
});
const clock = { now: () => Date.now() };
const reader = clientReader(database.reading);
const yieldToEventLoop = () => Promise.resolve();

const ports: Ports = {
  config,
  read: drizzleReads(database.drizzleClient),
  reader,
  writer: groupWriter(database.writing, { group: 8, queue: 100, waitMs: 5_000, yieldToEventLoop }),
  originals: tableOriginals({ reader, clock }, webGzip),
  blobs: memoryBlobs(clock),
  queue: memoryQueue(config.JOB_ATTEMPTS),
  documents: inlineDocuments({ readDocument, compareDocuments, readPackedAnswer }),
  passwords: passwordHasher(nodeScrypt, config.PASSWORD_COST),
  limits: memoryLimits(clock),
  page: memoryPage({}),
  health: { check: async () => [] },
  stopping: new AbortController().signal,
  commitSignal: localCommitSignal(),
  clock,
  log: jsonLines("warn", clock, (line) => console.error(line)),
  meter: noopMeter(() => clock.now() / 1_000),
  tracer: noopTracer,
  trace: noopTrace(),
  extendIdleTimeout: () => undefined,
  peer: () => null,
  yieldToEventLoop,
};

const app = createApp(() => ports);
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  handler: (request: Request) => app.fetch(request),
  onListen: ({ port }: { port: number }) => console.log(`listening on ${port}`),
});
