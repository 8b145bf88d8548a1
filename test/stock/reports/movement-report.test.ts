import { expect, test } from "bun:test";
import { MOST_LISTED, MOST_MOVEMENTS } from "../../../src/stock/reports/movement-report.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";

const PATH = "/api/reports/movements";
const report = async ({ send }: TestApp, first: string, last: string) =>
  send("GET", `${PATH}?start_date=${first}&end_date=${last}`);
const item = (cProd: string, vUnCom: string) => ({
  cProd,
  xProd: cProd,
  uCom: "UN",
  qCom: "10",
  vUnCom,
});
const move = ({ send }: TestApp, json: object) => send("POST", "/api/movements", { json });
const EMPTY = {
  total_entries_quantity: 0,
  total_exits_quantity: 0,
  net_quantity: 0,
  total_entries_value: 0,
  total_exits_value: 0,
  net_value: 0,
  total_movements: 0,
  unique_products: 0,
};

test("a period without movements has zeros and empty lists", () =>
  withApp(async (service) => {
    expect(await report(service, "2026-11-01", "2026-11-30")).toMatchObject({
      status: 200,
      body: { summary: EMPTY, timeline: [], detailed_movements: [], truncated: false },
    });
  }));

test("values are those at which goods came and left, not those of today's cost or price", () =>
  withApp(async (service) => {
    await service.upload(
      syntheticNote({ items: [item("P1", "2.00"), item("P2", "1.00")] }).xml,
      "?approve=true",
    );
    await move(service, { product_code: "P1", type: "SAIDA", quantity: 4, unit_cost: 99 });
    await move(service, { product_code: "P1", type: "ENTRADA", quantity: 6, unit_cost: 5 });
    await service.send("PATCH", "/api/products/P1", { json: { sale_price: 70, cost_price: 60 } });
    const { body } = await report(service, "2026-11-23", "2026-11-23");
    expect(body.summary).toEqual({
      total_entries_quantity: 26,
      total_exits_quantity: 4,
      net_quantity: 22,
      total_entries_value: 60,
      total_exits_value: 8,
      net_value: 52,
      total_movements: 4,
      unique_products: 2,
    });
    const { rows } = service;
    expect(await rows("select sum(value_e2) as value from balances")).toEqual([{ value: 5_200 }]);
    expect(body.timeline).toEqual([
      {
        date: "2026-11-23T00:00:00-03:00",
        entries_quantity: 26,
        exits_quantity: 4,
        entries_value: 60,
        exits_value: 8,
      },
    ]);
    expect(body.detailed_movements.map(({ type }: { type: string }) => type)).toEqual([
      "ENTRADA",
      "SAIDA",
      "ENTRADA",
      "ENTRADA",
    ]);
  }));

test("a movement at 23:30 counts on its local day, and both days of the period are included", () =>
  withApp(async (service) => {
    await service.upload(syntheticNote({ items: [item("P1", "2.00")] }).xml, "?approve=true");
    // 2026-11-24T02:30Z is 23:30 of the 23rd in São Paulo.
    service.ports.clock.advance(14.5 * 3_600_000);
    await move(service, { product_code: "P1", type: "SAIDA", quantity: 1 });
    service.ports.clock.advance(3_600_000);
    await move(service, { product_code: "P1", type: "SAIDA", quantity: 2 });
    const exits = async (first: string, last: string) =>
      (await report(service, first, last)).body.timeline.map(
        ({ date, exits_quantity }: Record<string, unknown>) => [date, exits_quantity],
      );
    expect(await exits("2026-11-23", "2026-11-24")).toEqual([
      ["2026-11-23T00:00:00-03:00", 1],
      ["2026-11-24T00:00:00-03:00", 2],
    ]);
    expect(await exits("2026-11-24", "2026-11-24")).toEqual([["2026-11-24T00:00:00-03:00", 2]]);
    expect(await exits("2026-11-25", "2026-12-25")).toEqual([]);
  }));

test("a period is two days that exist, in order, at most 366 days apart", () =>
  withApp(async ({ send }) => {
    for (const query of [
      "",
      "?start_date=2026-11-01",
      "?start_date=2026-11-02&end_date=2026-11-01",
      "?start_date=2026-02-30&end_date=2026-03-01",
      "?start_date=2025-01-01&end_date=2026-11-01",
    ]) {
      const { status, body } = await send("GET", `${PATH}${query}`);
      expect([query, status, typeof body.error]).toEqual([query, 400, "string"]);
    }
  }));

test("a period of many movements is summed whole, and lists the newest 10,000", () =>
  withApp(async (service) => {
    await service.upload(syntheticNote({ items: [item("P1", "2.00")] }).xml, "?approve=true");
    const most = Number.MAX_SAFE_INTEGER;
    const [note] = await service.rows("select created_at from movements");
    await service.ports.database.writing.execute({
      sql: `insert into movements (company, product, type, quantity_e4, origin, origin_ref, posting, created_at, happened_at,
          value_e2, passed_e2, after_e4, after_e2)
        with recursive n (n) as (select 1 union all select n + 1 from n where n < 12000)
        select 1, 'P1', iif(n % 2 = 0, 'SAIDA', 'ENTRADA'), iif(n % 2 = 0, -1, 1) * ?1, 'MANUAL', 'm' || n, 'm' || n, ?2, ?2,
          iif(n % 2 = 0, -1, 1) * ?1, 0, 0, 0 from n`,
      args: [most, Number(note?.created_at)],
    });
    await service.ports.database.writing.execute(
      "update ledger_spans set others_in = 6000, others_out = 6000",
    );
    const { text, body } = await report(service, "2026-11-01", "2026-11-30");
    // 6,000 × (2⁵³ − 1) of 1/10⁴, exactly.
    expect(text).toContain('"total_exits_quantity":5404319552844594.6');
    expect(body).toMatchObject({
      truncated: true,
      summary: { total_movements: 12_001, net_quantity: 10 },
    });
    expect(body.detailed_movements).toHaveLength(MOST_LISTED);
  }));

test("a period of more movements than a report looks through is refused", () =>
  withApp(async (service) => {
    await service.upload(syntheticNote({ items: [item("P1", "2.00")] }).xml, "?approve=true");
    await service.ports.database.writing.execute(
      `update ledger_spans set others_in = ${MOST_MOVEMENTS}`,
    );
    expect(await report(service, "2026-11-01", "2026-11-30")).toMatchObject({
      status: 422,
      body: { code: "report.too_many_movements", limit: MOST_MOVEMENTS },
    });
  }));
