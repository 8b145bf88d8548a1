import { expect, test } from "bun:test";
import { drizzle } from "drizzle-orm/libsql";
import { createApp } from "../../../src/app.ts";
import { openDatabase } from "../../../src/platform/bun/database/database.ts";
import { tableOriginals } from "../../../src/platform/bun/database/originals.ts";
import { groupWriter } from "../../../src/platform/libsql/group-writer.ts";
import { clientReader } from "../../../src/platform/libsql/reader.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { type Client, interleave } from "../../support/http/interleavings.ts";

/** Another instance over the same database, with connections and a memory of its own. */
async function secondOf({
  ports,
  tokenOf,
}: TestApp): Promise<{ door: Client; close(): Promise<void> }> {
  const database = await openDatabase(ports.config.DATABASE_URL);
  const reader = clientReader(database.reading);
  const writer = groupWriter(database.writing, {
    group: ports.config.COMMIT_GROUP,
    queue: ports.config.COMMIT_QUEUE,
    waitMs: 5_000,
    yieldToEventLoop: ports.yieldToEventLoop,
  });
  const own = {
    ...ports,
    reader,
    writer,
    read: drizzle(database.drizzleClient),
    originals: tableOriginals({ reader, clock: ports.clock }),
  };
  return {
    door: doorOf(
      createApp(() => own),
      tokenOf("OPERADOR"),
    ),
    async close() {
      await writer.drain();
      await database.close();
    },
  };
}

const doorOf =
  (app: Pick<ReturnType<typeof createApp>, "request">, token: string): Client =>
  async (method, path, init = {}) =>
    app.request(path, {
      ...init,
      method,
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    });

test("no read is stale in random interleavings of writes and cached reads through two instances", () =>
  withApp(async (service) => {
    const second = await secondOf(service);
    try {
      const first = doorOf(service.app, service.tokenOf("OPERADOR"));
      await interleave([first, second.door], FULL ? 40 : 12);
      const reads = (await service.ports.meter.exposition()).text;
      for (const result of ["HIT", "MISS", "REVALIDATED"])
        expect(reads).toMatch(new RegExp(`cache_reads_total\\{result="${result}"\\} [1-9]`));
    } finally {
      await second.close();
    }
  }));
