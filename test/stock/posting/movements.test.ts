import { expect, test } from "bun:test";
import fc from "fast-check";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";

const item = { cProd: "P1", xProd: "PRODUTO", uCom: "UN", qCom: "10", vUnCom: "1.00" };
const stocked = async (service: TestApp) => {
  await service.upload(syntheticNote({ items: [item] }).xml, "?approve=true");
};
const order = (type: string, quantity: number | string, more: object = {}) => ({
  json: { product_code: "P1", type, quantity, ...more },
});

test("a new movement is answered with 201 and changes the stock", () =>
  withApp(async (service) => {
    await stocked(service);
    const made = await service.send(
      "POST",
      "/api/movements",
      order("ENTRADA", "2.5", {
        unit_cost: 1.5,
        batch_number: "L1",
        expiration_date: "2027-01-31",
        notes: "achado",
      }),
    );
    expect(made).toMatchObject({
      status: 201,
      body: {
        movement: {
          product_code: "P1",
          type: "ENTRADA",
          quantity: 2.5,
          unit_cost: 1.5,
          total_cost: 3.75,
          batch_number: "L1",
          expiration_date: "2027-01-31",
          origin: "MANUAL",
          user: { name: "Pessoa 14" },
        },
      },
    });
    expect(JSON.stringify(made.body)).not.toContain("@");
    const stock = await service.send("GET", "/api/stock");
    expect(stock.body.data).toMatchObject([{ code: "P1", quantity: 12.5, cost_price: 1.5 }]);
  }));

test("an exit that would leave a negative balance is refused", () =>
  withApp(async (service) => {
    await stocked(service);
    expect(await service.send("POST", "/api/movements", order("SAIDA", 10.0001))).toMatchObject({
      status: 400,
      body: { code: "stock.insufficient", product_code: "P1", requested: "10.0001" },
    });
    expect((await service.send("POST", "/api/movements", order("SAIDA", 10))).status).toBe(201);
  }));

test("forty exits at the same time take ten units, never an eleventh", () =>
  withApp(async (service) => {
    await stocked(service);
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => service.send("POST", "/api/movements", order("SAIDA", 1))),
    );
    expect(answers.filter((a) => a.status === 201)).toHaveLength(10);
    expect(answers.filter((a) => a.status === 400)).toHaveLength(30);
    expect(await service.rows("select quantity_e4 from balances")).toEqual([{ quantity_e4: 0 }]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("S1: an SQL injection in a text is stored as text", () =>
  withApp(async (service) => {
    await stocked(service);
    for (const text of ["0 OR 1=1", "'; drop table movements; --", "P1' or '1'='1"]) {
      const path = encodeURIComponent(text);
      expect(
        (await service.send("GET", `/api/movements/list?product_code=${path}`)).body.data,
      ).toEqual([]);
      expect((await service.send("GET", `/api/stock?search=${path}`)).body.data).toEqual([]);
      expect((await service.send("GET", `/api/nfes?supplier=${path}`)).body.data).toEqual([]);
    }
    expect(await service.rows("select count(*) as n from movements")).toEqual([{ n: 1 }]);
  }));

test("a quantity that cannot be exact is refused, never rounded", () =>
  withApp(async (service) => {
    await stocked(service);
    for (const quantity of [
      0,
      -1,
      "1e3",
      "abc",
      "1.00001",
      1234567890.1234567,
      "99999999999999999",
      null,
      true,
    ])
      expect([
        quantity,
        (
          await service.send("POST", "/api/movements", {
            json: { product_code: "P1", type: "ENTRADA", quantity },
          })
        ).status,
      ]).toEqual([quantity, 400]);
    expect(await service.rows("select count(*) as n from movements")).toEqual([{ n: 1 }]);
  }));

test("a balance beyond 2⁵³ is refused and other movements of its group stay", () =>
  withApp(async (service) => {
    await stocked(service);
    const most = "900719925474.0991";
    const [over, fine] = await Promise.all([
      service.send("POST", "/api/movements", order("ENTRADA", most)),
      service.send("POST", "/api/movements", order("ENTRADA", 1)),
    ]);
    expect(over.status).toBe(422);
    expect(over.body.code).toBe("stock.out_of_range");
    expect(fine.status).toBe(201);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("the list filters by product, type, origin, reference and days of the company", () =>
  withApp(async (service) => {
    const note = syntheticNote({ items: [item] });
    await service.upload(note.xml, "?approve=true");
    // 2026-11-24 01:00 UTC is still the 23rd in São Paulo.
    service.ports.clock.set(Date.UTC(2026, 10, 24, 1));
    await service.send(
      "POST",
      "/api/movements",
      order("SAIDA", 1, { origin: "venda", reference: "PED 7" }),
    );
    service.ports.clock.set(Date.UTC(2026, 10, 24, 3));
    await service.send("POST", "/api/movements", order("SAIDA", 2));
    const ids = async (query: string) => {
      const { body } = await service.send("GET", `/api/movements/list?${query}`);
      return body.data.map((m: { id: number }) => m.id);
    };
    expect(await ids("")).toEqual([3, 2, 1]);
    expect(await ids("to=2026-11-23")).toEqual([2, 1]);
    expect(await ids("from=2026-11-24")).toEqual([3]);
    expect(await ids("type=ENTRADA")).toEqual([1]);
    expect(await ids("origin=VENDA")).toEqual([2]);
    expect(await ids("reference=PED%207")).toEqual([2]);
    expect(await ids(`reference=NFe${note.accessKey}`)).toEqual([1]);
    expect(await ids("product_code=nada")).toEqual([]);
    expect(await ids("limit=1&page=2")).toEqual([2]);
  }));

test("a limit over 100 counts as 100", () =>
  withApp(async ({ send }) => {
    expect((await send("GET", "/api/stock?limit=5000")).body.pagination).toMatchObject({
      limit: 100,
    });
  }));

test("the balance is the sum of the movements after any sequence of writes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 200_000 })), { maxLength: 12 }),
      (moves) =>
        withApp(async (service) => {
          await stocked(service);
          await Promise.all(
            moves.map(([entry, e4]) =>
              service.send(
                "POST",
                "/api/movements",
                order(
                  entry ? "ENTRADA" : "SAIDA",
                  `${Math.trunc(e4 / 10_000)}.${String(e4 % 10_000).padStart(4, "0")}`,
                ),
              ),
            ),
          );
          expect(await reconcileAll(service.ports, 1)).toEqual([]);
        }),
    ),
    { seed: 20261123, numRuns: FULL ? 15 : 5 },
  );
});
