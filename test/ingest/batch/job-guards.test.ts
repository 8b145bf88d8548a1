import { expect, test } from "bun:test";
import { createApp } from "../../../src/app.ts";
import { consumerOf } from "../../../src/consumer.ts";
import { itemAwaitsResult, recordResult } from "../../../src/ingest/batch/job-items.ts";
import { lotsAddUp } from "../../../src/ingest/note/lines.ts";
import { trusted } from "../../../src/lib/cast.ts";
import {
  ack,
  type Lease,
  leaseMessages,
  leasesOf,
  park,
  retryLater,
} from "../../../src/platform/libsql/queue-table.ts";
import { memoryQueue } from "../../../src/platform/memory/queue.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../../src/synthetic/zip.ts";
import { withApp } from "../../support/app.ts";
import { enqueueBatch, utf8, xmlFile } from "../../support/notes/enqueue-batch.ts";

type Result = Parameters<typeof recordResult>[2];

test("a result that is recorded twice is written once", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    await enqueueBatch(service, [xmlFile("a.xml", syntheticNote({ seed: 1 }).xml)]);
    const [job] = await rows("select id from jobs");
    const place = { company: 1, job: String(job?.id), position: 0 };
    const result = trusted<Result>({ file: "a.xml", outcome: "rejected", code: "x" });
    const write = () =>
      ports.writer.commit({
        statements: [recordResult(place, 0, result, 1, { sql: "select 1", args: [] })],
        read: () => undefined,
      });
    await write();
    await write();
    expect(await rows("select json_array_length(results) as n from job_items")).toEqual([{ n: 1 }]);
  }));

test("a received item waits only for its next result, a parked or done item for none", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    await enqueueBatch(service, [xmlFile("a.xml", syntheticNote({ seed: 1 }).xml)]);
    const [job] = await rows("select id from jobs");
    const place = { company: 1, job: String(job?.id), position: 0 };
    const waits = async (index: number) =>
      (await ports.reader.rows(itemAwaitsResult(place, index))).length === 1;
    expect([await waits(0), await waits(1)]).toEqual([true, false]);
    for (const state of ["parked", "done"]) {
      await ports.database.writing.execute(`update job_items set state = '${state}'`);
      expect([state, await waits(0)]).toEqual([state, false]);
    }
  }));

test("a queue outside of the database gets the messages of all documents after the commit", () =>
  withApp(async (service) => {
    const queue = memoryQueue(3);
    const ports = { ...service.ports, queue };
    const answer = await createApp(() => ports).request("/api/nfe/batch?async=true", {
      method: "POST",
      body: await zipOf([
        { name: "a.xml", bytes: utf8(syntheticNote({ seed: 1 }).xml) },
        { name: "b.xml", bytes: utf8(syntheticNote({ seed: 2 }).xml) },
      ]),
      headers: {
        "content-type": "application/zip",
        authorization: `Bearer ${service.tokenOf("OPERADOR")}`,
      },
    });
    expect(answer.status).toBe(202);
    await queue.deliver(consumerOf(ports));
    expect(await service.rows("select state from jobs")).toEqual([{ state: "done" }]);
    expect(await service.rows("select count(*) as n from notes")).toEqual([{ n: 2 }]);
  }));

/** What a consumer may do with a leased message. */
const DONE: readonly (readonly [string, (lease: Lease) => ReturnType<typeof ack>])[] = [
  ["ended", ack],
  ["put off", (lease) => retryLater(lease, 5, "busy")],
  ["parked", (lease) => park(lease, 5, "busy")],
];
for (const [what, end] of DONE)
  test(`a message that was handed out again is not ${what} by who had it before, also under the same name`, () =>
    withApp(async ({ ports, rows }) => {
      await ports.writer.commit({
        statements: [
          {
            sql: "insert into queue (key, lane, body, available_at, created_at) values ('k', 'document', '{}', 0, 0)",
            args: [],
          },
        ],
        read: () => undefined,
      });
      const handOut = async (now: number) => {
        const [row] = await rows("select id from queue");
        const ids = [Number(row?.id)];
        const statements = [leaseMessages(ids, "me", now, now + 10)];
        const taken = await ports.writer.commit({ statements, read: ([found]) => found ?? [] });
        return leasesOf(taken, "me", ids);
      };
      const [first] = await handOut(0);
      const [second] = await handOut(10);
      expect([first?.attempts, second?.attempts]).toEqual([1, 2]);
      if (first !== undefined)
        await ports.writer.commit({ statements: [end(first)], read: () => undefined });
      expect(await rows("select attempts, leased_by, available_at, dead_at from queue")).toEqual([
        { attempts: 2, leased_by: "me", available_at: 20, dead_at: null },
      ]);
    }));

test("lots are used only when they add up to the commercial or to the taxed quantity", () => {
  const lot = (quantity_e4: number) => ({ lot: "L", quantity_e4, made_on: null, expires_on: null });
  const item = { quantity_e4: 20_000, taxQuantity_e4: 240_000 };
  expect(lotsAddUp({ ...item, lots: [lot(20_000)] })).toBe(true);
  expect(lotsAddUp({ ...item, lots: [lot(200_000), lot(40_000)] })).toBe(true);
  expect(lotsAddUp({ ...item, lots: [lot(20_001)] })).toBe(false);
  expect(lotsAddUp({ quantity_e4: 0, taxQuantity_e4: 0, lots: [lot(0)] })).toBe(false);
});
