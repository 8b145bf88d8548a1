import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { LAST_COSTS } from "../../support/last-costs.ts";

const SCREW = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "10", vUnCom: "2.00" };
const GLUE = { cProd: "C1", xProd: "COLA", uCom: "UN", qCom: "4", vUnCom: "5.00" };
const [emit] = SUPPLIERS;
const note = syntheticNote({ seed: 1, emit, items: [SCREW, GLUE] });
const REASON = { json: { reason: "lançada por engano" } };

const post = (service: TestApp, path: string, options = {}) =>
  service.send("POST", path, { as: "GERENTE", ...REASON, ...options });
const reverseNote = (service: TestApp, query = "") =>
  post(service, `/api/nfes/${note.accessKey}/reverse${query}`);
const exit = (service: TestApp, quantity: number) =>
  service.send("POST", "/api/movements", {
    json: { product_code: "P1", type: "SAIDA", quantity, reference: "Pedido 7" },
  });
const stock = (service: TestApp) =>
  service.rows("select product, quantity_e4, value_e2 from balances order by product");
const forbidNegative = (service: TestApp) =>
  service.send("PATCH", "/api/company", { json: { allow_negative: false } });

test("a reversed note leaves quantity, value and last cost as they were, by movements that name those they undo", () =>
  withApp(async (service) => {
    const first = syntheticNote({ seed: 2, emit, items: [{ ...SCREW, vUnCom: "3.00" }] });
    await service.upload(first.xml, "?approve=true");
    const before = await stock(service);
    const costs = `select code, last_cost_e2, last_cost_quantity_e4 from ${LAST_COSTS} where code = 'P1'`;
    const costBefore = await service.rows(costs);
    await service.upload(note.xml, "?approve=true");
    const { status, body } = await reverseNote(service);
    expect([status, body]).toEqual([
      200,
      {
        message: "Nota estornada",
        access_key: note.accessKey,
        status: "ESTORNADA",
        movements: 2,
        already_reversed: false,
        findings: [],
      },
    ]);
    const after = (await stock(service)).filter(({ product }) => product !== "C1");
    expect(after).toEqual(before);
    expect(await service.rows(costs)).toEqual(costBefore);
    expect(await service.rows("select * from balances where product = 'C1'")).toMatchObject([
      { quantity_e4: 0, value_e2: 0 },
    ]);
    const pairs = await service.rows(
      `select r.quantity_e4 + m.quantity_e4 as quantity, r.value_e2 + m.value_e2 as value, r.product = m.product as same, r.notes
        from movements r join movements m on m.id = r.undoes`,
    );
    const opposite = { quantity: 0, value: 0, same: 1, notes: "lançada por engano" };
    expect(pairs).toEqual([opposite, opposite]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a reversed note may be approved again, and reversed again", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const before = await stock(service);
    for (let round = 0; round < 2; round += 1) {
      expect((await reverseNote(service)).body.already_reversed).toBe(false);
      const approved = await service.send("POST", `/api/nfes/${note.accessKey}/process`);
      expect([approved.status, approved.body.already_processed]).toEqual([200, undefined]);
      expect(await stock(service)).toEqual(before);
    }
    expect(await service.rows("select count(*) as n from movements")).toEqual([{ n: 10 }]);
  }));

test("a reversal that is sent twice, or ten times at once, moves the stock once", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const answers = await Promise.all(Array.from({ length: 10 }, () => reverseNote(service)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(answers.filter(({ body }) => !body.already_reversed)).toHaveLength(1);
    expect(await service.rows("select count(*) as n from movements")).toEqual([{ n: 4 }]);
    expect(
      await service.rows("select count(*) as n from audit where action = 'nfe.reverse'"),
    ).toEqual([{ n: 1 }]);
    expect(await service.rows("select type from events where type = 'nfe.reversed'")).toHaveLength(
      1,
    );
  }));

test("a refused reversal names the later exits that need the goods", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    await forbidNegative(service);
    const { body } = await exit(service, 3);
    for (const query of ["", "?dry_run=true"]) {
      const refused = await reverseNote(service, query);
      expect([refused.status, refused.body]).toMatchObject([
        400,
        {
          code: "stock.insufficient",
          product_code: "P1",
          requested: "10",
          balance: "7",
          needed_by: [{ id: body.movement.id, reference: "Pedido 7", quantity: "3" }],
        },
      ]);
    }
    expect(await service.rows("select status from notes")).toEqual([{ status: "PROCESSADA" }]);
    expect((await post(service, `/api/movements/${body.movement.id}/reverse`)).status).toBe(200);
    expect((await reverseNote(service)).status).toBe(200);
  }));

test("a company that allows a balance below zero has the finding negative_balance", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    await exit(service, 3);
    const { body } = await reverseNote(service);
    expect(body.findings).toMatchObject([{ code: "negative_balance", severity: "warning" }]);
    expect(await service.rows("select quantity_e4 from balances where product = 'P1'")).toEqual([
      { quantity_e4: -30_000 },
    ]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("the smallest quantity that a reversal takes out below zero is a finding of its answer and of its note", () =>
  withApp(async (service) => {
    const least = syntheticNote({ seed: 3, emit, items: [{ ...SCREW, qCom: "0.0001" }] });
    const path = `/api/nfes/${least.accessKey}`;
    await service.upload(least.xml, "?approve=true");
    await exit(service, 0.0001);
    const finding = { findings: [{ code: "negative_balance" }] };
    expect((await post(service, `${path}/reverse`)).body).toMatchObject(finding);
    expect((await service.send("GET", path)).body).toMatchObject(finding);
  }));

test("a dry run tells the balances before and after, and writes nothing", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const before = await service.rows("select max(id) as id from audit");
    const { status, body } = await reverseNote(service, "?dry_run=true");
    expect([status, body]).toMatchObject([
      200,
      {
        dry_run: true,
        already_reversed: false,
        movements: [
          { product_code: "P1", type: "SAIDA", quantity: 10, balance_before: 10, balance_after: 0 },
          { product_code: "C1", type: "SAIDA", quantity: 4, balance_before: 4, balance_after: 0 },
        ],
      },
    ]);
    expect(await service.rows("select max(id) as id from audit")).toEqual(before);
    expect(await service.rows("select status from notes")).toEqual([{ status: "PROCESSADA" }]);
  }));

test("an exit that is posted between our look and our batch refuses the reversal", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    await forbidNegative(service);
    beforeNextCommit(service.ports, () => exit(service, 1));
    expect((await reverseNote(service)).body.code).toBe("stock.insufficient");
    expect(await service.rows("select status from notes")).toEqual([{ status: "PROCESSADA" }]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a note that never was in stock, and one of another company, are refused by their codes", () =>
  withApp(async (service) => {
    await service.upload(note.xml);
    expect((await reverseNote(service)).body).toMatchObject({
      code: "nfe.final",
      note_status: "PENDENTE",
    });
    const strange = await post(service, `/api/nfes/${note.accessKey}/reverse`, {
      as: "otherCompany",
    });
    expect([strange.status, strange.body.code]).toEqual([404, "nfe.not_found"]);
  }));

test("a reversal without a reason is refused with its field", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    for (const json of [{}, { reason: "" }, { reason: "  " }]) {
      const { status, body } = await post(service, `/api/nfes/${note.accessKey}/reverse`, { json });
      expect([status, body.errors[0].path]).toEqual([422, "/reason"]);
    }
  }));

test("a movement by hand is taken back once, by its exact opposite", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const before = await stock(service);
    const made = await exit(service, 3);
    const path = `/api/movements/${made.body.movement.id}/reverse`;
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(service, path)));
    expect(new Set(answers.map(({ body }) => body.movement.id)).size).toBe(1);
    expect(answers.filter(({ body }) => !body.already_reversed)).toHaveLength(1);
    expect(answers[0]?.body.movement).toMatchObject({ type: "ENTRADA", quantity: 3 });
    expect(await stock(service)).toEqual(before);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a movement of a note, a reversal, and what is not there are refused by their codes", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const [ofNote] = await service.rows("select min(id) as id from movements");
    const code = async (id: unknown, as: "GERENTE" | "otherCompany" = "GERENTE") =>
      (await post(service, `/api/movements/${id}/reverse`, { as })).body.code;
    expect(await code(ofNote?.id)).toBe("movement.of_note");
    const made = await exit(service, 3);
    const { body } = await post(service, `/api/movements/${made.body.movement.id}/reverse`);
    expect(await code(body.movement.id)).toBe("movement.is_reversal");
    expect(await code(999_999)).toBe("movement.not_found");
    expect(await code(made.body.movement.id, "otherCompany")).toBe("movement.not_found");
  }));

test("a note that is reversed and approved again between our look and our batch is reversed by its new posting", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    beforeNextCommit(service.ports, async () => {
      await reverseNote(service);
      await service.send("POST", `/api/nfes/${note.accessKey}/process`);
    });
    expect((await reverseNote(service)).body).toMatchObject({
      already_reversed: false,
      movements: 2,
    });
    const undone = await service.rows(
      "select undoes, count(*) as n from movements where undoes is not null group by 1",
    );
    expect(undone.map(({ n }) => n)).toEqual([1, 1, 1, 1]);
    expect(await service.rows("select distinct quantity_e4 from balances")).toEqual([
      { quantity_e4: 0 },
    ]);
  }));

test("a manual entry whose goods have left is not taken back where the company forbids a negative balance", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const json = { product_code: "P1", type: "ENTRADA", quantity: 2 };
    const entry = await service.send("POST", "/api/movements", { json });
    const gone = await exit(service, 11);
    const path = `/api/movements/${entry.body.movement.id}/reverse`;
    await forbidNegative(service);
    expect((await post(service, path)).body).toMatchObject({
      code: "stock.insufficient",
      requested: "2",
      balance: "1",
      needed_by: [{ id: gone.body.movement.id, quantity: "11" }],
    });
    await service.send("PATCH", "/api/company", { json: { allow_negative: true } });
    expect((await post(service, path)).status).toBe(200);
    expect(await service.rows("select quantity_e4 from balances where product = 'P1'")).toEqual([
      { quantity_e4: -10_000 },
    ]);
  }));
