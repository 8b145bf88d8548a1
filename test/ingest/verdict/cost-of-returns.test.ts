import { describe, expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { findWrongSpans } from "../../../src/stock/spans.ts";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import { parseCsv } from "../../support/exports/parse-csv.ts";
import { LAST_COSTS } from "../../support/last-costs.ts";
import { supplier } from "../../support/notes/purchase.ts";

const lapis = { cProd: "LAP", xProd: "LAPIS", uCom: "UN" };
const bought = { ...lapis, qCom: "10", vUnCom: "2.50" };
const sold = { ...lapis, qCom: "4", vUnCom: "9.00" };
const returned = { ...lapis, qCom: "1", vUnCom: "9.00" };

/** Goods that come back to us at the price at which we had sold them, by any issuer. */
const BACK: readonly (readonly [string, NoteOptions])[] = [
  ["our entry note for a consumer", { emit: COMPANY, dest: CUSTOMER, tpNF: "0", CFOP: "1202" }],
  [
    "the same as a return (finNFe 4)",
    { emit: COMPANY, dest: CUSTOMER, tpNF: "0", CFOP: "2411", finNFe: "4" },
  ],
  ["a customer's return", { emit: supplier, finNFe: "4", CFOP: "5202" }],
  ["a customer's return by its code alone", { emit: supplier, CFOP: "6411" }],
  ["a return under another code", { emit: supplier, finNFe: "4", CFOP: "5102" }],
];

describe("the cost of a product stays what it was", () => {
  test.each(BACK)("after %s", (_, options) =>
    withApp(async ({ upload, send, rows, ports }) => {
      await upload(
        syntheticNote({ seed: 1, emit: supplier, items: [bought] }).xml,
        "?approve=true",
      );
      await upload(
        syntheticNote({ seed: 2, emit: COMPANY, dest: CUSTOMER, items: [sold] }).xml,
        "?approve=true",
      );
      const back = syntheticNote({ seed: 3, ...options, items: [returned] });
      expect((await upload(back.xml, "?approve=true")).body.status).toBe("PROCESSADA");
      const stock = (await send("GET", "/api/stock")).body.data;
      expect(stock).toMatchObject([{ quantity: 7 }]);
      expect(await rows(`select last_cost_e2, last_cost_quantity_e4 from ${LAST_COSTS}`)).toEqual([
        { last_cost_e2: 2_500, last_cost_quantity_e4: 100_000 },
      ]);
      expect(await rows("select type, cost_e2 from movements order by id")).toEqual([
        { type: "ENTRADA", cost_e2: 2_500 },
        { type: "SAIDA", cost_e2: null },
        { type: "ENTRADA", cost_e2: null },
      ]);
      expect([await findWrongSpans(ports, 1), await reconcileAll(ports, 1)]).toEqual([[], []]);
    }),
  );
});

test("our own sale has no cost in movement, note, CSV and dashboard", () =>
  withApp(async ({ upload, send }) => {
    await upload(syntheticNote({ seed: 1, emit: supplier, items: [bought] }).xml, "?approve=true");
    const figures = async () => {
      const evolution = (await send("GET", "/api/dashboard/evolution")).body;
      return [(await send("GET", "/api/dashboard/stats")).body.stock_wealth, evolution.at(-1)];
    };
    const [before] = await figures();
    const sale = syntheticNote({ seed: 2, emit: COMPANY, dest: CUSTOMER, items: [sold] });
    await upload(sale.xml, "?approve=true");

    const none = { type: "SAIDA", unit_cost: null, total_cost: null };
    const list = (await send("GET", "/api/movements/list?type=SAIDA")).body.data;
    expect(list).toMatchObject([none]);
    expect((await send("GET", `/api/nfes/${sale.accessKey}`)).body.movements).toMatchObject([none]);
    const csv = await send("GET", "/api/export/movements?dialect=rfc4180&type=SAIDA");
    const [heads = [], row = []] = parseCsv(csv.text, ",");
    expect(["Custo Unitário", "Custo Total"].map((head) => row[heads.indexOf(head)])).toEqual([
      "",
      "",
    ]);
    const [after, day] = await figures();
    expect([before, after]).toEqual([25, 15]);
    expect(JSON.stringify(day)).not.toContain("36");
  }));
