import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { wrongSteps } from "../../../src/stock/reconcile/wrong-steps.ts";
import { findWrongSpans } from "../../../src/stock/spans.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";

const [emit] = SUPPLIERS;
const SCREW = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "10", vUnCom: "2.00" };
const GLUE = { cProd: "C1", xProd: "COLA", uCom: "UN", qCom: "4", vUnCom: "2.50" };
const note = syntheticNote({ seed: 1, emit, items: [SCREW, GLUE] });
const path = `/api/nfes/${note.accessKey}`;
const FREIGHT = { amount: 10, reason: "frete", document: "CT-e 1" };

const posted = async ({ upload }: TestApp) => upload(note.xml, "?approve=true");
const add = ({ send }: TestApp, json: object = FREIGHT, query = "") =>
  send("POST", `${path}/costs${query}`, { as: "GERENTE", json });
const undo = ({ send }: TestApp, id: string) =>
  send("POST", `${path}/costs/${id}/reverse`, { as: "GERENTE", json: { reason: "engano" } });
const reverse = ({ send }: TestApp) =>
  send("POST", `${path}/reverse`, { json: { reason: "engano" } });
const sell = ({ send }: TestApp, quantity: number) =>
  send("POST", "/api/movements", { json: { product_code: "P1", type: "SAIDA", quantity } });
const stock = ({ rows }: TestApp) =>
  rows("select product, quantity_e4, value_e2 from balances order by product");
const sound = async ({ ports }: TestApp) => {
  expect(await reconcileAll(ports, 1)).toEqual([]);
  expect(await findWrongSpans(ports, 1)).toEqual([]);
  expect((await wrongSteps(ports, 1)).wrong).toEqual([]);
};

test("a note has a hundred costs that stand, however many come at once", () =>
  withApp(async (service) => {
    await posted(service);
    for (let n = 0; n < 99; n += 1) await add(service, { ...FREIGHT, document: `CT-e ${n}` });
    beforeNextCommit(service.ports, () => add(service, { ...FREIGHT, document: "the last" }));
    expect(await add(service, { ...FREIGHT, document: "one more" })).toMatchObject({
      body: { code: "late_cost.too_many", limit: 100 },
    });
    expect(await service.rows("select count(*) as n from late_costs")).toEqual([{ n: 100 }]);
  }));

test("a reversal marks the costs that it takes back: none where it is refused, and none that a user took back", () =>
  withApp(async (service) => {
    await posted(service);
    const first = await add(service);
    await undo(service, first.body.cost_id);
    await add(service, { ...FREIGHT, document: "CT-e 2" });
    const marks = () =>
      service.rows("select document, undone_by from late_costs order by document");
    const before = await marks();
    expect(before).toMatchObject([{}, { document: "CT-e 2", undone_by: null }]);
    await service.send("PATCH", "/api/company", { json: { allow_negative: false } });
    await sell(service, 5);
    expect((await reverse(service)).body.code).toBe("stock.insufficient");
    expect(await marks()).toEqual(before);
    await service.send("PATCH", "/api/company", { json: { allow_negative: true } });
    expect((await reverse(service)).status).toBe(200);
    const [user, reversal] = await marks();
    expect([user, typeof reversal?.undone_by]).toEqual([before[0], "string"]);
  }));

test("a freight bill that comes later is shared by what the items cost, and passes on the share of what has left", () =>
  withApp(async (service) => {
    await posted(service);
    await sell(service, 5);
    const before = await service.rows("select updated_at from balances");
    const { status, body } = await add(service);
    expect([status, body]).toMatchObject([
      200,
      {
        message: "Custo lançado",
        already_added: false,
        amount: 10,
        items: [
          { n_item: 1, product_code: "P1", amount: 6.67, in_stock: 3.34, passed_on: 3.33 },
          { n_item: 2, product_code: "C1", amount: 3.33, in_stock: 3.33, passed_on: 0 },
        ],
      },
    ]);
    expect(await stock(service)).toEqual([
      { product: "C1", quantity_e4: 40_000, value_e2: 1333 },
      { product: "P1", quantity_e4: 50_000, value_e2: 1334 },
    ]);
    expect(await service.rows("select updated_at from balances")).toEqual(before);
    const shown = await service.send("GET", path);
    expect(shown.body.late_costs).toMatchObject([
      {
        id: body.cost_id,
        access_key: null,
        amount: 10,
        in_stock: 6.67,
        passed_on: 3.33,
        reason: "frete",
        document: "CT-e 1",
        reversed: false,
      },
    ]);
    expect(shown.body.movements).toHaveLength(2);
    const kardex = await service.send("GET", "/api/products/P1/kardex");
    expect(kardex.body.data[0]).toMatchObject({
      type: "VALOR",
      quantity: 0,
      value: 6.67,
      value_passed_on: 3.33,
      balance: 5,
      stock_value: 13.34,
      average_cost: 2.668,
      reference: note.accessKey,
    });
    const list = await service.send("GET", "/api/movements/list");
    expect(list.body.data.map((one: { type: string }) => one.type)).not.toContain("VALOR");
    await sound(service);
  }));

test("a late cost that is taken back leaves the value as it was, once, and its document may come again", () =>
  withApp(async (service) => {
    await posted(service);
    const before = await stock(service);
    const { body } = await add(service);
    const answers = await Promise.all([1, 2, 3].map(() => undo(service, body.cost_id)));
    expect(answers.map((one) => one.body.already_reversed).sort()).toEqual([false, true, true]);
    expect(await stock(service)).toEqual(before);
    const shown = await service.send("GET", path);
    expect(shown.body.late_costs).toMatchObject([{ reversed: true }]);
    expect((await add(service)).body.already_added).toBe(false);
    expect((await undo(service, "nenhum")).body.code).toBe("late_cost.not_found");
    await sound(service);
  }));

test("a document brings its cost to a note once, however often and at once it is sent", () =>
  withApp(async (service) => {
    await posted(service);
    const answers = await Promise.all(Array.from({ length: 6 }, () => add(service)));
    expect(answers.filter(({ body }) => body.already_added === false)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.cost_id)).size).toBe(1);
    const planned = await add(service, FREIGHT, "?dry_run=true");
    expect(planned.body).toMatchObject({ dry_run: true, already_added: true, items: [] });
    const other = await add(service, { ...FREIGHT, amount: 11 });
    expect([other.status, other.body.code, other.body.amount]).toEqual([
      409,
      "late_cost.differs",
      "10.00",
    ]);
    expect(await service.rows("select count(*) as n from movements where type = 'VALOR'")).toEqual([
      { n: 2 },
    ]);
    expect(
      await service.rows("select type from events where type = 'nfe.cost_added'"),
    ).toHaveLength(1);
  }));

test("a dry run shows what a late cost would do and writes nothing", () =>
  withApp(async (service) => {
    await posted(service);
    await sell(service, 5);
    const before = await stock(service);
    const planned = await add(service, FREIGHT, "?dry_run=true");
    expect(await stock(service)).toEqual(before);
    const done = await add(service);
    expect(planned.body).toEqual({
      ...done.body,
      message: "Simulação: nada foi gravado",
      cost_id: null,
      dry_run: true,
    });
  }));

test("a reversal of the note takes its late costs back with it, and so does its cancellation", () =>
  withApp(async (service) => {
    const first = syntheticNote({ seed: 2, emit, items: [{ ...SCREW, vUnCom: "3.00" }] });
    await service.upload(first.xml, "?approve=true");
    const before = await stock(service);
    const withoutGlue = async () =>
      (await stock(service)).filter(({ product }) => product !== "C1");
    await posted(service);
    await add(service);
    await reverse(service);
    expect(await withoutGlue()).toEqual(before);
    await service.send("POST", `${path}/process`);
    expect((await add(service)).body.already_added).toBe(false);
    await service.upload(cancellationEvent(note.accessKey));
    expect(await withoutGlue()).toEqual(before);
    const shown = await service.send("GET", path);
    expect(shown.body.late_costs).toMatchObject([{ reversed: true }, { reversed: true }]);
    expect(await service.rows("select * from late_costs where undone_by is null")).toEqual([]);
    await sound(service);
  }));

test("a late cost meets the reversal of its note, and the reversal a late cost: nothing is left of either", async () => {
  for (const [act, intruder] of [
    [add, reverse],
    [reverse, add],
  ] as const)
    await withApp(async (service) => {
      await posted(service);
      beforeNextCommit(service.ports, async () => {
        await intruder(service);
      });
      const answer = await act(service);
      expect(answer.status).toBe(act === add ? 409 : 200);
      expect(await stock(service)).toMatchObject([
        { quantity_e4: 0, value_e2: 0 },
        { quantity_e4: 0, value_e2: 0 },
      ]);
      await sound(service);
    });
});

test("a rebate lowers the value and never takes it below zero", () =>
  withApp(async (service) => {
    await posted(service);
    const rebate = await add(service, { amount: "-25", reason: "abatimento", items: [1] });
    expect(rebate.body.items).toMatchObject([{ n_item: 1, amount: -25, in_stock: -20 }]);
    expect(await stock(service)).toMatchObject([{ value_e2: 1000 }, { value_e2: 0 }]);
    await sound(service);
  }));

test("a late cost is refused by name: no reason, no goods, a wrong date, a note that is not in stock", () =>
  withApp(async (service) => {
    await service.upload(note.xml);
    expect(await add(service)).toMatchObject({ status: 409, body: { code: "nfe.final" } });
    await service.send("POST", `${path}/process`);
    const { amount } = FREIGHT;
    expect((await add(service, { amount })).status).toBe(422);
    expect((await add(service, { ...FREIGHT, amount: 0 })).status).toBe(422);
    const refused = async (more: object) => (await add(service, { ...FREIGHT, ...more })).body.code;
    expect(await refused({ items: [1, 7] })).toBe("nfe.no_entries");
    expect(await refused({ happened_at: "2020-01-01" })).toBe("late_cost.date");
    expect(await refused({ happened_at: "2199-01-01" })).toBe("late_cost.date");
    expect(await service.rows("select * from late_costs")).toEqual([]);
    for (const as of ["OPERADOR", "VISUALIZADOR"] as const)
      expect((await service.send("POST", `${path}/costs`, { as, json: FREIGHT })).status).toBe(403);
  }));
