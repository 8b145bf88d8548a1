import { expect, test } from "bun:test";
import { applySettings } from "../../../src/accounts/settings/settings.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { enqueueBatch, xmlFile } from "../../support/notes/enqueue-batch.ts";
import { runJobs } from "../../support/run-jobs.ts";
import {
  type Act,
  approve,
  bareRegistered,
  cancel,
  cause,
  complete,
  discard,
  problem,
  registered,
  restore,
  screw,
  up,
  whole,
  withBase,
} from "./intruder-table.ts";

/** Every event of the feed that a write of the note has made, by type. */
const eventTypes = async ({ rows }: TestApp) =>
  (await rows("select type from events order by id")).map(({ type }) => type);

const TWICE: readonly (readonly [string, readonly Act[], Act, string, number])[] = [
  ["discard", registered, discard, "nfe.discarded", 0],
  ["restoration", [...registered, discard], restore, "nfe.restored", 0],
  ["approval", registered, approve, "nfe.processed", 0],
  ["completion", bareRegistered, complete, "nfe.completed", 1],
  ["cancellation", registered, cancel, "nfe.cancelled", 0],
];
for (const [flow, before, act, type, skip] of TWICE)
  test(`the feed has one event of a ${flow} that comes twice at one moment`, () =>
    withApp(async (service) => {
      for (const step of before) await step(service);
      beforeNextCommit(service.ports, () => Promise.resolve(act(service)), skip);
      await act(service);
      expect((await eventTypes(service)).filter((one) => one === type)).toEqual([type]);
    }));

/** A job that has failed: a batch whose document cannot be read, a ZIP whose file has vanished. */
const parkedBatch: Act = async (service) => {
  await enqueueBatch(service, [xmlFile("a.xml", whole.xml)]);
  const read = () => Promise.reject(new TypeError("a fault of ours"));
  await runJobs(service.ports, { documents: { ...service.ports.documents, read } });
};
const parkedZip: Act = async (service) => {
  await enqueueBatch(service, [xmlFile("a.xml", whole.xml)]);
  await runJobs(service.ports, { blobs: { ...service.ports.blobs, get: async () => null } });
};
const order: Act = ({ send }) => send("POST", "/api/exports", { json: { type: "movements" } });
const onJob =
  (method: string, path: (id: string) => string): Act =>
  async ({ send, rows }) => {
    const [job] = await rows("select id from jobs");
    return send(method, path(String(job?.id)));
  };
const replay = onJob("POST", (id) => `/api/jobs/${id}/replay`);
const cancelFile = onJob("DELETE", (id) => `/api/exports/${id}`);
/** So small that a ZIP is for later. */
const SMALL = { inRequest: { bytes: 10, documents: 1 } };

const AUDITED: readonly (readonly [string, readonly Act[], Act, string, object?])[] = [
  ["discard", registered, discard, "nfe.discard"],
  ["restoration", [...registered, discard], restore, "nfe.restore"],
  ["approval", registered, approve, "nfe.process"],
  ["replay of a batch", [parkedBatch], replay, "job.replay"],
  ["replay of a ZIP", [parkedZip], replay, "job.replay", SMALL],
  ["cancellation of an export", [order], cancelFile, "export.cancel"],
];
for (const [flow, before, act, action, options] of AUDITED)
  test(`the audit log has one line of a ${flow} that comes twice at one moment`, () =>
    withApp(async (service) => {
      for (const step of before) await step(service);
      const lines = () => service.rows("select action from audit where action = ?1", [action]);
      let came = false;
      beforeNextCommit(service.ports, async () => {
        await act(service);
        came = true;
        expect(await lines()).toHaveLength(1);
      });
      await act(service);
      expect(came).toBe(true);
      expect(await lines()).toHaveLength(1);
    }, options));

test("a second replay fails because nothing is parked, and sends nothing", () =>
  withApp(async (service) => {
    await parkedBatch(service);
    beforeNextCommit(service.ports, async () => {
      expect(await replay(service)).toMatchObject({ status: 202, body: { replayed: 1 } });
    });
    expect(await replay(service)).toMatchObject(problem(409, "job.nothing_parked"));
    await runJobs(service.ports);
    expect(await service.rows("select state from jobs")).toEqual([{ state: "done" }]);
    expect(await service.rows("select count(*) as n from queue")).toEqual([{ n: 0 }]);
  }));

test("an export that is refused because too many jobs are open leaves no line in the audit log", () =>
  withApp(async (service) => {
    await service.ports.database.writing.execute(
      `with recursive n (i) as (select 1 union all select i + 1 from n where i < 50)
        insert into jobs (company, id, kind, state, params, created_by, created_at, updated_at)
        select 1, 'job-' || i, 'export', 'queued', '{}', 11, 0, 0 from n`,
    );
    expect(await order(service)).toMatchObject({ body: { code: "job.too_many" } });
    expect(await service.rows("select action from audit where action = 'export.order'")).toEqual(
      [],
    );
  }));

const sale = syntheticNote({
  seed: 5,
  emit: COMPANY,
  dest: CUSTOMER,
  items: [{ ...screw, cProd: "BASE", uCom: "UN", qCom: "4" }],
});
const takeByHand: Act = ({ send }) =>
  send("POST", "/api/movements", { json: { product_code: "BASE", type: "SAIDA", quantity: 3 } });

test.each([
  [
    "approval of an exit",
    [up(sale.xml)],
    `process`,
    { status: 400, body: { code: "stock.insufficient" } },
  ],
  ["registration of an exit", [], "upload", { status: 200, body: { status: "PENDENTE" } }],
  ["exit by hand", [], "hand", { status: 400, body: { code: "stock.insufficient" } }],
] as const)("an %s whose goods are taken meanwhile takes nothing", (_, before, how, answer) =>
  withApp(async (service) => {
    await withBase(service);
    await applySettings(service.ports, { allowNegative: false }, cause);
    for (const step of before) await step(service);
    beforeNextCommit(service.ports, () => Promise.resolve(takeByHand(service)));
    const given =
      how === "process"
        ? await service.send("POST", `/api/nfes/${sale.accessKey}/process`)
        : how === "upload"
          ? await service.upload(sale.xml, "?approve=true")
          : await takeByHand(service);
    expect(given).toMatchObject(answer);
    expect(await service.rows("select quantity_e4 from balances")).toEqual([
      { quantity_e4: 20_000 },
    ]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }),
);

test("an exit below zero that the settings allow meanwhile is posted with its registration", () =>
  withApp(async (service) => {
    await applySettings(service.ports, { allowNegative: false }, cause);
    const allowed = () => applySettings(service.ports, { allowNegative: true }, cause);
    beforeNextCommit(service.ports, allowed);
    const given = await service.upload(sale.xml, "?approve=true");
    expect(given).toMatchObject({ status: 200, body: { status: "PROCESSADA" } });
    expect(await service.rows("select quantity_e4 from balances")).toEqual([
      { quantity_e4: -40_000 },
    ]);
  }));

test("a refused completion leaves the verdict as it was, also without a second attempt", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    for (const step of bareRegistered) await step(service);
    const { writer } = ports;
    const commit = writer.commit.bind(writer);
    const discarded = async () => {
      await discard(service);
      writer.commit = () => Promise.reject(new Error("the process has died"));
    };
    beforeNextCommit(ports, discarded, 1);
    expect(await complete(service)).toMatchObject({ status: 500 });
    writer.commit = commit;
    expect(
      await rows("select status, has_protocol, holds ->> '$[0].code' as hold from notes"),
    ).toEqual([{ status: "DESCARTADA", has_protocol: 0, hold: "no_protocol" }]);
    expect(await eventTypes(service)).not.toContain("nfe.judged");
  }));
