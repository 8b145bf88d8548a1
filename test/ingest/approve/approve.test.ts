import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import { LAST_COSTS } from "../../support/last-costs.ts";
import { screw } from "../../support/notes/purchase.ts";

const paint = { cProd: "001", xProd: "TINTA", uCom: "LT", qCom: "3", vUnCom: "50.00" };
const [first, second] = SUPPLIERS;

test("an approved note enters the stock with its cost", () =>
  withApp(async ({ upload, send }) => {
    const note = syntheticNote({ items: [screw] });
    const sent = await upload(note.xml);
    expect(sent).toMatchObject({
      status: 200,
      body: { status: "PENDENTE", direction: "entry", holds: [] },
    });
    const processed = await send("POST", `/api/nfes/${note.accessKey}/process`, { as: "OPERADOR" });
    expect(processed.body).toMatchObject({ items: 1, status: "PROCESSADA" });
    const stock = await send("GET", "/api/stock");
    expect(stock.body.data).toMatchObject([
      { code: "001", name: "PARAFUSO", quantity: 10, unit: "UN", cost_price: 2 },
    ]);
    const again = await send("POST", `/api/nfes/NFe${note.accessKey}/process`, { as: "OPERADOR" });
    expect(again).toMatchObject({ status: 200, body: { already_processed: true } });
    expect((await send("GET", "/api/stock")).body.data[0].quantity).toBe(10);
  }));

test("with approve=true a note is registered and approved in one batch", () =>
  withApp(async ({ upload, rows }) => {
    const note = syntheticNote({ items: [screw, { ...paint, cProd: "002" }] });
    const sent = await upload(note.xml, "?approve=true");
    expect(sent.body).toMatchObject({ status: "PROCESSADA" });
    expect(
      await rows("select product, quantity_e4, cost_e2, origin_ref from movements order by id"),
    ).toMatchObject([
      { product: "001", quantity_e4: 100_000, cost_e2: 2_000 },
      { product: "002", quantity_e4: 30_000, cost_e2: 15_000 },
    ]);
    const [posting] = await rows("select posting, registration from notes");
    expect(posting?.posting).toBe(posting?.registration);
    expect(
      await rows("select origin_ref from movements where origin_ref = ?1", [
        `${note.accessKey}#1@${String(posting?.posting)}`,
      ]),
    ).toHaveLength(1);
  }));

test("one code of two suppliers is two products, and neither is renamed", () =>
  withApp(async ({ upload, rows }) => {
    await upload(syntheticNote({ seed: 1, emit: first, items: [screw] }).xml, "?approve=true");
    await upload(syntheticNote({ seed: 2, emit: second, items: [paint] }).xml, "?approve=true");
    await upload(syntheticNote({ seed: 3, emit: second, items: [paint] }).xml, "?approve=true");
    expect(
      await rows(
        "select p.code, p.name, b.quantity_e4 from products p join balances b on b.product = p.code order by p.name",
      ),
    ).toMatchObject([
      { code: "001", name: "PARAFUSO", quantity_e4: 100_000 },
      { code: `001-${second?.cnpj}`, name: "TINTA", quantity_e4: 60_000 },
    ]);
  }));

test("one code in three units is three products, so that boxes and units never mix", () =>
  withApp(async ({ upload, rows }) => {
    const items = ["UN", "CX", "FD"].map((uCom) => ({ ...screw, uCom }));
    await upload(syntheticNote({ emit: first, items }).xml, "?approve=true");
    expect(await rows("select product, unit from supplier_items order by product")).toEqual([
      { product: "001", unit: "UN" },
      { product: `001-${first.cnpj}`, unit: "CX" },
      { product: `001-${first.cnpj}-FD`, unit: "FD" },
    ]);
  }));

test("F2: twenty approvals of one note at once move stock once", () =>
  withApp(async ({ upload, send, rows, ports }) => {
    const note = syntheticNote({ items: 4 });
    await upload(note.xml);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send("POST", `/api/nfes/${note.accessKey}/process`)),
    );
    expect(answers.map((a) => a.status)).toEqual(Array(20).fill(200));
    expect(answers.filter((a) => a.body.already_processed !== true)).toHaveLength(1);
    expect(
      await rows("select count(*) as n, count(distinct posting) as postings from movements"),
    ).toEqual([{ n: 4, postings: 1 }]);
    expect(await reconcileAll(ports, 1)).toEqual([]);
  }));

test("fifty uploads of one note at once: one is registered, forty-nine are duplicates", () =>
  withApp(async ({ upload, rows }) => {
    const note = syntheticNote({ items: 3 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => upload(note.xml, "?approve=true")),
    );
    const statuses = answers.map((a) => a.status).sort();
    expect(statuses).toEqual([200, ...Array(49).fill(409)]);
    for (const { body } of answers.filter((a) => a.status === 409))
      expect(body).toMatchObject({
        code: "nfe.duplicate",
        access_key: note.accessKey,
        differs: false,
      });
    expect(await rows("select count(*) as n from movements")).toEqual([{ n: 3 }]);
    expect(await rows("select count(*) as n from audit where action = 'nfe.refuse'")).toEqual([
      { n: 49 },
    ]);
    expect(await rows("select count(*) as n from originals")).toEqual([{ n: 1 }]);
  }));

test("a note with holds is stored, and its approval fails with them", () =>
  withApp(async ({ upload, send, rows }) => {
    const note = syntheticNote({ tpAmb: "2" });
    const sent = await upload(note.xml, "?approve=true");
    expect(sent.body).toMatchObject({ status: "PENDENTE", holds: [{ code: "homologation" }] });
    const held = await send("POST", `/api/nfes/${note.accessKey}/process`);
    expect(held).toMatchObject({
      status: 409,
      body: { code: "nfe.held", holds: [{ code: "homologation" }] },
    });
    const denied = await send("POST", `/api/nfes/${note.accessKey}/process`, {
      json: { override: ["homologation"] },
    });
    expect(denied).toMatchObject({ status: 409, body: { code: "nfe.override_denied" } });
    expect(await rows("select count(*) as n from movements")).toEqual([{ n: 0 }]);
  }));

test("a dry run shows products, factors and balances, and writes nothing", () =>
  withApp(async ({ upload, send, rows }) => {
    await upload(syntheticNote({ seed: 1, emit: first, items: [screw] }).xml, "?approve=true");
    const next = syntheticNote({
      seed: 2,
      emit: first,
      items: [screw, screw, { ...paint, cProd: "009" }],
    });
    await upload(next.xml);
    const plan = await send("POST", `/api/nfes/${next.accessKey}/process?dry_run=true`);
    expect(plan.body).toMatchObject({
      dry_run: true,
      items: [
        { product_code: "001", balance_before: 10, balance_after: 20, new_product: false },
        { product_code: "001", balance_before: 20, balance_after: 30 },
        { product_code: null, balance_before: 0, balance_after: 3, new_product: true },
      ],
    });
    expect(await rows("select count(*) as n from movements")).toEqual([{ n: 1 }]);
  }));

test("lots become movements of their own; lots that do not add up leave one movement and a finding", () =>
  withApp(async ({ upload, rows }) => {
    const lots = [
      { nLote: "A1", qLote: "4.000", dFab: "2026-01-01", dVal: "2027-01-31" },
      { nLote: "B2", qLote: "6.000", dFab: "2026-02-01", dVal: "2027-02-28" },
    ];
    await upload(
      syntheticNote({ seed: 1, emit: first, items: [{ ...screw, lots }] }).xml,
      "?approve=true",
    );
    expect(
      await rows("select lot, quantity_e4, cost_e2, expires_on from movements order by id"),
    ).toEqual([
      { lot: "A1", quantity_e4: 40_000, cost_e2: 800, expires_on: "2027-01-31" },
      { lot: "B2", quantity_e4: 60_000, cost_e2: 1_200, expires_on: "2027-02-28" },
    ]);
    const odd = await upload(
      syntheticNote({ seed: 2, emit: first, items: [{ ...screw, lots: lots.slice(0, 1) }] }).xml,
      "?approve=true",
    );
    expect(odd.body.findings.map((f: { code: string }) => f.code)).toContain("lots_do_not_add_up");
    expect(await rows("select lot, quantity_e4 from movements where id > 2")).toEqual([
      { lot: null, quantity_e4: 100_000 },
    ]);
  }));

test("the cost is landed: freight, discount and IPI of the line count", () =>
  withApp(async ({ upload, rows }) => {
    const item = { ...screw, vFrete: "5.00", vDesc: "1.00", vIPI: "2.00", vOutro: "0.50" };
    await upload(syntheticNote({ items: [item] }).xml, "?approve=true");
    expect(await rows("select cost_e2 from movements")).toEqual([{ cost_e2: 2_650 }]);
    expect(await rows(`select last_cost_e2, last_cost_quantity_e4 from ${LAST_COSTS}`)).toEqual([
      { last_cost_e2: 2_650, last_cost_quantity_e4: 100_000 },
    ]);
  }));

test("items without a GTIN never collide, and never link", () =>
  withApp(async ({ upload, rows }) => {
    const items = ["A", "B", "C"].map((cProd) => ({
      ...screw,
      cProd,
      cEAN: cProd === "C" ? "" : "SEM GTIN",
    }));
    expect((await upload(syntheticNote({ items }).xml, "?approve=true")).status).toBe(200);
    expect(await rows("select code, barcode from products order by code")).toEqual([
      { code: "A", barcode: null },
      { code: "B", barcode: null },
      { code: "C", barcode: null },
    ]);
  }));

test("items with one number are distinguished by their position, each with its own movement and effect", () =>
  withApp(async ({ upload, send, rows }) => {
    const note = syntheticNote({
      items: [
        screw,
        { ...screw, cProd: "002", qCom: "5" },
        { ...screw, cProd: "003", CFOP: "5922" },
      ],
    });
    const xml = note.xml.replaceAll(/nItem="[23]"/g, 'nItem="1"');
    const sent = await upload(xml, "?approve=true");
    expect(sent.body.findings.map((f: { code: string }) => f.code)).toContain(
      "repeated_item_number",
    );
    expect(await rows("select product, quantity_e4 from movements order by id")).toEqual([
      { product: "001", quantity_e4: 100_000 },
      { product: "002", quantity_e4: 50_000 },
    ]);
    const detail = await send("GET", `/api/nfes/${note.accessKey}`);
    expect(
      detail.body.items.map((i: Record<string, unknown>) => [
        i.n_item,
        i.code,
        i.effect,
        i.stock_quantity,
      ]),
    ).toEqual([
      [1, "001", "entry", 10],
      [1, "002", "entry", 5],
      [1, "003", "none", 10],
    ]);
  }));

test("a note of many lots is posted whole, a movement for each item and lot", () =>
  withApp(async ({ upload, rows, ports }) => {
    const lots = Array.from({ length: 70 }, (_, n) => ({
      nLote: `L${n}`,
      qLote: "0.500",
      dFab: "2026-01-01",
      dVal: "2027-01-31",
    }));
    const items = Array.from({ length: 60 }, (_, n) => ({
      ...screw,
      cProd: `P${n}`,
      qCom: "35",
      lots,
    }));
    const note = syntheticNote({ items });
    expect((await upload(note.xml, "?approve=true")).body).toMatchObject({ status: "PROCESSADA" });
    expect(
      await rows(
        "select count(*) as n, count(distinct lot) as lots, sum(quantity_e4) as sum, min(expires_on) as day from movements",
      ),
    ).toEqual([{ n: 4_200, lots: 70, sum: 60 * 350_000, day: "2027-01-31" }]);
    expect(await reconcileAll(ports, 1)).toEqual([]);
  }));
