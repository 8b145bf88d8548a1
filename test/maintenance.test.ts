import { expect, test } from "bun:test";
import { createApp } from "../src/app.ts";
import { consumerOf } from "../src/consumer.ts";
import { expireBytes } from "../src/ingest/batch/expire-batches.ts";
import { trusted } from "../src/lib/cast.ts";
import { runMaintenance } from "../src/maintenance.ts";
import { memoryQueue } from "../src/platform/memory/queue.ts";
import type { Ports } from "../src/ports/ports.ts";
import { syntheticNote } from "../src/synthetic/synthetic-note.ts";
import { zipOf } from "../src/synthetic/zip.ts";
import { type TestApp, withApp } from "./support/app.ts";
import { runJobs } from "./support/run-jobs.ts";

const DAY = 86_400_000;
const utf8 = (text: string) => new TextEncoder().encode(text);

/** One note that is registered, one that differs from it, one that is no note, one other page. */
async function queued(service: TestApp, ports: Ports = service.ports): Promise<string> {
  const note = syntheticNote({ seed: 1 });
  const body = await zipOf([
    { name: "good.xml", bytes: utf8(note.xml) },
    {
      name: "other.xml",
      bytes: utf8(note.xml.replace("PARAFUSO", "OUTRA COISA").replace("<natOp>", "<natOp>X")),
    },
    { name: "bad.xml", bytes: utf8("<evento/>") },
    { name: "page.pdf", bytes: utf8("%PDF") },
  ]);
  const answer = await createApp(() => ports).request("/api/nfe/batch?async=true", {
    method: "POST",
    body,
    headers: {
      "content-type": "application/zip",
      authorization: `Bearer ${service.tokenOf("OPERADOR")}`,
    },
  });
  expect(answer.status).toBe(202);
  return trusted<{ job_id: string }>(await answer.json()).job_id;
}

const kept = (service: TestApp) =>
  service.rows(
    `select n.access_key is not null as named, o.expires_at from originals o
      left join notes n on n.company = o.company and n.sha256 = o.sha256 order by 1 desc`,
  );

test("the next maintenance deletes equivalent copies of a registered note, and keeps the note and what differs", () =>
  withApp(async (service) => {
    const note = syntheticNote({ seed: 1 });
    const copies = [1, 2, 3].map((n) => ({
      name: `copy-${n}.xml`,
      bytes: utf8(`${note.xml}${"\n".repeat(n)}`),
    }));
    const body = await zipOf([{ name: "good.xml", bytes: utf8(note.xml) }, ...copies]);
    await queued(service);
    await runJobs(service.ports);
    const before = await kept(service);
    const answer = await createApp(() => service.ports).request("/api/nfe/batch?async=true", {
      method: "POST",
      body,
      headers: {
        "content-type": "application/zip",
        authorization: `Bearer ${service.tokenOf("OPERADOR")}`,
      },
    });
    expect(answer.status).toBe(202);
    await runJobs(service.ports);
    expect(await kept(service)).toHaveLength(before.length + copies.length);
    expect(await runMaintenance(service.ports)).toMatchObject({ originals: copies.length });
    expect(await kept(service)).toEqual(before);
  }));

test("refused documents beyond a company's limit of bytes expire early, oldest first, but none that is waited for", () =>
  withApp(async ({ ports, rows }) => {
    const put = (n: number, bytes: number, day: number | null) => ({
      sql: "insert into originals (company, sha256, gzip, size, created_at, expires_at) values (1, ?1, zeroblob(?2), 1, 0, ?3)",
      args: [String(n).padStart(64, "0"), bytes, day],
    });
    const soon = ports.clock.now() + DAY;
    const waits = {
      sql: `insert into job_items (company, job, position, file, sha256, state, results, updated_at)
        values (1, 'j', 0, 'a.xml', ?1, 'received', '[]', 0)`,
      args: [String(1).padStart(64, "0")],
    };
    const statements = [
      ...[1, 2, 3, 4].map((n) => put(n, 100, soon + n)),
      put(9, 5_000, null),
      waits,
    ];
    await ports.writer.commit({ statements, read: () => undefined });
    expect(await expireBytes(ports, 1, 400)).toBe(0);
    expect(await expireBytes(ports, 1, 250)).toBe(1);
    const left = await rows("select sha256 from originals order by sha256");
    expect(left.map(({ sha256 }) => Number(sha256))).toEqual([1, 3, 4, 9]);
  }));

test("the bytes of a refused document are kept for 30 days, and those of a note for ever", () =>
  withApp(async (service) => {
    const start = service.ports.clock.now();
    await queued(service);
    await runJobs(service.ports);
    expect(await kept(service)).toEqual([
      { named: 1, expires_at: null },
      { named: 0, expires_at: start + 30 * DAY },
      { named: 0, expires_at: start + 30 * DAY },
    ]);
    service.ports.clock.advance(30 * DAY - 1);
    expect(await runMaintenance(service.ports)).toMatchObject({ originals: 0, batches: 0 });
    service.ports.clock.advance(1);
    expect(await runMaintenance(service.ports)).toMatchObject({ originals: 2, batches: 1 });
    expect(await kept(service)).toEqual([{ named: 1, expires_at: null }]);
    expect(await service.rows("select * from job_items")).toEqual([]);
    expect(await service.rows("select * from jobs")).toEqual([]);
    expect(await runMaintenance(service.ports)).toMatchObject({ originals: 0, batches: 0 });
  }));

test("bytes that a note references, before or afterwards, do not expire", () =>
  withApp(async (service) => {
    const note = syntheticNote({ seed: 1 }).xml;
    await queued(service);
    // Uploaded while the same bytes are waiting in a job.
    expect((await service.upload(note)).status).toBe(200);
    await runJobs(service.ports);
    await queued(service);
    await runJobs(service.ports);
    service.ports.clock.advance(31 * DAY);
    await runMaintenance(service.ports);
    expect(await kept(service)).toEqual([{ named: 1, expires_at: null }]);
  }));

test("a document that waits keeps its bytes for as long as it waits", () =>
  withApp(async (service) => {
    await queued(service);
    const { documents } = service.ports;
    const broken = { ...documents, read: () => Promise.reject(new Error("no")) };
    await runJobs(service.ports, { documents: broken });
    service.ports.clock.advance(400 * DAY);
    expect(await runMaintenance(service.ports)).toMatchObject({ originals: 0, batches: 0 });
    expect(await kept(service)).toHaveLength(3);
  }));

test("a message that was lost between the commit and the queue is sent again", () =>
  withApp(async (service) => {
    const queue = memoryQueue(3);
    const lost: Ports = {
      ...service.ports,
      queue: {
        send: (messages) => ({ ...queue.send(messages), afterCommit: async () => undefined }),
      },
    };
    const job = await queued(service, lost);
    const ports: Ports = { ...service.ports, queue };
    await queue.deliver(consumerOf(ports));
    expect((await service.send("GET", `/api/jobs/${job}`)).body.done).toBe(1);
    expect(await runMaintenance(ports)).toMatchObject({ resent: 0 });
    service.ports.clock.advance(15 * 60_000 + 1);
    // The second has the access key of the first and follows it.
    expect(await runMaintenance(ports)).toMatchObject({ resent: 2 });
    expect(await runMaintenance(ports)).toMatchObject({ resent: 0 });
    await queue.deliver(consumerOf(ports));
    const { body } = await service.send("GET", `/api/jobs/${job}`);
    expect(body).toMatchObject({
      state: "done",
      summary: { registered: 1, duplicate: 1, rejected: 1 },
    });
  }));

test("a message that is still in the queue is not duplicated when it is sent again", () =>
  withApp(async (service) => {
    await queued(service);
    const before = await service.rows("select * from queue order by id");
    service.ports.clock.advance(DAY);
    expect(await runMaintenance(service.ports)).toMatchObject({ resent: 2 });
    expect(await service.rows("select * from queue order by id")).toEqual(before);
  }));

test("a file that no export references is deleted after a day, and the others are kept", () =>
  withApp(
    async (service) => {
      const order = await service.send("POST", "/api/exports", { json: { type: "stock" } });
      await runJobs(service.ports);
      const orphan = `exports/1/${order.body.id}/orphan.csv`;
      await service.ports.blobs.put(orphan, utf8("half"));
      await service.ports.blobs.put("exports/9/none/x.csv", utf8("half"));
      service.ports.clock.advance(DAY - 60_000);
      expect(await runMaintenance(service.ports)).toMatchObject({ files: 0 });
      service.ports.clock.advance(120_000);
      expect(await runMaintenance(service.ports)).toMatchObject({ files: 2, exports: 0 });
      expect(await service.ports.blobs.list("")).toHaveLength(1);
    },
    // Files have the time of this machine.
    { now: Date.now() },
  ));

test("an aborted maintenance run ends between two steps, and the next run does the rest", () =>
  withApp(async (service) => {
    await queued(service);
    await runJobs(service.ports);
    service.ports.clock.advance(31 * DAY);
    expect(await runMaintenance(service.ports, AbortSignal.abort())).toMatchObject({ batches: 0 });
    expect(await runMaintenance(service.ports)).toMatchObject({ batches: 1, originals: 2 });
  }));
