import { expect, test } from "bun:test";
import { closeCount, resumeCloses } from "../../../src/stock/counting/close-count.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { balance, cancel, close, count, open, opened, product } from "./counts.ts";

/** What only the conditions of a batch of a count refuse. */

const execute = ({ ports }: TestApp, sql: string) => ports.database.writing.execute(sql);
const A = { product_code: "A", quantity: 1 };
const assign = (service: TestApp, id: string, product_code = "A") =>
  service.send("POST", `/api/counts/${id}/unknown/2/assign`, {
    as: "OPERADOR",
    json: { product_code },
  });

test("a count takes no line beyond its most", () =>
  withApp(async (service) => {
    await product(service, "A", 1);
    const id = await opened(service);
    await execute(service, "update stock_counts set lines = 199999");
    expect(await count(service, id, [A, A])).toMatchObject({
      status: 409,
      body: { code: "count.too_many_lines", limit: 200_000 },
    });
    expect((await count(service, id, [A])).body.lines).toMatchObject([{ line: 200_000 }]);
  }));

test("as many counts are open as may be, and no more", () =>
  withApp(async (service) => {
    const codes = Array.from({ length: 21 }, (_, n) => `P${n}`);
    for (const code of codes) await product(service, code, 0);
    const [last = "", ...others] = codes;
    for (const code of others) await opened(service, { scope: "products", product_codes: [code] });
    expect(await open(service, { scope: "products", product_codes: [last] })).toMatchObject({
      status: 409,
      body: { code: "count.too_many", limit: 20 },
    });
  }));

test("a list with one code that is no product opens no count", () =>
  withApp(async (service) => {
    await product(service, "A", 1);
    const scope = { scope: "products", product_codes: ["A", "NADA"] };
    expect(await open(service, scope)).toMatchObject({
      status: 404,
      body: { code: "product.not_found", product_code: "NADA" },
    });
    expect(await service.rows("select id from stock_counts")).toEqual([]);
  }));

for (const [intruder, intrude, code] of [
  [
    "an undoing",
    (service: TestApp, id: string) => service.send("DELETE", `/api/counts/${id}/lines/2`),
    "count.line_settled",
  ],
  ["a close", (service: TestApp, id: string) => close(service, id), "count.not_open"],
] as const)
  test(`a line that is assigned meets ${intruder}, and stays without a product`, () =>
    withApp(async (service) => {
      await product(service, "A", 10);
      const id = await opened(service);
      await count(service, id, [A, { product_code: "NADA", quantity: 4 }]);
      beforeNextCommit(service.ports, () => intrude(service, id));
      expect(await assign(service, id)).toMatchObject({ status: 409, body: { code } });
      expect(await service.rows("select product from count_lines where line = 2")).toEqual([
        { product: null },
      ]);
    }));

test("a part of a close that another call has made is not made again", () =>
  withApp(async (service) => {
    const codes = ["A", "B", "C", "D", "E"];
    for (const code of codes) await product(service, code, 10);
    const id = await opened(service);
    await count(
      service,
      id,
      codes.map((product_code) => ({ product_code, quantity: 4 })),
    );
    const cause = {
      actor: { company: 1, userId: 13, role: "GERENTE" },
      requestId: "t",
      peer: null,
    } as const;
    const order = { missing: "keep", reason: "inventário" } as const;
    await closeCount(service.ports, id, order, { cause, size: 2, batches: 0 });
    beforeNextCommit(service.ports, () => resumeCloses(service.ports, 1));
    expect(await closeCount(service.ports, id, order, { cause, size: 2 })).toMatchObject({
      state: "closed",
    });
    expect(
      await service.rows("select count(*) as n from events where type = 'count.closed'"),
    ).toEqual([{ n: 1 }]);
    expect(await service.rows("select distinct quantity_e4 from balances")).toEqual([
      { quantity_e4: 40_000 },
    ]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a close that a cancellation goes before leaves no mark that its products were counted", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    const id = await opened(service);
    await count(service, id, [A]);
    beforeNextCommit(service.ports, () => cancel(service, id));
    expect((await close(service, id)).status).toBe(409);
    expect(await service.rows("select counted_at, counted_id from balances")).toEqual([
      { counted_at: null, counted_id: null },
    ]);
  }));

test("a line of a batch of movements is not dated before its product was counted", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    service.ports.clock.advance(60_000);
    const happened_at = new Date(service.ports.clock.now()).toISOString();
    service.ports.clock.advance(60_000);
    const id = await opened(service);
    await count(service, id, [A]);
    await close(service, id);
    const line = { product_code: "A", type: "ENTRADA", quantity: 1, unit_cost: 2 };
    expect(
      await service.send("POST", "/api/movements/batch", {
        json: { items: [{ ...line, happened_at }, line] },
      }),
    ).toMatchObject({
      body: {
        code: "movement.bad_lines",
        errors: [{ path: "/items/0/happened_at", code: "count.closed_over" }],
      },
    });
    expect(await balance(service, "A")).toEqual([10_000, 200]);
  }));
