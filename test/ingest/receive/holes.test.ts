import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent, otherDocuments } from "../../../src/synthetic/events.ts";
import { MALFORMED } from "../../../src/synthetic/malformed.ts";
import {
  type NoteOptions,
  syntheticBatch,
  syntheticNote,
} from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER, SUPPLIERS, UNRELATED } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { supplier } from "../../support/notes/purchase.ts";

/** The holes of the old system, from the request to the ledger; the parts have tests of their own. */

const item = { cProd: "P1", xProd: "PRODUTO", uCom: "UN", qCom: "10", vUnCom: "1.00" };
const KEPT = ["notes", "note_items", "originals", "movements", "balances", "products", "events"];

/** A refusal has left its audit line and nothing else. */
async function nothingKept(service: TestApp, refusals: number) {
  for (const table of KEPT)
    expect([table, await service.rows(`select count(*) as n from ${table}`)]).toEqual([
      table,
      [{ n: 0 }],
    ]);
  expect(await service.rows("select count(*) as n from audit where action = 'nfe.refuse'")).toEqual(
    [{ n: refusals }],
  );
}

/** Everything that became an entry there; what it is here, sent with approve=true. */
const NO_PURCHASES: readonly (readonly [string, NoteOptions, string, string[]])[] = [
  ["a test note", { tpAmb: "2" }, "entry", ["homologation"]],
  ["a note without protocol", { protocol: null }, "entry", ["no_protocol"]],
  ["a denied note", { protocol: { cStat: "302" } }, "entry", ["not_authorised"]],
  ["a rejected note", { protocol: { cStat: "539" } }, "entry", ["not_authorised"]],
  ["a cancelled note", { protocol: { cStat: "101" } }, "entry", ["cancelled"]],
  ["a note for another company", { dest: UNRELATED }, "none", ["not_ours"]],
  ["a note between two others", { emit: UNRELATED, dest: CUSTOMER }, "none", ["not_ours"]],
  ["our own sale", { emit: COMPANY, dest: CUSTOMER }, "exit", []],
  [
    "our return to a supplier",
    { emit: COMPANY, dest: supplier, finNFe: "4", CFOP: "5202" },
    "exit",
    [],
  ],
  ["a complement", { finNFe: "2" }, "entry", ["no_goods"]],
  ["an adjustment", { finNFe: "3" }, "entry", ["no_goods"]],
  ["a credit note", { finNFe: "5", tpNFCredito: "01" }, "entry", ["no_goods"]],
  ["a sale billed for later", { CFOP: "5922" }, "entry", ["no_goods"]],
  ["goods that a receipt has sold", { CFOP: "5929" }, "entry", ["unknown_operation"]],
  ["an unknown operation", { CFOP: "5949" }, "entry", ["unknown_operation"]],
  ["a receipt of our own counter", { mod: "65", emit: COMPANY, dest: null }, "exit", ["retail"]],
];

test("only a purchase of the company becomes an entry by itself; every other note states its direction", () =>
  withApp(async (service) => {
    for (const [n, [what, options, direction, holds]] of NO_PURCHASES.entries()) {
      const note = syntheticNote({ seed: 100 + n, items: [{ ...item }], ...options });
      const { status, body } = await service.upload(note.xml, "?approve=true");
      const codes = body.holds?.map(({ code }: { code: string }) => code);
      expect([what, status, body.direction, codes]).toEqual([what, 200, direction, holds]);
      const waits = holds.includes("cancelled") ? "CANCELADA" : "PENDENTE";
      expect([what, body.status]).toEqual([what, holds.length > 0 ? waits : "PROCESSADA"]);
    }
    expect(await service.rows("select distinct type from movements")).toEqual([{ type: "SAIDA" }]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("F6: an access key is stored as 44 characters, found with or without NFe before it, and refused when invalid", () =>
  withApp(async (service) => {
    const { accessKey, xml } = syntheticNote({ emit: SUPPLIERS[1] ?? supplier });
    expect(accessKey).toMatch(/[A-Z]/);
    expect((await service.upload(xml)).body.access_key).toBe(accessKey);
    for (const key of [accessKey, `NFe${accessKey}`, accessKey.toLowerCase()])
      expect((await service.send("GET", `/api/nfes/${key}`)).body.access_key).toBe(accessKey);
    for (const key of [accessKey.slice(1), `${accessKey}0`, "NFe"])
      expect((await service.send("GET", `/api/nfes/${key}`)).status).toBe(422);
    const bad = syntheticNote({ seed: 3, badCheckDigit: true });
    expect(await service.upload(bad.xml)).toMatchObject({
      status: 422,
      body: { code: "nfe.access_key", got: `NFe${bad.accessKey}`, expected: expect.any(String) },
    });
    expect(await service.rows("select access_key from notes")).toEqual([{ access_key: accessKey }]);
  }));

test("no note, two notes, text after the note, and invalid numbers are refused with their path", () =>
  withApp(async (service) => {
    const { xml } = syntheticNote({ items: [item] });
    const [, one = ""] = /(<NFe[\s\S]*<\/NFe>)/.exec(xml) ?? [];
    const with2 = (qCom: string) => xml.replace(/<qCom>[^<]*</, `<qCom>${qCom}<`);
    const refused: readonly (readonly [string, string, string?])[] = [
      ["nfe.invalid", '<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00"/>'],
      ["nfe.invalid", xml.replace(one, one + one)],
      ["nfe.many_notes", syntheticBatch([{ seed: 1 }, { seed: 2 }]).xml],
      ["nfe.malformed_xml", `${xml}<x/>`],
      ["nfe.malformed_xml", `${xml}lixo`],
      ...["-1", "NaN", "", "1e3", "1,5", "0.00001", " ", "Infinity"].map(
        (qCom) => ["nfe.invalid", with2(qCom), "/nfeProc/NFe/infNFe/det/prod/qCom"] as const,
      ),
    ];
    for (const [code, document, path] of refused) {
      const { status, body } = await service.upload(document, "?approve=true");
      expect([document.slice(0, 80), status, body.code]).toEqual([
        document.slice(0, 80),
        422,
        code,
      ]);
      if (path !== undefined)
        expect(body.errors).toMatchObject([{ path: path.replace("det/", "det[1]/") }]);
    }
    await nothingKept(service, refused.length);
  }));

test("a bare NFe and a document in ISO-8859-1 are posted with their accents", () =>
  withApp(async (service) => {
    const named = { ...item, xProd: "AÇÚCAR É PÃO" };
    const bare = syntheticNote({ seed: 1, root: "NFe", items: [named] });
    expect((await service.upload(bare.xml)).body.holds).toMatchObject([{ code: "no_protocol" }]);
    const latin = syntheticNote({ seed: 2, items: [named] });
    const bytes = Uint8Array.from(latin.xml.replace("UTF-8", "ISO-8859-1"), (c) => c.charCodeAt(0));
    expect((await service.upload(bytes, "?approve=true")).body.status).toBe("PROCESSADA");
    expect((await service.send("GET", "/api/products")).body.data).toMatchObject([
      { name: "AÇÚCAR É PÃO" },
    ]);
    const kept = await service.raw("GET", `/api/nfes/${latin.accessKey}/xml`);
    expect(new Uint8Array(await kept.arrayBuffer())).toEqual(bytes);
  }));

test("a thousand tenths are a hundred, shown with every digit", () =>
  withApp(async (service) => {
    const tenths = Array.from({ length: 250 }, () => ({ ...item, qCom: "0.1", vUnCom: "0.1" }));
    for (const seed of [1, 2, 3, 4])
      await service.upload(
        syntheticNote({ seed, emit: supplier, items: tenths }).xml,
        "?approve=true",
      );
    const { text } = await service.send("GET", "/api/stock");
    expect(text).toContain('"quantity":100,');
    const huge = {
      ...item,
      cProd: "P2",
      qCom: "99999999999.9999",
      vUnCom: "0.0000000001",
      vProd: "10.00",
    };
    const note = syntheticNote({ seed: 9, emit: supplier, items: [huge] });
    await service.upload(note.xml, "?approve=true");
    const shown = (await service.send("GET", `/api/nfes/${note.accessKey}`)).text;
    expect(shown).toContain('"quantity":99999999999.9999');
    expect(shown).toContain('"unit_price_text":"0.0000000001"');
    expect((await service.send("GET", "/api/stock?search=P2")).text).toContain(
      '"quantity":99999999999.9999',
    );
  }));

test("every malformed document is 422 nfe.malformed_xml and leaves an audit line", () =>
  withApp(async (service) => {
    for (const { name, bytes } of MALFORMED) {
      const { status, body } = await service.upload(bytes, "?approve=true");
      expect([name, status, body.code]).toEqual([name, 422, "nfe.malformed_xml"]);
    }
    await nothingKept(service, MALFORMED.length);
  }));

test("a well-formed document that is no note is 422 nfe.not_an_nfe with its name", () =>
  withApp(async (service) => {
    const others = otherDocuments(syntheticNote().accessKey);
    for (const { name, xml } of others) {
      const { status, body } = await service.upload(xml, "?approve=true");
      expect([name, status, body.code]).toEqual([name, 422, "nfe.not_an_nfe"]);
      expect([name, body.got]).toEqual([name, expect.stringContaining(name)]);
    }
    const unanswered = cancellationEvent(syntheticNote().accessKey, { cStat: null });
    expect((await service.upload(unanswered)).body).toMatchObject({
      code: "nfe.not_an_nfe",
      got: expect.stringContaining("procEventoNFe"),
    });
    await nothingKept(service, others.length + 1);
  }));
