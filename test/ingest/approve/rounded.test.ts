import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { lossEvent } from "../../support/notes/loss-events.ts";
import { supplier } from "../../support/notes/purchase.ts";

const gold = { cProd: "P1", xProd: "OURO", uCom: "MG", qCom: "40", vUnCom: "10.00" };
const other = { cProd: "P2", xProd: "CHUMBO", uCom: "UN", qCom: "1", vUnCom: "1.00" };
const bought = (seed: number, changes: object = {}) =>
  syntheticNote({ seed, emit: supplier, items: [{ ...gold, ...changes }, other] });

const product = ({ send }: TestApp) =>
  send("POST", "/api/products", { json: { code: "AU", name: "Ouro", unit: "KG" } });
const map = ({ send }: TestApp, factor: string, json: object = {}) =>
  send("PUT", "/api/supplier-items", {
    json: {
      supplier_cnpj: supplier.cnpj,
      code: "P1",
      unit: "MG",
      product_code: "AU",
      factor,
      ...json,
    },
  });
const process = ({ send }: TestApp, key: string, json: object = {}, query = "") =>
  send("POST", `/api/nfes/${key}/process${query}`, { json });
const moved = ({ rows }: TestApp) =>
  rows("select product, quantity_e4, lot from movements order by id");
const codes = (list: readonly { code: string }[]) => list.map(({ code }) => code);

test("a note whose goods a mapping makes 0 is held, until the factor is another one", () =>
  withApp(async (service) => {
    await product(service);
    await map(service, "1/1000000");
    const note = bought(1);
    const { body } = await service.upload(note.xml, "?approve=true");
    expect([body.status, codes(body.holds)]).toEqual(["PENDENTE", ["rounds_to_zero"]]);
    expect(body.holds[0].message).toContain("item 1");
    const refused = await process(service, note.accessKey);
    expect([refused.status, refused.body.code]).toEqual([409, "nfe.held"]);
    expect(await moved(service)).toEqual([]);
    const denied = await process(service, note.accessKey, { override: ["rounds_to_zero"] });
    expect(denied.body.code).toBe("nfe.override_denied");
    await map(service, "1/1000");
    const shown = await service.send("GET", `/api/nfes/${note.accessKey}`);
    expect(codes(shown.body.holds)).toEqual([]);
    expect((await process(service, note.accessKey)).status).toBe(200);
    expect(await moved(service)).toMatchObject([
      { product: "AU", quantity_e4: 400 },
      { product: "P2" },
    ]);
  }));

test("a sale whose goods a mapping makes 0 is held too", () =>
  withApp(async (service) => {
    await service.send("PUT", "/api/company", { json: { allow_negative: true } });
    await product(service);
    await map(service, "1/1000000", { supplier_cnpj: COMPANY.cnpj });
    const sale = syntheticNote({
      seed: 3,
      emit: COMPANY,
      dest: CUSTOMER,
      CFOP: "5102",
      items: [gold],
    });
    const { body } = await service.upload(sale.xml, "?approve=true");
    expect([body.status, codes(body.holds)]).toEqual(["PENDENTE", ["rounds_to_zero"]]);
  }));

test("a mapping that is saved while a note waits holds its approval", () =>
  withApp(async (service) => {
    await product(service);
    const note = bought(1);
    await service.upload(note.xml, "?approve=false");
    await map(service, "1/1000000");
    for (const query of ["", "?dry_run=true"]) {
      const { status, body } = await process(service, note.accessKey, {}, query);
      expect([status, body.code, codes(body.holds)]).toEqual([409, "nfe.held", ["rounds_to_zero"]]);
    }
    const given = { items: [{ n_item: 1, factor: "1/1000" }] };
    expect((await process(service, note.accessKey, given)).status).toBe(200);
    expect(await moved(service)).toMatchObject([{ quantity_e4: 400 }, {}]);
  }));

test("a factor of a person by which goods would be 0 is refused at its place, and not with the effect none", () =>
  withApp(async (service) => {
    const note = bought(1);
    await service.upload(note.xml, "?approve=false");
    const items = [
      { n_item: 2, effect: "none" },
      { n_item: 1, factor: "1/1000000" },
    ];
    for (const query of ["", "?dry_run=true"]) {
      const { status, body } = await process(service, note.accessKey, { items }, query);
      expect([status, body.code]).toEqual([422, "nfe.correction"]);
      expect(body.errors).toMatchObject([
        { path: "/items/1/factor", code: "rounds_to_zero", got: "1/1000000" },
      ]);
    }
    expect(await moved(service)).toEqual([]);
    const none = { items: [{ n_item: 1, factor: "1/1000000", effect: "none" }] };
    expect((await process(service, note.accessKey, none)).status).toBe(200);
    expect(await moved(service)).toMatchObject([{ product: "P2" }]);
  }));

test("rounding that changes a quantity by more than 1 % is a finding of the posting, and less is none", () =>
  withApp(async (service) => {
    await product(service);
    await map(service, "1/300000");
    const off = await service.upload(bought(1).xml, "?approve=true");
    expect([off.body.status, codes(off.body.findings)]).toEqual([
      "PROCESSADA",
      ["quantity_rounded"],
    ]);
    expect(off.body.findings[0].message).toContain("0,0001");
    const exact = await service.upload(bought(2, { qCom: "60" }).xml, "?approve=true");
    expect(codes(exact.body.findings)).toEqual([]);
    // Also where it is approved later, and once where it is approved again.
    const later = bought(3);
    await service.upload(later.xml, "?approve=false");
    const path = `/api/nfes/${later.accessKey}`;
    const approved = await process(service, later.accessKey);
    expect(codes(approved.body.findings)).toEqual(["quantity_rounded"]);
    await service.send("POST", `${path}/reverse`, { json: { reason: "fator errado" } });
    await process(service, later.accessKey);
    const { body } = await service.send("GET", path);
    expect(codes(body.findings)).toEqual(["quantity_rounded"]);
    await service.send("POST", `${path}/reverse`, { json: { reason: "fator errado" } });
    await process(service, later.accessKey, { items: [{ n_item: 1, factor: 1 }] });
    expect(codes((await service.send("GET", path)).body.findings)).toEqual([]);
  }));

test("a lot of which rounding leaves nothing is named by a finding", () =>
  withApp(async (service) => {
    await product(service);
    await map(service, "1/1000");
    const lot = (nLote: string, qLote: string) => ({
      nLote,
      qLote,
      dFab: "2026-10-01",
      dVal: "2027-10-01",
    });
    const lots = [lot("GRANDE", "39.990"), lot("PEQUENO", "0.010")];
    const { body } = await service.upload(bought(1, { lots }).xml, "?approve=true");
    expect(await moved(service)).toMatchObject([{ quantity_e4: 400, lot: "GRANDE" }, {}]);
    expect(codes(body.findings)).toEqual(["quantity_rounded"]);
    expect(body.findings[0].message).toContain("PEQUENO");
    expect(body.findings[0].message).not.toContain("GRANDE");
  }));

test("a loss that is 0 in stock units is a finding, not silence", () =>
  withApp(async (service) => {
    await product(service);
    await map(service, "1/1000");
    const note = bought(1);
    await service.upload(note.xml, "?approve=true");
    const stated = [{ nItem: 1, quantity: "0.0100", unit: "MG" }];
    const { body } = await service.upload(lossEvent(note.accessKey, stated));
    const shown = await service.send("GET", `/api/nfes/${note.accessKey}`);
    expect(await service.rows("select 1 from movements where origin = 'EVENTO'")).toEqual([]);
    expect([...codes(body.findings), ...codes(shown.body.findings)]).toContain("event_not_booked");
  }));
