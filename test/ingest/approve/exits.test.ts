import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import { screw, supplier } from "../../support/notes/purchase.ts";

const sale = (seed: number, qCom: string) =>
  syntheticNote({ seed, emit: COMPANY, dest: CUSTOMER, items: [{ ...screw, qCom }] });

test("a sale of the company leaves the stock by its own code, and goes below zero only where that is allowed", () =>
  withApp(async ({ upload, send, rows }) => {
    await upload(syntheticNote({ seed: 1, emit: supplier, items: [screw] }).xml, "?approve=true");
    await upload(sale(2, "4").xml, "?approve=true");
    expect(await rows("select product, quantity_e4 from balances")).toEqual([
      { product: "001", quantity_e4: 60_000 },
    ]);

    await send("PATCH", "/api/company", { json: { allow_negative: false } });
    const tooMuch = sale(3, "7");
    expect((await upload(tooMuch.xml, "?approve=true")).body).toMatchObject({
      status: "PENDENTE",
      holds: [],
    });
    expect(await send("POST", `/api/nfes/${tooMuch.accessKey}/process`)).toMatchObject({
      status: 400,
      body: { code: "stock.insufficient", product_code: "001", requested: "7" },
    });
    expect(await rows("select quantity_e4 from balances")).toEqual([{ quantity_e4: 60_000 }]);

    await send("PATCH", "/api/company", { json: { allow_negative: true } });
    const done = await send("POST", `/api/nfes/${tooMuch.accessKey}/process`);
    expect(done.body.findings).toMatchObject([{ code: "negative_balance" }]);
    expect(await rows("select quantity_e4 from balances")).toEqual([{ quantity_e4: -10_000 }]);
  }));

test("a note that is approved again has the findings of that approval alone", () =>
  withApp(async ({ upload, send }) => {
    const note = sale(3, "7");
    const codes = async () =>
      (await send("GET", `/api/nfes/${note.accessKey}`)).body.findings.map(
        ({ code }: { code: string }) => code,
      );
    const reversed = () =>
      send("POST", `/api/nfes/${note.accessKey}/reverse`, { json: { reason: "engano" } });
    await upload(syntheticNote({ seed: 1, emit: supplier, items: [screw] }).xml, "?approve=true");
    await upload(sale(2, "4").xml, "?approve=true");
    await upload(note.xml, "?approve=true");
    expect(await codes()).toEqual(["negative_balance"]);
    await reversed();
    await send("POST", `/api/nfes/${note.accessKey}/process`);
    expect(await codes()).toEqual(["negative_balance"]);
    await reversed();
    await upload(syntheticNote({ seed: 4, emit: supplier, items: [screw] }).xml, "?approve=true");
    await send("POST", `/api/nfes/${note.accessKey}/process`);
    expect(await codes()).toEqual([]);
  }));

test("the refusal names the product that is short, not the first of the note", () =>
  withApp(async ({ upload, send }) => {
    const nail = { ...screw, cProd: "002", xProd: "PREGO" };
    await upload(
      syntheticNote({ seed: 1, emit: supplier, items: [screw, nail] }).xml,
      "?approve=true",
    );
    await send("PATCH", "/api/company", { json: { allow_negative: false } });
    const items = [screw, { ...nail, qCom: "6" }, { ...nail, qCom: "4.5" }];
    const note = syntheticNote({ seed: 2, emit: COMPANY, dest: CUSTOMER, items });
    await upload(note.xml);
    expect(await send("POST", `/api/nfes/${note.accessKey}/process`)).toMatchObject({
      status: 400,
      body: { code: "stock.insufficient", product_code: "002", requested: "10.5" },
    });
  }));

test("an entry into a balance that stays below zero is no exit below zero", () =>
  withApp(async ({ upload, send }) => {
    await upload(sale(1, "50").xml, "?approve=true");
    const back = syntheticNote({
      seed: 2,
      emit: COMPANY,
      dest: CUSTOMER,
      tpNF: "0",
      items: [{ ...screw, CFOP: "1202" }],
    });
    await upload(back.xml);
    const done = await send("POST", `/api/nfes/${back.accessKey}/process`);
    expect(done.body).toMatchObject({ status: "PROCESSADA", findings: [] });
  }));

test("F2: twenty sales of one unit each at once share seven units, never an eighth", () =>
  withApp(async ({ upload, send, rows, ports }) => {
    await upload(
      syntheticNote({ seed: 1, emit: supplier, items: [{ ...screw, qCom: "7" }] }).xml,
      "?approve=true",
    );
    await send("PATCH", "/api/company", { json: { allow_negative: false } });
    const sales = Array.from({ length: 20 }, (_, i) => sale(10 + i, "1"));
    const sent = await Promise.all(sales.map((note) => upload(note.xml, "?approve=true")));
    expect(sent.filter(({ body }) => body.status === "PROCESSADA")).toHaveLength(7);
    expect(sent.filter(({ body }) => body.status === "PENDENTE")).toHaveLength(13);
    expect(await rows("select quantity_e4 from balances")).toEqual([{ quantity_e4: 0 }]);
    expect(await reconcileAll(ports, 1)).toEqual([]);
  }));

test("a sale of the company in another unit than the product's is counted one for one, with a finding", () =>
  withApp(async ({ upload, send, rows }) => {
    await upload(syntheticNote({ seed: 1, emit: supplier, items: [screw] }).xml, "?approve=true");
    const box = { ...screw, uCom: "CX", qCom: "2" };
    const atOnce = syntheticNote({ seed: 5, emit: COMPANY, dest: CUSTOMER, items: [box] });
    const later = syntheticNote({ seed: 6, emit: COMPANY, dest: CUSTOMER, items: [box, screw] });
    const finding = {
      code: "unit_differs",
      severity: "warning",
      path: null,
      message: "Unidade diferente da do produto, contada um por um: 001 (CX, produto em UN)",
    };
    const sent = await upload(atOnce.xml, "?approve=true");
    expect(sent.body.findings).toContainEqual(finding);
    await upload(later.xml);
    const done = await send("POST", `/api/nfes/${later.accessKey}/process`);
    expect(done.body.findings).toContainEqual(finding);
    for (const { accessKey } of [atOnce, later]) {
      const kept = await send("GET", `/api/nfes/${accessKey}`);
      expect(kept.body.findings).toContainEqual(finding);
    }
    for (const [i, uCom] of ["UN", "Un", "und", "UNID"].entries()) {
      const items = [{ ...screw, qCom: "1", uCom }];
      const plain = syntheticNote({ seed: 7 + i, emit: COMPANY, dest: CUSTOMER, items });
      const { body } = await upload(plain.xml, "?approve=true");
      expect(JSON.stringify(body.findings)).not.toContain("unit_differs");
    }
    expect(await rows("select quantity_e4 from balances")).toEqual([{ quantity_e4: -80_000 }]);
  }));
