import { describe, expect, test } from "bun:test";
import {
  type MappedCandidate,
  nameScore,
  type ProductCandidate,
  piecesIn,
  suggestProducts,
  type UnmappedItem,
} from "../../../src/ingest/supplier-items/suggest.ts";
import { factorText } from "../../../src/stock/supplier-items/factor.ts";

const GTIN = "7891000100103";
const item = (more: Partial<UnmappedItem> = {}): UnmappedItem => ({
  supplier: "S1",
  code: "A1",
  unit: "CX",
  name: "BISCOITO MAIZENA 200G",
  ncm: "19053100",
  barcode: null,
  taxBarcode: null,
  quantity_e4: 20_000,
  taxUnit: "UN",
  taxQuantity_e4: 240_000,
  ...more,
});
const product = (more: Partial<ProductCandidate> = {}): ProductCandidate => ({
  code: "P1",
  name: "OUTRA COISA",
  unit: "UN",
  ncm: null,
  barcode: null,
  ...more,
});
const mapped = (more: Partial<MappedCandidate> = {}): MappedCandidate => ({
  supplier: "S1",
  code: "A1",
  unit: "UN",
  seenBarcode: null,
  product: product(),
  ...more,
});
const suggested = (
  one: UnmappedItem,
  products: readonly ProductCandidate[],
  items: readonly MappedCandidate[] = [],
) =>
  suggestProducts(one, products, items, {}, 3).map(
    ({ product: { code }, confidence, reasons, factor }) => [
      code,
      confidence,
      reasons.map((reason) => reason.code).join(),
      factor === null ? null : `${factorText(factor.value)} ${factor.from}`,
    ],
  );

describe("a product is suggested for its", () => {
  const rows: [string, UnmappedItem, ProductCandidate[], MappedCandidate[], unknown][] = [
    [
      "barcode",
      item({ barcode: GTIN }),
      [product({ barcode: GTIN })],
      [],
      ["P1", 95, "gtin", "12 tax_quantity"],
    ],
    [
      "barcode with a zero before it",
      item({ barcode: `0${GTIN}` }),
      [product({ barcode: GTIN })],
      [],
      ["P1", 95, "gtin", "12 tax_quantity"],
    ],
    [
      "barcode of the tax unit, with qTrib by qCom",
      item({ taxBarcode: GTIN, taxUnit: "PECA" }),
      [product({ barcode: GTIN, unit: "LATA" })],
      [],
      ["P1", 90, "gtin_trib", "12 tax_quantity"],
    ],
    [
      "supplier's code in another unit, with the text of the unit",
      item({ unit: "CX/24" }),
      [],
      [mapped()],
      ["P1", 85, "same_code", "24 unit_text"],
    ],
    [
      "GTIN at another supplier",
      item({ barcode: GTIN, unit: "und" }),
      [],
      [mapped({ supplier: "S2", code: "Z", seenBarcode: GTIN })],
      ["P1", 80, "gtin_of_item", "1 same_unit"],
    ],
    [
      "NCM and name",
      item(),
      [product({ name: "Biscoito Maizena", ncm: "19053100" })],
      [],
      ["P1", 60, "name", "12 tax_quantity"],
    ],
    [
      "several reasons, the strongest first",
      item({ barcode: GTIN }),
      [product({ barcode: GTIN, name: "BISCOITO MAIZENA 200G", ncm: "19053100" })],
      [mapped()],
      ["P1", 95, "gtin,same_code,name", "12 tax_quantity"],
    ],
  ];
  for (const [what, one, products, items, expected] of rows)
    test(what, () => expect(suggested(one, products, items)).toEqual([expected] as never));
});

describe("no product is suggested for", () => {
  const rows: [string, UnmappedItem, ProductCandidate[], MappedCandidate[]][] = [
    [
      "a barcode with a wrong digit",
      item({ barcode: "7891000100104" }),
      [product({ barcode: "7891000100104" })],
      [],
    ],
    ["no barcode at both", item(), [product()], []],
    [
      "a name alone, in another NCM",
      item(),
      [product({ name: "BISCOITO MAIZENA 200G", ncm: "19059090" })],
      [],
    ],
    ["an NCM alone", item(), [product({ name: "WAFER DE MORANGO", ncm: "19053100" })], []],
    [
      "an NCM of zeros",
      item({ ncm: "00000000" }),
      [product({ name: "BISCOITO MAIZENA 200G", ncm: "00000000" })],
      [],
    ],
    ["the mapping that the item has", item({ unit: "UND" }), [], [mapped()]],
    ["the same code at another supplier", item(), [], [mapped({ supplier: "S2" })]],
  ];
  for (const [what, one, products, items] of rows)
    test(what, () => expect(suggested(one, products, items)).toEqual([]));
});

test("the suggestions are the most certain three, equal ones by their code", () => {
  const alike = ["P4", "P2", "P3"].map((code) =>
    product({ code, name: "BISCOITO MAIZENA", ncm: "19053100" }),
  );
  const best = product({ code: "P9", barcode: GTIN });
  expect(suggested(item({ barcode: GTIN }), [...alike, best]).map(([code]) => code)).toEqual([
    "P9",
    "P2",
    "P3",
  ]);
});

test.each([
  ["BISCOITO MAIZENA 200G", "biscoito maizena 200g", 100],
  ["Açúcar cristal", "ACUCAR CRISTAL 1KG", 80],
  ["BISCOITO", "WAFER", 0],
  ["", "", 0],
  ["A B C", "A B C", 0],
  ["COLA 2 L", "COLA 2L", 50],
])("the names %p and %p are alike by %p of 100", (a, b, score) => {
  expect(nameScore(a, b)).toBe(score);
  expect(nameScore(b, a)).toBe(score);
});

test.each([
  ["CX12", 12],
  ["CX/12", 12],
  ["FD 6", 6],
  ["PCT10", 10],
  ["cx.24", 24],
  ["CX-6", 6],
  ["C/12", 12],
  ["DZ", 12],
  ["Duzia", 12],
  ["CENTO", 100],
  ["CX", null],
  ["UN", null],
  ["M2", null],
  ["M³", null],
  ["12", null],
  ["CX0", null],
  ["", null],
])("the unit %p says that it holds %p pieces", (unit, pieces) =>
  expect(piecesIn(unit, {})).toBe(pieces),
);

test("no factor is said where nothing says it, nor one beyond what a factor may have", () => {
  const known = [mapped({ product: product({ unit: "KG" }) })];
  expect(suggested(item(), [], known)).toEqual([["P1", 85, "same_code", null]]);
  const odd = item({ quantity_e4: 30_000_001, taxQuantity_e4: 70_000_003 });
  expect(suggested(odd, [], [mapped()])).toEqual([["P1", 85, "same_code", null]]);
  expect(suggested(item({ quantity_e4: 0 }), [], [mapped()])).toEqual([
    ["P1", 85, "same_code", null],
  ]);
});
