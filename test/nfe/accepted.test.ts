import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { acceptorOf } from "../../src/nfe/layout/accepted.ts";
import { noteShape } from "../../src/nfe/layout/extract.ts";
import { F } from "../../src/nfe/layout/fields.ts";
import { ItemShape, LotShape, NoteShape } from "../../src/nfe/layout/shape.ts";
import { parseXml } from "../../src/nfe/xml/scan.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { FULL } from "../support/full.ts";

/** Texts that some field accepts and others do not, and what is no text at all. */
const value = fc.oneof(
  fc.constantFrom("", "0", "1", "7", "55", "65", "12.50", "1.2345", "-1", "1e3", " ", "5102"),
  fc.constantFrom("2026-11-23", "2026-02-30", "2026-11-23T10:00:00-03:00", "13.45", "é", "😀"),
  fc.string({ unit: "grapheme", maxLength: 130 }),
  fc.constantFrom(undefined, null, 1, true, [], {}),
);

const { text, any, ...fields } = F;
test.each(Object.entries({ ...fields, text60: text(60), any9: any(9) }))(
  "the short check of the field %s says what its schema says",
  (_, field) => {
    const accepts = acceptorOf(LotShape.pick({ nLote: true }).extend({ field }));
    fc.assert(
      fc.property(value, (text) => {
        expect(accepts({ nLote: "A1", field: text })).toBe(field.safeParse(text).success);
      }),
      { seed: 20261129, numRuns: FULL ? 5_000 : 200 },
    );
  },
);

const lot = { nLote: "A1", qLote: "2.0000", dFab: undefined, dVal: "2027-01-31" };
const note = shapeOf(syntheticNote({ seed: 7, items: 2 }).xml);
const item = { ...note.det[0], "prod/rastro": [lot] };

test.each([
  ["a lot", LotShape, lot],
  ["an item", ItemShape, item],
  ["a note", NoteShape, note],
])(
  "the short check of %s says what its schema says, whatever stands in one of its fields",
  (_, schema, right) => {
    const accepts = acceptorOf(schema);
    expect([accepts(right), schema.safeParse(right).success]).toEqual([true, true]);
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(schema.shape)), value, (key, wrong) => {
        const changed = { ...right, [key]: wrong };
        expect(accepts(changed)).toBe(schema.safeParse(changed).success);
      }),
      { seed: 20261129, numRuns: FULL ? 20_000 : 500 },
    );
  },
);

test("the short check looks into each item of a note and each lot of an item", () => {
  const accepts = acceptorOf(NoteShape);
  const withItem = (changed: object) => ({ ...note, det: [item, { ...item, ...changed }] });
  expect(accepts(withItem({}))).toBe(true);
  expect(accepts(withItem({ "prod/CFOP": "9102" }))).toBe(false);
  expect(accepts(withItem({ "prod/rastro": [lot, { ...lot, dVal: "2027-02-30" }] }))).toBe(false);
});

test.each([
  ["null", null],
  ["undefined", undefined],
  ["a text", "1"],
  ["a number", 1],
  ["true", true],
  ["an empty list", []],
  ["a list of a lot", [lot]],
])(
  "%s in the place of an item or a lot is not accepted, whatever the fields may be",
  (_, wrong) => {
    const rows = z.object({ rows: z.array(z.object({ any: F.any(9).optional() })) });
    expect(acceptorOf(rows)({ rows: [{}, wrong] })).toBe(false);
    expect(acceptorOf(LotShape.partial())(wrong)).toBe(false);
  },
);

const never = () => false;
test.each([
  ["of a list", z.object({ rows: z.array(LotShape).max(1) })],
  ["of an object", LotShape.refine(never)],
  ["of an object in a list", z.object({ rows: z.array(LotShape.refine(never)) })],
  ["of an object that refuses other keys", z.strictObject(LotShape.shape)],
  ["of a field that may be absent", z.object({ field: F.day.optional().refine(never) })],
  ["added to a field", z.object({ field: F.day.refine(never) })],
  ["of a boolean", z.object({ service: z.boolean().refine(never) })],
  ["added to a custom", z.object({ taxes: z.custom().refine(never) })],
])("a check %s makes no short check: it would be left out", (_, schema) => {
  expect(() => acceptorOf(schema)).toThrow(TypeError);
});

test("the short check asks what a custom asks", () => {
  const schema = z.object({ taxes: z.custom((value) => value === "ICMS") });
  expect(acceptorOf(schema)({ taxes: "ICMS" })).toBe(true);
  expect(acceptorOf(schema)({ taxes: "ISS" })).toBe(false);
});

function shapeOf(xml: string) {
  const parsed = parseXml(xml);
  const infNFe = parsed.ok ? parsed.value.children[0]?.children[0] : undefined;
  if (infNFe?.name !== "infNFe") throw new Error("the synthetic note has another form");
  return noteShape(infNFe, "", { unknown: [], errors: [] });
}
