import { expect, test } from "bun:test";
import { taxesFrom, taxesJson } from "../../src/ingest/cost/stored-taxes.ts";
import { readDocument } from "../../src/nfe/read/read.ts";
import { NO_TAXES } from "../../src/nfe/taxes.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { screw } from "../support/notes/purchase.ts";
import { noteIn } from "../support/xml/read-notes.ts";

const withheld = { ...screw, vIPI: "1.30", vICMSST: "3.00", vFCPST: "0.40", CEST: "1234567" };
const xmlOf = (items: Parameters<typeof syntheticNote>[0]) => syntheticNote(items).xml;
const taxesOf = (xml: string) => noteIn(xml).items[0]?.taxes;

test("the reader takes base, rate and amount of each tax as exact integers", () => {
  expect(taxesOf(xmlOf({ items: [withheld], ibsCbs: true }))).toEqual({
    CEST: "1234567",
    ICMS: {
      orig: "0",
      CST: "10",
      simples: false,
      vBC_e2: 2_000,
      rate_e4: 180_000,
      amount_e2: 360,
      vBCST_e2: 2_000,
      vICMSST_e2: 300,
      vFCP_e2: null,
      vFCPST_e2: 40,
      pCredSN_e4: null,
      vCredICMSSN_e2: null,
    },
    IPI: { CST: "50", vBC_e2: 2_000, rate_e4: 50_000, amount_e2: 130 },
    II_e2: null,
    PIS: { CST: "01", vBC_e2: 2_000, rate_e4: 16_500, amount_e2: 33 },
    COFINS: { CST: "01", vBC_e2: 2_000, rate_e4: 76_000, amount_e2: 152 },
    IBSCBS: { CST: "000", cClassTrib: "000001", vBC_e2: 2_000, vIBS_e2: 2, vCBS_e2: 18 },
    IS: null,
  });
});

test("the reader takes the credit of an issuer in Simples, and an absent tax is null", () => {
  const taxes = taxesOf(xmlOf({ items: [{ ...screw, CSOSN: "101", contributionCST: "06" }] }));
  expect(taxes?.ICMS).toMatchObject({
    CST: "101",
    simples: true,
    amount_e2: null,
    pCredSN_e4: 25_000,
    vCredICMSSN_e2: 50,
  });
  expect(taxes?.PIS).toEqual({ CST: "06", vBC_e2: null, rate_e4: null, amount_e2: null });
  expect(taxes).toMatchObject({ IPI: null, II_e2: null, IBSCBS: null, IS: null });
});

test("a figure of a tax that is no decimal refuses no note, counts as absent, and is reported", () => {
  const xml = xmlOf({ items: [screw] }).replace("<vICMS>3.60</vICMS>", "<vICMS>3,60</vICMS>");
  expect(taxesOf(xml)?.ICMS?.amount_e2).toBeNull();
  const read = readDocument(new TextEncoder().encode(xml));
  const [note] = read.ok && read.value.kind === "notes" ? read.value.notes : [];
  const codes = note?.ok ? note.value.findings.map(({ code }) => code) : [];
  expect(codes).toContain("tax_unreadable");
});

test("an amount of a tax that comes twice refuses the note, because two programs would read two notes", () => {
  const xml = xmlOf({ items: [screw] }).replace("</vICMS>", "</vICMS><vICMS>1.00</vICMS>");
  const read = readDocument(new TextEncoder().encode(xml));
  expect(read).toMatchObject({ ok: false, error: { code: "nfe.invalid" } });
});

test("stored taxes are read back as they were, in at most 260 bytes for an item with every usual tax", () => {
  const all = taxesOf(xmlOf({ items: [withheld], ibsCbs: true })) ?? NO_TAXES;
  const json = taxesJson(all);
  expect(taxesFrom(JSON.parse(json))).toEqual(all);
  expect(json.length).toBeLessThan(260);
  const plain = taxesOf(xmlOf({ items: [screw] })) ?? NO_TAXES;
  expect(taxesFrom(JSON.parse(taxesJson(plain)))).toEqual(plain);
  expect(taxesJson(plain).length).toBeLessThan(120);
  expect(taxesJson(NO_TAXES)).toBe("{}");
  expect(taxesFrom(null)).toEqual(NO_TAXES);
});
