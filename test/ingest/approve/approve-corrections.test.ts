import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import { screw, supplier } from "../../support/notes/purchase.ts";

test("a box of 12 enters as 12 once its factor is saved, and the line's cost stays whole", () =>
  withApp(async ({ upload, send, rows }) => {
    const box = {
      ...screw,
      uCom: "CX12",
      qCom: "2",
      vUnCom: "24.00",
      uTrib: "UN",
      qTrib: "24",
      vUnTrib: "2.00",
    };
    const one = syntheticNote({ seed: 1, emit: supplier, items: [box] });
    await upload(one.xml);
    const said = await send("POST", `/api/nfes/${one.accessKey}/process`, {
      as: "GERENTE",
      json: { items: [{ n_item: 1, factor: 12 }] },
    });
    expect(said.status).toBe(200);
    await upload(syntheticNote({ seed: 2, emit: supplier, items: [box] }).xml, "?approve=true");
    expect(await rows("select quantity_e4, cost_e2 from movements")).toEqual([
      { quantity_e4: 240_000, cost_e2: 4_800 },
      { quantity_e4: 240_000, cost_e2: 4_800 },
    ]);
    expect(await rows("select unit from products")).toEqual([{ unit: "UN" }]);
  }));

test("corrections of an approval that the stock refuses are not stored", () =>
  withApp(async ({ upload, send, rows }) => {
    await send("PATCH", "/api/company", { json: { allow_negative: false } });
    const note = syntheticNote({ emit: COMPANY, dest: CUSTOMER, items: [screw, screw] });
    await upload(note.xml);
    const effects = () =>
      rows("select effect, destination, cost from note_items order by position");
    const before = await effects();
    const done = await send("POST", `/api/nfes/${note.accessKey}/process`, {
      as: "GERENTE",
      json: { items: [{ n_item: 1, effect: "none" }] },
    });
    expect(done.body.code).toBe("stock.insufficient");
    expect(await effects()).toEqual(before);
  }));

test("corrections need the permission of a manager", () =>
  withApp(async ({ upload, send }) => {
    const note = syntheticNote({ items: [screw] });
    await upload(note.xml);
    const path = `/api/nfes/${note.accessKey}/process`;
    const json = { items: [{ n_item: 1, factor: 12 }] };
    const refused = await send("POST", path, { as: "OPERADOR", json });
    expect([refused.status, refused.body.permission]).toEqual([403, "manage"]);
    const wrong = await send("POST", path, {
      as: "GERENTE",
      json: { items: [{ n_item: 7 }, { n_item: 1, product_code: "nada" }] },
    });
    expect(wrong).toMatchObject({
      status: 422,
      body: {
        code: "nfe.correction",
        errors: [{ path: "/items/0/n_item" }, { path: "/items/1/product_code" }],
      },
    });
    expect((await send("POST", path, { as: "GERENTE", json })).status).toBe(200);
  }));

test("an overridable hold can be lifted by a manager", () =>
  withApp(async ({ upload, send }) => {
    const note = syntheticNote({ root: "NFe" });
    expect((await upload(note.xml)).body.holds).toMatchObject([{ code: "no_protocol" }]);
    const done = await send("POST", `/api/nfes/${note.accessKey}/process`, {
      as: "GERENTE",
      json: { override: ["no_protocol"] },
    });
    expect(done.body).toMatchObject({ status: "PROCESSADA" });
  }));

test("a correction of an item applies to every item with its code and unit, in the same note too", () =>
  withApp(async ({ upload, send, rows }) => {
    const box = { ...screw, uCom: "CX", qCom: "1" };
    const note = syntheticNote({ emit: supplier, items: [box, { ...box, qCom: "2" }, screw] });
    await upload(note.xml);
    const json = { items: [{ n_item: 2, factor: "12" }] };
    await send("POST", `/api/nfes/${note.accessKey}/process`, { as: "GERENTE", json });
    expect(
      await rows("select quantity_e4 from movements where reference = ?1 order by id", [
        note.accessKey,
      ]),
    ).toEqual([{ quantity_e4: 120_000 }, { quantity_e4: 240_000 }, { quantity_e4: 100_000 }]);
  }));

test("contradictory corrections of one code and unit are refused, and nothing moves", () =>
  withApp(async ({ upload, send, rows }) => {
    const note = syntheticNote({ emit: supplier, items: [screw, screw] });
    await upload(note.xml);
    const refused = await send("POST", `/api/nfes/${note.accessKey}/process`, {
      json: {
        items: [
          { n_item: 1, factor: 6 },
          { n_item: 2, factor: 12 },
        ],
      },
    });
    expect(refused).toMatchObject({
      status: 422,
      body: {
        code: "nfe.correction",
        errors: [{ path: "/items/1/factor", code: "contradiction", expected: "6", got: "12" }],
      },
    });
    expect(await rows("select count(*) as n from movements")).toEqual([{ n: 0 }]);
  }));

test("a product for each item that moves lifts the hold mapping; an item without movement needs none", () =>
  withApp(async ({ upload, send, rows }) => {
    await upload(syntheticNote({ seed: 1, emit: supplier, items: [screw] }).xml, "?approve=true");
    await send("PATCH", "/api/company", { json: { require_mapping: true } });
    const note = syntheticNote({
      seed: 2,
      emit: supplier,
      items: [
        { ...screw, cProd: "N1" },
        { ...screw, cProd: "N2", CFOP: "5922" },
        { ...screw, cProd: "N3" },
      ],
    });
    expect((await upload(note.xml)).body.holds).toMatchObject([{ code: "mapping" }]);
    const path = `/api/nfes/${note.accessKey}/process`;
    const correction = { n_item: 1, product_code: "001" };
    expect((await send("POST", path, { json: { items: [correction] } })).status).toBe(409);
    const done = await send("POST", path, {
      json: { items: [correction, { n_item: 3, effect: "none" }] },
    });
    expect(done.body).toMatchObject({ status: "PROCESSADA" });
    expect(await rows("select product, quantity_e4 from balances")).toEqual([
      { product: "001", quantity_e4: 200_000 },
    ]);
  }));

test("a posted note shows the factor of its posting, also after a later change of the factor", () =>
  withApp(async ({ upload, send }) => {
    const note = syntheticNote({ emit: supplier, items: [{ ...screw, uCom: "CX" }] });
    await upload(note.xml);
    await send("POST", `/api/nfes/${note.accessKey}/process`, {
      json: { items: [{ n_item: 1, factor: 12 }] },
    });
    const json = { supplier_cnpj: supplier.cnpj, code: "001", unit: "CX", product_code: "001" };
    await send("PUT", "/api/supplier-items", { json: { ...json, factor: 10 } });
    const { body } = await send("GET", `/api/nfes/${note.accessKey}`);
    expect(body.items).toMatchObject([{ factor: 12, stock_quantity: 120 }]);
  }));

test("a quantity that the factor takes out of the exact range is shown whole and never posted", () =>
  withApp(async ({ upload, send, rows }) => {
    await upload(syntheticNote({ seed: 1, emit: supplier, items: [screw] }).xml, "?approve=true");
    await send("PUT", "/api/supplier-items", {
      json: {
        supplier_cnpj: supplier.cnpj,
        code: "001",
        unit: "UN",
        product_code: "001",
        factor: 1_000_000,
      },
    });
    const most = { ...screw, qCom: "99999999999.9999", vUnCom: "0.01" };
    const note = syntheticNote({ seed: 2, emit: supplier, items: [most] });
    const refused = { status: 422, body: { code: "stock.out_of_range", product_code: "001" } };
    const kept = await upload(note.xml, "?approve=true");
    expect(kept).toMatchObject({ status: 200, body: { status: "PENDENTE", holds: [] } });
    expect(kept.body.findings.map((f: { code: string }) => f.code)).toContain("not_approved");
    const path = `/api/nfes/${note.accessKey}`;
    expect((await send("GET", path)).text).toContain('"stock_quantity":99999999999999900');
    expect(await send("POST", `${path}/process`)).toMatchObject(refused);
    expect(await send("POST", `${path}/process?dry_run=true`)).toMatchObject(refused);
    expect(await rows("select count(*) as n from movements")).toEqual([{ n: 1 }]);
  }));
