import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";

const lows = async ({ send }: TestApp) =>
  (await send("GET", "/api/events?limit=500")).body.data
    .filter(({ type }: { type: string }) => type === "stock.low")
    .map(({ payload }: { payload: { product_code: string } }) => payload.product_code);

const entry = (seed: number, code: string, quantity: string) =>
  syntheticNote({
    seed,
    emit: { cnpj: "11444777000161", name: "FORNECEDOR" },
    items: [{ cProd: code, xProd: code, uCom: "UN", qCom: quantity, vUnCom: "1.00" }],
  });

const sale = (seed: number, ...items: [code: string, quantity: string][]) =>
  syntheticNote({
    seed,
    emit: COMPANY,
    dest: SUPPLIERS[0] ?? null,
    tpNF: "1",
    CFOP: "5102",
    items: items.map(([cProd, qCom]) => ({
      cProd,
      xProd: cProd,
      uCom: "UN",
      qCom,
      vUnCom: "1.00",
    })),
  });

const minimum = ({ ports }: TestApp, code: string, e4: number) =>
  ports.writer.commit({
    statements: [
      {
        sql: "update products set min_stock_e4 = ?2 where company = 1 and code = ?1",
        args: [code, e4],
      },
    ],
    read: () => undefined,
  });

test("stock.low is appended once, by the exit that goes below the minimum, manual or of a note", () =>
  withApp(async (service) => {
    const { send, upload } = service;
    await upload(entry(1, "A", "10").xml, "?approve=true");
    await upload(entry(2, "B", "10").xml, "?approve=true");
    await minimum(service, "A", 50_000);
    await minimum(service, "B", 80_000);
    const exit = (code: string, quantity: number) =>
      send("POST", "/api/movements", { json: { product_code: code, type: "SAIDA", quantity } });
    await exit("A", 5);
    expect(await lows(service)).toEqual([]);
    await exit("A", 0.0001);
    expect(await lows(service)).toEqual(["A"]);
    await exit("A", 1);
    expect(await lows(service)).toEqual(["A"]);
    await upload(entry(3, "A", "10").xml, "?approve=true");
    expect(await lows(service)).toEqual(["A"]);
    // Both cross with one note, approved at once; then one of them again, approved by a person.
    await upload(sale(4, ["A", "9.5"], ["B", "1"], ["B", "2"]).xml, "?approve=true");
    expect((await lows(service)).sort()).toEqual(["A", "A", "B"]);
    expect((await lows(service)).sort()).toEqual(["A", "A", "B"]);
    await upload(entry(5, "B", "10").xml, "?approve=true");
    const later = sale(6, ["B", "10"]);
    await upload(later.xml);
    expect((await lows(service)).sort()).toEqual(["A", "A", "B"]);
    expect((await lows(service)).sort()).toEqual(["A", "A", "B"]);
    for (let n = 0; n < 2; n++)
      expect((await send("POST", `/api/nfes/${later.accessKey}/process`)).status).toBe(200);
    expect((await lows(service)).sort()).toEqual(["A", "A", "B", "B"]);
  }));

test("a refused exit appends no event", () =>
  withApp(async (service) => {
    await service.upload(entry(1, "A", "10").xml, "?approve=true");
    await minimum(service, "A", 50_000);
    const refused = await service.send("POST", "/api/movements", {
      json: { product_code: "A", type: "SAIDA", quantity: 11 },
    });
    expect(refused.body.code).toBe("stock.insufficient");
    expect(await lows(service)).toEqual([]);
  }));
