import { expect, test } from "bun:test";
import { err } from "../../../src/lib/result.ts";
import { sefazFault } from "../../../src/ports/sefaz-fault.ts";
import { type CallPermit, claimCall } from "../../../src/sefaz/fetch/claim-call.ts";
import { changeFetching } from "../../../src/sefaz/fetch/fetching.ts";
import { MOST_OPEN_JOBS } from "../../../src/sefaz/fetch/limits.ts";
import { receiveResult } from "../../../src/sefaz/fetch/receive-result.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { causeOf } from "../../support/ports-with-admin.ts";
import { runJobs } from "../../support/run-jobs.ts";
import { found, OWN_CURSOR, ownPermit } from "../../support/sefaz/found-answers.ts";
import { announcedKey, eventSummary, noteSummary } from "../../support/sefaz/summaries.ts";

const utf8 = new TextEncoder();
const whole = (nsu: number, seed: number) => ({
  nsu,
  schema: "procNFe_v4.00.xsd",
  bytes: utf8.encode(syntheticNote({ seed, items: 1 }).xml),
});

const withFetching = (body: (service: TestApp) => Promise<void>) =>
  withApp(async (service) => {
    await changeFetching(service.ports, { ...OWN_CURSOR, uf: "35", active: true }, causeOf(14));
    await body(service);
  });

const cursorOf = async ({ rows }: TestApp) =>
  (await rows("select ult_nsu, max_nsu, call from sefaz_cursors"))[0];

test("notes and events of the distribution become lines of a job, with their NSU in the name", () =>
  withFetching(async (service) => {
    const note = syntheticNote({ seed: 1, items: 1 });
    const event = {
      nsu: 12,
      schema: "procEventoNFe_v1.00.xsd",
      bytes: utf8.encode(cancellationEvent(note.accessKey)),
    };
    const received = await receiveResult(
      service.ports,
      await ownPermit(service.ports),
      found([whole(11, 1), event]),
    );
    expect(received).toMatchObject({
      outcome: "found",
      documents: 2,
      announced: 0,
      parked: 0,
      more: true,
    });
    expect(await cursorOf(service)).toEqual({ ult_nsu: 50, max_nsu: 90, call: null });
    await runJobs(service.ports);
    expect(
      await service.rows(
        "select file, state, results ->> '$[0].outcome' as outcome from job_items order by position",
      ),
    ).toEqual([
      { file: `SEFAZ ${COMPANY.cnpj}#NSU 11`, state: "done", outcome: "registered" },
      { file: `SEFAZ ${COMPANY.cnpj}#NSU 12`, state: "done", outcome: "event" },
    ]);
    expect(await service.rows("select status from notes")).toEqual([{ status: "CANCELADA" }]);
  }));

test("a summary becomes an announced note in no stock figure, and its cancellation is kept with it", () =>
  withFetching(async (service) => {
    const summary = (nsu: number, n: number) => ({
      nsu,
      schema: "resNFe_v1.01.xsd",
      bytes: noteSummary(announcedKey(n)),
    });
    const cancelled = {
      nsu: 3,
      schema: "resEvento_v1.01.xsd",
      bytes: eventSummary(announcedKey(1)),
    };
    const received = await receiveResult(
      service.ports,
      await ownPermit(service.ports),
      found([summary(1, 1), summary(2, 2), cancelled]),
    );
    expect(received).toMatchObject({ announced: 2, documents: 0, job: null });
    expect(
      await service.rows(
        "select access_key, nsu, value_e2, c_sit, completed_at from announced_notes order by nsu",
      ),
    ).toEqual([
      { access_key: announcedKey(1), nsu: 1, value_e2: 15075, c_sit: "3", completed_at: null },
      { access_key: announcedKey(2), nsu: 2, value_e2: 15075, c_sit: "1", completed_at: null },
    ]);
    expect(await service.rows("select tp_evento, n_seq from announced_events")).toEqual([
      { tp_evento: "110111", n_seq: 1 },
    ]);
    // The same again, as after a cursor that was set back: nothing is doubled, and the cancellation stays.
    await receiveResult(
      service.ports,
      await permittedLater(service),
      found([summary(1, 1), cancelled]),
    );
    expect(
      await service.rows(
        "select count(*) as n, sum(c_sit = '3') as cancelled from announced_notes",
      ),
    ).toEqual([{ n: 2, cancelled: 1 }]);
    expect(await service.rows("select count(*) as n from notes")).toEqual([{ n: 0 }]);
  }));

async function permittedLater({ ports }: TestApp): Promise<CallPermit> {
  ports.clock.advance(3 * 3_600_000);
  return ownPermit(ports);
}

test("a document that cannot be taken is parked by its NSU, and the others are taken", () =>
  withFetching(async (service) => {
    const damaged = {
      nsu: 5,
      schema: "procNFe_v4.00.xsd",
      why: "gzip" as const,
      packed: utf8.encode("no gzip"),
    };
    const tomorrow = {
      nsu: 6,
      schema: "procFuturo_v1.00.xsd",
      bytes: utf8.encode("<procFuturo/>"),
    };
    const bad = { nsu: 7, schema: "resNFe_v9.00.xsd", bytes: utf8.encode("<resNFe/>") };
    const received = await receiveResult(
      service.ports,
      await ownPermit(service.ports),
      found([whole(4, 1), tomorrow, bad], [damaged]),
    );
    expect(received).toMatchObject({ documents: 1, parked: 3 });
    expect(
      await service.rows(
        "select nsu, schema, reason, cast(bytes as text) as bytes from sefaz_parked order by nsu",
      ),
    ).toEqual([
      { nsu: 5, schema: "procNFe_v4.00.xsd", reason: "gzip", bytes: "no gzip" },
      { nsu: 6, schema: "procFuturo_v1.00.xsd", reason: "schema", bytes: "<procFuturo/>" },
      { nsu: 7, schema: "resNFe_v9.00.xsd", reason: "summary", bytes: "<resNFe/>" },
    ]);
    expect(await cursorOf(service)).toMatchObject({ ult_nsu: 50 });
  }));

test("the cursor moves in the batch that keeps the documents, or not at all", () =>
  withFetching(async (service) => {
    const { ports } = service;
    const permit = await ownPermit(ports);
    const { commit } = ports.writer;
    let commits = 0;
    ports.writer.commit = (job, signal) => {
      commits += 1;
      return commits === 2 ? Promise.reject(new Error("away")) : commit(job, signal);
    };
    await expect(receiveResult(ports, permit, found([whole(1, 1)]))).rejects.toThrow("away");
    ports.writer.commit = commit;
    expect(await cursorOf(service)).toMatchObject({ ult_nsu: 0, call: permit.id });
    expect(await service.rows("select count(*) as n from jobs")).toEqual([{ n: 0 }]);
    // The answer is still awaited: it may be given once more.
    expect((await receiveResult(ports, permit, found([whole(1, 1)]))).outcome).toBe("found");
    expect(await cursorOf(service)).toMatchObject({ ult_nsu: 50, call: null });
    expect(await service.rows("select count(*) as n from jobs")).toEqual([{ n: 1 }]);
  }));

test("a summary of more than 16 KiB is none, and is parked", () =>
  withFetching(async (service) => {
    const padded = (blanks: number) =>
      utf8.encode(`${new TextDecoder().decode(noteSummary(announcedKey(1)))}${" ".repeat(blanks)}`);
    const schema = "resNFe_v1.01.xsd";
    const documents = [
      { nsu: 1, schema, bytes: padded(10_000) },
      { nsu: 2, schema, bytes: padded(20_000) },
    ];
    const permit = await ownPermit(service.ports);
    expect(await receiveResult(service.ports, permit, found(documents))).toMatchObject({
      announced: 1,
      parked: 1,
    });
    expect(await service.rows("select nsu, reason from sefaz_parked")).toEqual([
      { nsu: 2, reason: "summary" },
    ]);
  }));

test("an answer whose cursor cannot be right moves nothing, keeps nothing, and is a fault", () =>
  withFetching(async (service) => {
    const { ports, rows } = service;
    await receiveResult(ports, await ownPermit(ports), found([]));
    for (const [cStat, ultNSU, maxNSU] of [
      ["137", 999_999_999_999_999, 0],
      ["138", 91, 90],
      ["138", 49, 90],
      ["137", 0, 0],
      ["138", 60, null],
    ] as const) {
      const permit = await permittedLater(service);
      const result = found([whole(51, 1)], [], { cStat, ultNSU, maxNSU });
      expect([ultNSU, (await receiveResult(ports, permit, result)).outcome]).toEqual([
        ultNSU,
        "fault",
      ]);
      expect(await cursorOf(service)).toEqual({ ult_nsu: 50, max_nsu: 90, call: null });
    }
    expect(
      await rows(
        "select answer_code, failing_since is null as good, (select count(*) from jobs) as jobs, (select count(*) from sefaz_nsu_gaps where first_nsu > 50) as gaps from sefaz_cursors",
      ),
    ).toEqual([{ answer_code: "malformed", good: 0, jobs: 0, gaps: 0 }]);
    // The last NSU that the service has named is that of its last answer, also where one before was too high.
    for (const maxNSU of [999_999_999_999_999, 95]) {
      await receiveResult(ports, await permittedLater(service), found([], [], { maxNSU }));
      expect(await cursorOf(service)).toMatchObject({ ult_nsu: 50, max_nsu: maxNSU });
    }
  }));

test("an answer that another has given between the look and the batch is received once", () =>
  withFetching(async (service) => {
    const { ports } = service;
    const permit = await ownPermit(ports);
    const summary = { nsu: 2, schema: "resNFe_v1.01.xsd", bytes: noteSummary(announcedKey(1)) };
    const result = found([whole(1, 1), summary]);
    beforeNextCommit(ports, () => receiveResult(ports, permit, result), 1);
    expect((await receiveResult(ports, permit, result)).outcome).toBe("late");
    await runJobs(ports);
    expect(await service.rows("select count(*) as n from job_items")).toEqual([{ n: 1 }]);
    expect(await service.rows("select count(*) as n from announced_notes")).toEqual([{ n: 1 }]);
  }));

test("a company with many open jobs gets no call, and an answer that finds it full moves nothing", () =>
  withFetching(async (service) => {
    const { ports, rows } = service;
    const permit = await ownPermit(ports);
    const open = (count: number) =>
      ports.writer.commit({
        statements: [
          {
            sql: `insert into jobs (company, id, kind, state, total, params, created_by, created_at, updated_at)
              select 1, value, 'batch', 'queued', 1, '{}', 14, 0, 0 from json_each(?1)`,
            args: [JSON.stringify(Array.from({ length: count }, (_, n) => `job-${n + 10}`))],
          },
        ],
        read: () => undefined,
      });
    await open(50);
    expect((await receiveResult(ports, permit, found([whole(1, 1)]))).outcome).toBe("full");
    expect(await cursorOf(service)).toMatchObject({ ult_nsu: 0, call: null });
    ports.clock.advance(60_000);
    expect((await claimCall(ports, OWN_CURSOR, { kind: "cursor" })).permit).toBeNull();
    await ports.writer.commit({
      statements: [{ sql: "delete from jobs where id > ?1", args: [`job-${MOST_OPEN_JOBS + 8}`] }],
      read: () => undefined,
    });
    expect(await rows("select count(*) as n from jobs")).toEqual([{ n: MOST_OPEN_JOBS - 1 }]);
    expect((await claimCall(ports, OWN_CURSOR, { kind: "cursor" })).permit).not.toBeNull();
  }));

test("calls that fail for more than two hours are an event of the feed, once until one succeeds", () =>
  withFetching(async (service) => {
    const { ports, rows } = service;
    const blocked = found([], [], { cStat: "656" });
    const reported = () =>
      rows(
        "select payload ->> 'code' as code, payload ->> 'since' as since from events where type = 'sefaz.failing'",
      );
    ports.clock.advance(7);
    const since = new Date(ports.clock.now() + 3 * 3_600_000).toISOString();
    for (const result of [blocked, err(sefazFault("tls"))]) {
      await receiveResult(ports, await permittedLater(service), result);
      if (result === blocked) expect(await reported()).toEqual([]);
    }
    expect(await reported()).toEqual([{ code: "tls", since }]);
    await receiveResult(ports, await permittedLater(service), blocked);
    expect(await reported()).toHaveLength(1);
    await receiveResult(ports, await permittedLater(service), found([], [], { cStat: "137" }));
    expect(await rows("select failing_since, failing_reported from sefaz_cursors")).toEqual([
      { failing_since: null, failing_reported: 0 },
    ]);
  }));
