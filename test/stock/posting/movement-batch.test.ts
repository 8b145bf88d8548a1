import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { LAST_COSTS } from "../../support/last-costs.ts";

const item = (cProd: string) => ({ cProd, xProd: cProd, uCom: "UN", qCom: "10", vUnCom: "1.00" });
const stocked = (service: TestApp) =>
  service.upload(syntheticNote({ items: [item("P1"), item("P2")] }).xml, "?approve=true");
type Line = Record<string, unknown>;
const line = (type: string, quantity: number | string, more: Line = {}): Line => ({
  product_code: "P1",
  type,
  quantity,
  origin: "Manual",
  notes: "Movimentação manual: PARAFUSO",
  ...more,
});
const batch = (service: TestApp, items: readonly Line[], as: "OPERADOR" | undefined = undefined) =>
  service.send("POST", "/api/movements/batch", {
    body: JSON.stringify({ items }),
    headers: { "content-type": "text/plain;charset=UTF-8" },
    ...(as === undefined ? {} : { as }),
  });
const balances = ({ rows }: TestApp) =>
  rows("select product, quantity_e4, value_e2, version from balances order by product");
const LOT = { batch_number: "L1", expiration_date: "2027-12-31" };

test("a batch is written whole, in the order of its lines, as its movements one by one would be", () =>
  withApp((one) =>
    withApp(async (other) => {
      await stocked(one);
      await stocked(other);
      const lines = [
        line("ENTRADA", 2.5, { unit_cost: 9.99, ...LOT }),
        line("ENTRADA", 3, { product_code: "P2", unit_cost: 2 }),
        line("SAIDA", 1, { unit_cost: 9.99, ...LOT }),
        line("SAIDA", 4, { unit_cost: 1 }),
        line("SAIDA", 12, { product_code: "P2" }),
      ];
      const made = await batch(one, lines, "OPERADOR");
      expect(made).toMatchObject({
        status: 201,
        body: {
          items_count: 5,
          movements: [
            { product_code: "P1", type: "ENTRADA", quantity: 2.5, total_cost: 24.98 },
            { product_code: "P2", type: "ENTRADA", quantity: 3 },
            { product_code: "P1", type: "SAIDA", quantity: 1 },
            { product_code: "P1", type: "SAIDA", quantity: 4, lots: [{ lot: "L1" }] },
            { product_code: "P2", type: "SAIDA", quantity: 12 },
          ],
        },
      });
      for (const json of lines)
        expect((await other.send("POST", "/api/movements", { json })).status).toBe(201);
      const state = async (service: TestApp) => [
        await service.rows("select product, quantity_e4, value_e2 from balances order by product"),
        await service.rows(
          `select code, last_cost_e2, last_cost_quantity_e4 from ${LAST_COSTS} order by code`,
        ),
        await service.rows(
          "select span, entries, others_in, others_out, entered_e4, left_e4 from ledger_spans",
        ),
        // Risen costs follow the movements of a batch, and each movement by itself.
        (await service.send("GET", "/api/events?limit=100")).body.data
          .map(({ type, payload }: Line) => [type, payload])
          .slice(-7)
          .sort(([one]: [string], [next]: [string]) => one.localeCompare(next)),
      ];
      expect(await state(one)).toEqual(await state(other));
      for (const service of [one, other]) expect(await reconcileAll(service.ports, 1)).toEqual([]);
      const [audited] = await one.rows("select detail from audit where action = 'movement.batch'");
      expect(JSON.parse(String(audited?.detail)).items).toHaveLength(5);
    }),
  ));

test("a bad line keeps the whole batch out, and every bad line is named", () =>
  withApp(async (service) => {
    await stocked(service);
    const before = await balances(service);
    const answer = await batch(service, [
      line("ENTRADA", 1),
      line("SAIDA", 1, { product_code: "NADA" }),
      line("SAIDA", 8),
      line("SAIDA", 5),
      line("ENTRADA", 1, { happened_at: "2999-01-01" }),
      line("SAIDA", 11, { product_code: "P2" }),
    ]);
    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: "movement.bad_lines",
        error: expect.stringContaining("linha 2: Produto não encontrado"),
        errors: [
          { path: "/items/1/product_code", code: "product.not_found" },
          { path: "/items/3/quantity", code: "stock.insufficient" },
          { path: "/items/4/happened_at", code: "movement.in_future" },
          { path: "/items/5/quantity", code: "stock.insufficient" },
        ],
      },
    });
    expect(answer.body.lines).toBeUndefined();
    expect(await balances(service)).toEqual(before);
    expect(await service.rows("select 1 from audit where action = 'movement.batch'")).toEqual([]);
  }));

test("a quantity of 0 is answered with 400, as are an empty batch and 501 lines", () =>
  withApp(async (service) => {
    await stocked(service);
    for (const [lines, path] of [
      [[line("ENTRADA", 1), line("SAIDA", 0)], "/items/1/quantity"],
      [[], "/items"],
      [Array.from({ length: 501 }, () => line("ENTRADA", 1)), "/items"],
    ] as const)
      expect(await batch(service, lines)).toMatchObject({
        status: 400,
        body: { error: expect.any(String), errors: [{ path }] },
      });
  }));

test("exits of one product take what entries of later lines bring, and no piece twice", () =>
  withApp(async (service) => {
    await stocked(service);
    expect((await batch(service, [line("SAIDA", 12), line("ENTRADA", 2)])).status).toBe(201);
    expect(await service.rows("select quantity_e4 from balances where product = 'P1'")).toEqual([
      { quantity_e4: 0 },
    ]);
    expect((await batch(service, [line("SAIDA", 1), line("ENTRADA", 0.5)])).status).toBe(400);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a lot of an exit that the product never had is taken as none, and a known one has what it has", () =>
  withApp(async (service) => {
    await stocked(service);
    const unknown = await batch(service, [line("SAIDA", 1, { unit_cost: 9.99, ...LOT })]);
    expect(unknown.status).toBe(201);
    await batch(service, [line("ENTRADA", 5, LOT)]);
    const lots = async (lines: Line[]) => {
      const { status, body } = await batch(service, lines);
      return [status, body.errors?.map(({ path, code }: Line) => [path, code])];
    };
    expect(await lots([line("SAIDA", 3, LOT), line("SAIDA", 3, LOT)])).toEqual([
      400,
      [["/items/1/quantity", "stock.lot_insufficient"]],
    ]);
    expect(
      await lots([line("SAIDA", 3, LOT), line("ENTRADA", 1, LOT), line("SAIDA", 3, LOT)]),
    ).toEqual([201, undefined]);
    expect(await service.rows("select quantity_e4 from lot_balances where lot = 'L1'")).toEqual([
      { quantity_e4: 0 },
    ]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a line of a batch is taken back alone", () =>
  withApp(async (service) => {
    await stocked(service);
    const { body } = await batch(service, [line("SAIDA", 1), line("SAIDA", 2)]);
    const [, second] = body.movements;
    const undone = await service.send("POST", `/api/movements/${second.id}/reverse`, {
      json: { reason: "engano" },
    });
    expect(undone.status).toBe(200);
    expect(await service.rows("select quantity_e4 from balances where product = 'P1'")).toEqual([
      { quantity_e4: 90_000 },
    ]);
  }));

test("an exit that comes between the request and its batch is counted: nothing of the batch is written", () =>
  withApp(async (service) => {
    await stocked(service);
    beforeNextCommit(service.ports, async () => {
      await service.send("POST", "/api/movements", { json: line("SAIDA", 9) });
    });
    const answer = await batch(service, [
      line("ENTRADA", 1, { product_code: "P2" }),
      line("SAIDA", 2),
    ]);
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ path: "/items/1/quantity" }] },
    });
    expect(await service.rows("select product, quantity_e4 from balances order by 1")).toEqual([
      { product: "P1", quantity_e4: 10_000 },
      { product: "P2", quantity_e4: 100_000 },
    ]);
  }));

test("a batch of 500 lines is written in one go", () =>
  withApp(async (service) => {
    await stocked(service);
    const lines = Array.from({ length: 500 }, (_, n) =>
      line(n % 2 === 0 ? "SAIDA" : "ENTRADA", 1, n % 3 === 1 ? LOT : {}),
    );
    expect(await batch(service, lines)).toMatchObject({ status: 201, body: { items_count: 500 } });
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("the refusal of a CHECK by a batch is stock.out_of_range", () =>
  withApp(async (service) => {
    await stocked(service);
    const most = "900719925474.0991";
    expect(await batch(service, [line("ENTRADA", most), line("ENTRADA", most)])).toMatchObject({
      status: 422,
      body: { code: "stock.out_of_range", product_code: "P1" },
    });
    expect(
      await batch(service, [line("ENTRADA", most, { unit_cost: "900719925474.0991" })]),
    ).toMatchObject({ status: 400, body: { errors: [{ path: "/items/0/unit_cost" }] } });
  }));
