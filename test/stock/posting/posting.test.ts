import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import { LAST_COSTS } from "../../support/last-costs.ts";

const item = (cProd: string, xProd: string) => ({
  cProd,
  xProd,
  uCom: "UN",
  qCom: "10",
  vUnCom: "2.00",
});
const [a, b, c] = SUPPLIERS;

test("a supplier that forges our product codes cannot get another supplier's goods into its product", () =>
  withApp(async ({ upload, rows }) => {
    await upload(
      syntheticNote({ seed: 1, emit: a, items: [item("001", "PARAFUSO")] }).xml,
      "?approve=true",
    );
    const forged = [item(`001-${b?.cnpj}`, "X"), item(`001-${b?.cnpj}-UN`, "Y")];
    await upload(syntheticNote({ seed: 2, emit: c, items: forged }).xml, "?approve=true");
    await upload(
      syntheticNote({ seed: 3, emit: b, items: [item("001", "TINTA")] }).xml,
      "?approve=true",
    );
    expect(
      await rows(
        "select count(distinct product) as products, count(*) as items from supplier_items",
      ),
    ).toEqual([{ products: 4, items: 4 }]);
    expect(await rows("select count(*) as n from products where name = 'TINTA'")).toEqual([
      { n: 1 },
    ]);
  }));

test("two codes of one note never become one product", () =>
  withApp(async ({ upload, rows }) => {
    await upload(
      syntheticNote({ seed: 1, emit: a, items: [item("001", "PARAFUSO")] }).xml,
      "?approve=true",
    );
    const items = [item("001", "TINTA"), item(`001-${b?.cnpj}`, "PINCEL")];
    await upload(syntheticNote({ seed: 3, emit: b, items }).xml, "?approve=true");
    expect(await rows("select count(distinct product) as n from supplier_items")).toEqual([
      { n: 3 },
    ]);
  }));

test("a code that is free in the company becomes the product code", () =>
  withApp(async ({ upload, rows }) => {
    const items = [item("001", "PARAFUSO"), item("002", "TINTA")];
    await upload(syntheticNote({ seed: 1, emit: a, items }).xml, "?approve=true");
    const more = [item("003", "PINCEL")];
    await upload(syntheticNote({ seed: 2, emit: b, items: more }).xml, "?approve=true");
    expect(await rows("select code from products order by code")).toEqual(
      ["001", "002", "003"].map((code) => ({ code })),
    );
  }));

test("one code in two units makes two products: the second has the supplier in its code", () =>
  withApp(async ({ upload, rows }) => {
    const items = [item("001", "PARAFUSO"), { ...item("001", "PARAFUSO"), uCom: "CX" }];
    await upload(syntheticNote({ seed: 1, emit: a, items }).xml, "?approve=true");
    expect(await rows("select code, unit from products order by code")).toEqual([
      { code: "001", unit: "UN" },
      { code: `001-${a?.cnpj}`, unit: "CX" },
    ]);
  }));

test("a note changes the last cost of its own products only", () =>
  withApp(async ({ upload, rows }) => {
    const first = syntheticNote({ seed: 1, emit: a, items: [item("001", "PARAFUSO")] });
    await upload(first.xml, "?approve=true");
    const dear = { ...item("002", "TINTA"), vUnCom: "9.00" };
    await upload(syntheticNote({ seed: 2, emit: a, items: [dear] }).xml, "?approve=true");
    expect(await rows(`select code, last_cost_e2 from ${LAST_COSTS} order by code`)).toEqual([
      { code: "001", last_cost_e2: 2_000 },
      { code: "002", last_cost_e2: 9_000 },
    ]);
  }));

test("an item that the user maps goes to the product of the user", () =>
  withApp(async ({ upload, send, rows }) => {
    const items = ["001", "002", "003"].map((code) => item(code, code));
    await upload(syntheticNote({ seed: 1, emit: a, items }).xml, "?approve=true");
    const mapping = {
      supplier_cnpj: b?.cnpj,
      code: "X",
      unit: "UN",
      product_code: "002",
      factor: 1,
    };
    expect((await send("PUT", "/api/supplier-items", { json: mapping })).status).toBe(200);
    expect(await rows("select product from supplier_items where code = 'X'")).toEqual([
      { product: "002" },
    ]);
  }));

test("the cost of a manual entry is the last cost of its product only", () =>
  withApp(async ({ upload, send, rows }) => {
    const items = [item("001", "PARAFUSO"), item("002", "TINTA")];
    await upload(syntheticNote({ seed: 1, emit: a, items }).xml, "?approve=true");
    const json = { product_code: "001", type: "ENTRADA", quantity: 1, unit_cost: 9 };
    expect((await send("POST", "/api/movements", { json })).status).toBe(201);
    expect(
      await rows(
        `select code, last_cost_e2, last_cost_quantity_e4 from ${LAST_COSTS} order by code`,
      ),
    ).toEqual([
      { code: "001", last_cost_e2: 900, last_cost_quantity_e4: 10_000 },
      { code: "002", last_cost_e2: 2_000, last_cost_quantity_e4: 100_000 },
    ]);
  }));

test("a sale that is approved on receipt has a finding for a negative balance", () =>
  withApp(async ({ upload, send }) => {
    const sale = syntheticNote({ emit: COMPANY, dest: CUSTOMER, items: [item("001", "PARAFUSO")] });
    const { body } = await upload(sale.xml, "?approve=true");
    expect(body.findings).toMatchObject([{ code: "negative_balance" }]);
    expect((await send("GET", `/api/nfes/${sale.accessKey}`)).body.findings).toMatchObject([
      { code: "negative_balance" },
    ]);
  }));
