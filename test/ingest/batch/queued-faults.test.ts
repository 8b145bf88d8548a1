import { expect, test } from "bun:test";
import { consume } from "../../../src/consumer.ts";
import { Failed } from "../../../src/lib/result.ts";
import { syntheticBatch, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";
import { killedWriter } from "../../support/faults/killed-writer.ts";
import { FULL } from "../../support/full.ts";
import {
  enqueueBatch,
  eventsOf,
  outcomes,
  utf8,
  xmlFile,
} from "../../support/notes/enqueue-batch.ts";
import { runJobs } from "../../support/run-jobs.ts";

test("a message that is delivered twice, at once or later, is processed once", () =>
  withApp(async (service) => {
    const note = syntheticNote({ seed: 1 });
    const job = await enqueueBatch(
      service,
      [xmlFile("a.xml", note.xml), xmlFile("b.xml", "<x/>")],
      "&approve=true",
    );
    const [row] = await service.rows("select company, id from jobs");
    const message = (position: number) => ({
      v: 1,
      kind: "document",
      company: row?.company,
      job: row?.id,
      position,
    });
    const deliveries = [0, 0, 0, 1, 1].map((position) => consume(service.ports, message(position)));
    expect(await Promise.all(deliveries)).toEqual(deliveries.map(() => "done"));
    await runJobs(service.ports);
    expect(await consume(service.ports, message(0))).toBe("done");
    const { body } = await service.send("GET", job);
    expect(outcomes(body.results)).toEqual([
      ["a.xml", "approved"],
      ["b.xml", "rejected"],
    ]);
    expect(body.summary).toMatchObject({ approved: 1, duplicate: 0, rejected: 1 });
    const [audited] = await service.rows(
      `select count(*) filter (where action = 'nfe.register_and_process') as made,
        count(*) filter (where action = 'nfe.refuse') as refused from audit`,
    );
    expect(audited).toEqual({ made: 1, refused: 1 });
    expect(await eventsOf(service, "job.%")).toHaveLength(1);
  }));

test("an attempt that stops at any commit leaves nothing that the next attempt does twice", async () => {
  const bare = syntheticNote({ seed: 3, root: "NFe" }).xml;
  const files = [
    xmlFile("bare.xml", bare),
    xmlFile("whole.xml", syntheticNote({ seed: 3 }).xml),
    xmlFile("two.xml", syntheticBatch([{ seed: 4 }, { seed: 5 }]).xml),
    xmlFile("bad.xml", "<x/>"),
  ];
  const results: string[] = [];
  for (let dies = 0; dies < 12; dies += FULL ? 1 : 3)
    await withApp(async (service) => {
      const job = await enqueueBatch(service, files, "&approve=true");
      await runJobs(service.ports, { writer: killedWriter(service.ports.writer, dies) });
      const { body } = await service.send("GET", job);
      expect([dies, body.state]).toEqual([dies, "done"]);
      results.push(JSON.stringify(outcomes(body.results)));
      expect(
        await service.rows("select status, count(*) as n from notes group by 1 order by 1"),
      ).toEqual([
        { status: "PENDENTE", n: 2 },
        { status: "PROCESSADA", n: 1 },
      ]);
      expect(await eventsOf(service, "nfe.registered")).toHaveLength(3);
      expect(await eventsOf(service, "job.%")).toHaveLength(1);
    });
  expect(new Set(results).size).toBe(1);
  expect(JSON.parse(results[0] ?? "")).toEqual([
    ["bare.xml", "registered"],
    ["whole.xml", "completed"],
    ["two.xml", "registered"],
    ["two.xml", "registered"],
    ["bad.xml", "rejected"],
  ]);
});

test("a document that always fails is parked with its reason, shown in its job, and replayed by a GERENTE", () =>
  withApp(async (service) => {
    const poison = utf8(syntheticNote({ seed: 1 }).xml);
    const files = [
      { name: "poison.xml", bytes: poison },
      xmlFile("good.xml", syntheticNote({ seed: 2 }).xml),
    ];
    const job = await enqueueBatch(service, files);
    const { documents } = service.ports;
    await runJobs(service.ports, {
      documents: {
        ...documents,
        async read(bytes, signal) {
          if (bytes.length === poison.length && bytes.every((byte, i) => byte === poison[i]))
            throw new TypeError("a fault of ours");
          return documents.read(bytes, signal);
        },
      },
    });
    const parked = (await service.send("GET", job)).body;
    expect(parked).toMatchObject({ state: "failed", done: 1, parked: 1, total: 2 });
    expect(parked.results).toMatchObject([
      { file: "poison.xml", outcome: "parked", code: "TypeError" },
      { file: "good.xml", outcome: "registered" },
    ]);
    expect(await service.rows("select reason, dead_at is not null as dead from queue")).toEqual([
      { reason: "TypeError", dead: 1 },
    ]);
    expect(await eventsOf(service, "job.%")).toMatchObject([{ type: "job.failed" }]);

    expect((await service.send("POST", `${job}/replay`, { as: "OPERADOR" })).status).toBe(403);
    const replay = await service.send("POST", `${job}/replay`, { as: "GERENTE" });
    expect([replay.status, replay.body.replayed]).toEqual([202, 1]);
    expect((await service.send("GET", job)).body).toMatchObject({ state: "running", parked: 0 });
    await runJobs(service.ports);
    const done = (await service.send("GET", job)).body;
    expect(done).toMatchObject({ state: "done", done: 2, summary: { registered: 2 } });
    expect(await eventsOf(service, "job.%")).toMatchObject([
      { type: "job.failed" },
      { type: "job.done" },
    ]);
    expect(await service.rows("select * from queue")).toEqual([]);
    const nothing = await service.send("POST", `${job}/replay`, { as: "GERENTE" });
    expect([nothing.status, nothing.body.code]).toEqual([409, "job.nothing_parked"]);
  }));

test("a document that meets an overload is tried again and then registered", () =>
  withApp(async (service) => {
    const job = await enqueueBatch(service, [xmlFile("a.xml", syntheticNote({ seed: 1 }).xml)]);
    const { documents } = service.ports;
    let full = 3;
    await runJobs(service.ports, {
      documents: {
        ...documents,
        async read(bytes, signal) {
          if (full === 0) return documents.read(bytes, signal);
          full -= 1;
          throw new Failed({ code: "overloaded", what: "documents", retryAfterS: 1 });
        },
      },
    });
    const { body } = await service.send("GET", job);
    expect(body).toMatchObject({ state: "done", summary: { registered: 1, rejected: 0 } });
    expect(service.ports.logged.filter(({ event }) => event === "job.document")).toMatchObject([
      { code: "overloaded" },
      { code: "overloaded" },
      { code: "overloaded" },
      { code: null },
    ]);
  }));
