import { expect, test } from "bun:test";
import fc from "fast-check";
import { stockAt } from "../../../../src/stock/reports/stock-at.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { beforeNextCommit } from "../../../support/faults/before-next-commit.ts";
import { NOON } from "../../../support/ports.ts";

const [emit] = SUPPLIERS;
const screw = (qCom: string, vUnCom: string) => [
  { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom, vUnCom },
];
const stock = async ({ send }: TestApp, query = "") => {
  const { body } = await send("GET", `/api/stock${query}`, { as: "VISUALIZADOR" });
  return body.data.map((item: Record<string, unknown>) => [item.quantity, item.stock_value]);
};
const kardex = async ({ send }: TestApp, query = "") =>
  (await send("GET", `/api/products/P1/kardex${query}`, { as: "VISUALIZADOR" })).body;
const exit = (service: TestApp, quantity: number) =>
  service.send("POST", "/api/movements", {
    json: { product_code: "P1", type: "SAIDA", quantity },
  });

test("the stock has a value: entries bring their cost, an exit takes the average of its moment", () =>
  withApp(async (service) => {
    await service.upload(
      syntheticNote({ seed: 1, emit, items: screw("3", "1.00") }).xml,
      "?approve=true",
    );
    expect(await stock(service)).toEqual([[3, 3]]);
    await service.upload(
      syntheticNote({ seed: 2, emit, items: screw("7", "2.00") }).xml,
      "?approve=true",
    );
    expect(await stock(service)).toEqual([[10, 17]]);
    await exit(service, 3);
    expect(await stock(service)).toEqual([[7, 11.9]]);
    await exit(service, 7);
    expect(await stock(service)).toEqual([[0, 0]]);
  }));

test("the kardex tells each movement with the balance, the value and the average after it, in pages", () =>
  withApp(async (service) => {
    await service.upload(
      syntheticNote({ seed: 1, emit, items: screw("10", "1.00") }).xml,
      "?approve=true",
    );
    for (const quantity of [1, 2, 3]) await exit(service, quantity);
    const first = await kardex(service, "?limit=3");
    expect(first.data).toMatchObject([
      { type: "SAIDA", quantity: -3, value: -3, balance: 4, stock_value: 4, average_cost: 1 },
      { type: "SAIDA", quantity: -2, value: -2, balance: 7, stock_value: 7, average_cost: 1 },
      { type: "SAIDA", quantity: -1, value: -1, balance: 9, stock_value: 9, average_cost: 1 },
    ]);
    const rest = await kardex(service, `?limit=3&cursor=${first.pagination.next_cursor}`);
    expect(rest.data).toMatchObject([{ type: "ENTRADA", quantity: 10, balance: 10 }]);
    expect(rest.pagination.next_cursor).toBeNull();
    const unknown = await service.send("GET", "/api/products/NENHUM/kardex");
    expect([unknown.status, unknown.body.code]).toEqual([404, "product.not_found"]);
  }));

test("the stock of a day is what had happened by its end; the stock as known is what had been written", () =>
  withApp(async (service) => {
    /** Tomorrow morning, while the tokens are still good. */
    const LATER = NOON + 20 * 3_600_000;
    const note = syntheticNote({
      seed: 1,
      emit,
      items: screw("10", "1.00"),
      issuedAt: "2026-11-10T09:00:00-03:00",
    });
    await service.upload(note.xml, "?approve=true");
    service.ports.clock.set(LATER);
    await exit(service, 4);
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    expect(await stock(service)).toEqual([[6, 6]]);
    expect(await stock(service, "?at=2026-11-09")).toEqual([[0, 0]]);
    expect(await stock(service, "?at=2026-11-10")).toEqual([[10, 10]]);
    expect(await stock(service, `?at=${day(LATER)}`)).toEqual([[6, 6]]);
    expect(await stock(service, "?known_at=2026-11-10")).toEqual([[0, 0]]);
    expect(await stock(service, `?known_at=${day(NOON)}`)).toEqual([[10, 10]]);
    expect(await stock(service, `?at=2026-11-10&known_at=2026-11-10`)).toEqual([[0, 0]]);
    const instant = encodeURIComponent("2026-11-10T12:00:00Z");
    expect(await stock(service, `?at=${instant}`)).toEqual([[0, 0]]);
    const wrong = await service.send("GET", "/api/stock?at=2026-11-10&low=true");
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([422, "/low"]);
  }));

test("the stock as known at any instant is that of the kardex up to it", () =>
  withApp(async (service) => {
    await service.upload(
      syntheticNote({ seed: 1, emit, items: screw("1000", "0.37") }).xml,
      "?approve=true",
    );
    const steps = fc.sample(
      fc.record({ enters: fc.boolean(), quantity: fc.integer({ min: 1, max: 40 }) }),
      { seed: 20261128, numRuns: 20 },
    );
    for (const [n, { enters, quantity }] of steps.entries()) {
      service.ports.clock.set(NOON + (n + 1) * 60_000);
      await service.send("POST", "/api/movements", {
        json: {
          product_code: "P1",
          type: enters ? "ENTRADA" : "SAIDA",
          quantity,
          ...(enters ? { unit_cost: quantity / 100 } : {}),
        },
      });
    }
    const { data } = await kardex(service, "?limit=100");
    for (const line of data) {
      const after = new Date(Date.parse(line.created_at) + 1).toISOString();
      const [[quantity, value]] = await stock(service, `?known_at=${after}`);
      expect([line.id, quantity, value]).toEqual([line.id, line.balance, line.stock_value]);
    }
    expect(data).toHaveLength(21);
  }));

test("the stock as known does not depend on what another company has written", () =>
  withApp(async (service) => {
    const HOUR = 3_600_000;
    const note = syntheticNote({ seed: 1, emit, items: screw("10", "1.00") });
    await service.upload(note.xml, "?approve=true");
    service.ports.clock.set(NOON + 2 * HOUR);
    await exit(service, 4);
    // Their write has a later id and an earlier time.
    service.ports.clock.set(NOON + HOUR);
    const theirs = { as: "otherCompany", body: note.xml } as const;
    await service.send("POST", "/api/nfe/upload?approve=true", {
      ...theirs,
      headers: { "content-type": "application/xml" },
    });
    service.ports.clock.set(NOON + 3 * HOUR);
    const at = new Date(NOON + 1.5 * HOUR).toISOString();
    expect(await stock(service, `?known_at=${at}`)).toEqual([[10, 10]]);
  }));

test("sums of dated movements beyond what a number holds are exact", () =>
  withApp(async (service) => {
    await service.upload(
      syntheticNote({ seed: 1, emit, items: screw("10", "1.00") }).xml,
      "?approve=true",
    );
    const { reader, writer } = service.ports;
    // Two entries of 2⁵³ − 1 that were dated today, and what left between them dated later.
    const values = [1, -1, 1].map(
      (
        sign,
        n,
      ) => `(1, 'P1', '${sign > 0 ? "ENTRADA" : "SAIDA"}', ${sign * 9_007_199_254_740_991}, 'X', 'x${n}', 'x', 0,
        ${sign > 0 ? 0 : 4_000_000_000_000}, 0, 0, 0, 0)`,
    );
    await writer.commit({
      statements: [
        {
          sql: `insert into movements (company, product, type, quantity_e4, origin, origin_ref, posting, created_at, happened_at,
            value_e2, passed_e2, after_e4, after_e2) values ${values.join(", ")}`,
          args: [],
        },
      ],
      read: () => null,
    });
    const found = await stockAt({ reader }, 1, ["P1"], { at: NOON + 86_400_000 });
    expect(found.get("P1")?.quantity_e4).toBe(2n * 9_007_199_254_740_991n + 100_000n);
  }));

test("the stock as known has the late costs that were written by then, also those after the last goods", () =>
  withApp(async (service) => {
    const HOUR = 3_600_000;
    const note = syntheticNote({ seed: 1, emit, items: screw("10", "1.00") });
    await service.upload(note.xml, "?approve=true");
    service.ports.clock.set(NOON + 2 * HOUR);
    const json = { amount: "5.00", reason: "frete" };
    const { status } = await service.send("POST", `/api/nfes/${note.accessKey}/costs`, { json });
    expect(status).toBe(200);
    const known = (hours: number) =>
      stock(service, `?known_at=${new Date(NOON + hours * HOUR).toISOString()}`);
    expect([await known(1), await known(3)]).toEqual([[[10, 10]], [[10, 15]]]);
    service.ports.clock.set(NOON + 4 * HOUR);
    await exit(service, 2);
    expect([await known(1), await known(3), await known(5)]).toEqual([
      [[10, 10]],
      [[10, 15]],
      [[8, 12]],
    ]);
  }));

test("the stock as known has a movement that was overtaken by one of a later instant", () =>
  withApp(async (service) => {
    await service.upload(
      syntheticNote({ seed: 1, emit, items: screw("10", "1.00") }).xml,
      "?approve=true",
    );
    beforeNextCommit(service.ports, async () => {
      service.ports.clock.advance(1);
      await exit(service, 2);
    });
    await exit(service, 4);
    const known = new Date(service.ports.clock.now() + 1).toISOString();
    expect(await stock(service, `?known_at=${known}`)).toEqual([[4, 4]]);
    expect(await stock(service, `?known_at=${known}`)).toEqual(await stock(service));
  }));
