import { drizzle } from "drizzle-orm/libsql";
import { err, ok } from "../../../src/lib/result.ts";
import { compareDocuments } from "../../../src/nfe/read/compare.ts";
import { readDocument } from "../../../src/nfe/read/read.ts";
import { promMeter } from "../../../src/observability/meter.ts";
import { noopTrace, noopTracer } from "../../../src/observability/no-op.ts";
import { openDatabase } from "../../../src/platform/bun/database/database.ts";
import { tableOriginals } from "../../../src/platform/bun/database/originals.ts";
import { yieldToEventLoop } from "../../../src/platform/bun/ports.ts";
import { groupWriter } from "../../../src/platform/libsql/group-writer.ts";
import { clientReader } from "../../../src/platform/libsql/reader.ts";
import { inlineDocuments } from "../../../src/platform/memory/documents.ts";
import type { SefazCaller } from "../../../src/ports/sefaz.ts";
import { sefazFault } from "../../../src/ports/sefaz-fault.ts";
import { fetchDue } from "../../../src/sefaz/fetch/fetch-due.ts";
import { readPackedAnswer } from "../../../src/sefaz/wire/distribution.ts";
import { playCertificate } from "../../sefaz/play/caller.ts";
import { testConfig, testPorts, testQueue } from "../ports.ts";
import { FASTER, fastClock } from "./fast-clock.ts";

/** A process that fetches from the play at `url` into the database at `path`, until it is killed. */
const [path = "", url = ""] = process.argv.slice(2);
const own = await testPorts();
const database = await openDatabase(`file:${path}`);
const config = testConfig({ DATABASE_URL: `file:${path}` });
const reader = clientReader(database.reading);
const writer = groupWriter(database.writing, {
  group: 32,
  queue: 1_000,
  waitMs: 5_000,
  yieldToEventLoop,
});
const clock = fastClock;
const log = () => undefined;
const ports = {
  ...own,
  config,
  reader,
  read: drizzle(database.drizzleClient),
  writer,
  clock: { ...own.clock, ...clock },
  log,
  queue: testQueue({ reader, writer, clock, log, config }),
  originals: tableOriginals({ reader, clock }),
  documents: inlineDocuments({ readDocument, compareDocuments, readPackedAnswer }),
  meter: promMeter(() => performance.now() / 1_000),
  tracer: noopTracer,
  trace: noopTrace(),
};
const caller: SefazCaller = {
  async call(_, { body }) {
    try {
      const answer = await fetch(url, {
        method: "POST",
        body,
        signal: AbortSignal.timeout(90_000 / FASTER),
      });
      if (!answer.ok) return err(sefazFault("http_status", { status: answer.status }));
      return ok(await answer.bytes());
    } catch {
      return err(sefazFault("cut"));
    }
  },
};
const needs = { caller, certificateOf: async (_: number, cnpj: string) => playCertificate(cnpj) };
for (;;) {
  await fetchDue(ports, needs);
  await Bun.sleep(20);
}
