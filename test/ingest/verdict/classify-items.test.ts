import { describe, expect, test } from "bun:test";
import { cfopOf, knownCfops } from "../../../src/ingest/verdict/cfop.ts";
import { CFOP_GROUPS } from "../../../src/ingest/verdict/cfop-table.ts";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import { company, item, itemsOf, note } from "../../support/notes/note-values.ts";

const rulesOf = (verdict: ReturnType<typeof classify>) => verdict.rules.map(({ rule }) => rule);

describe("the table of operation codes", () => {
  test("the table has every code once", () => {
    expect(new Set(knownCfops).size).toBe(knownCfops.length);
    expect(knownCfops.length).toBe(
      CFOP_GROUPS.flatMap(({ codes }) =>
        Object.entries(codes).map(([digits, list]) => digits.length * list.split(" ").length),
      ).reduce((a, b) => a + b, 0),
    );
    for (const code of knownCfops) expect(code).toMatch(/^[123567][1-9]\d\d$/);
    expect(new Set(CFOP_GROUPS.map(({ group }) => group)).size).toBe(CFOP_GROUPS.length);
  });

  test("the table has the known effects of common codes", () => {
    const say = (...codes: string[]) => codes.map((code) => cfopOf(code).issuer);
    expect(say("5101", "6102", "5405", "5202", "5411", "5152", "5910", "5911", "5116")).toEqual(
      Array(9).fill("goods"),
    );
    expect(say("5922", "6922", "5929", "5933", "5353", "5206", "5907", "5601", "5252")).toEqual(
      Array(9).fill("none"),
    );
    expect(say("5949", "5901", "5902", "5908", "5915", "5917", "5551", "5556", "5118")).toEqual(
      Array(9).fill("ask"),
    );
  });

  test("the same operation under tax substitution has the same effect", () => {
    for (const [plain, substituted] of [
      ["1551", "1406"],
      ["1556", "1407"],
      ["5553", "5412"],
      ["5102", "5403"],
      ["5202", "5411"],
    ] as const)
      expect(cfopOf(substituted).issuer).toBe(cfopOf(plain).issuer);
  });

  test("a code in no list asks, whatever its digits are", () => {
    for (const code of ["5999", "7107", "1107", "5000", "6405"])
      expect(cfopOf(code)).toMatchObject({ issuer: "ask", recipient: "ask", group: null });
  });
});

describe("the effect of an item", () => {
  test("each item is judged by itself", () => {
    const verdict = classify(note({ items: itemsOf("5102", "5922", "5949", "6102") }), company());
    expect(verdict.effects).toEqual(["entry", "none", "ask", "entry"]);
    expect(verdict.rules.slice(1, 5)).toEqual([
      expect.objectContaining({ rule: "cfop.goods", items: [1] }),
      expect.objectContaining({ rule: "cfop.none", items: [2] }),
      expect.objectContaining({ rule: "cfop.ask", items: [3] }),
      expect.objectContaining({ rule: "cfop.goods", items: [4] }),
    ]);
  });

  test("items with the same rule and params share one sentence", () => {
    const verdict = classify(note({ items: itemsOf("5102", "5102", "5102") }), company());
    expect(verdict.rules).toHaveLength(2);
    expect(verdict.rules[1]).toMatchObject({ rule: "cfop.goods", items: [1, 2, 3] });
  });

  test("a service line moves nothing, whatever its code is (item.service)", () => {
    const verdict = classify(note({ items: [item(1), item(2, { service: true })] }), company());
    expect(verdict.effects).toEqual(["entry", "none"]);
    expect(verdict.holds).toEqual([]);
    expect(rulesOf(verdict)).toContain("item.service");
  });

  test("an item without quantity moves nothing (item.no_quantity)", () => {
    const nothing = item(1, { qCom: { text: "0.0000", e4: 0 } });
    const verdict = classify(note({ items: [nothing] }), company());
    expect(verdict.effects).toEqual(["none"]);
    expect(verdict.holds.map(({ code }) => code)).toEqual(["no_goods"]);
    expect(rulesOf(verdict)).toContain("item.no_quantity");
  });

  test("a gift and a line outside the total are goods all the same", () => {
    const verdict = classify(
      note({ items: [item(1, { CFOP: "5910" }), item(2, { indTot: "0" })] }),
      company(),
    );
    expect(verdict.effects).toEqual(["entry", "entry"]);
  });

  test("a code that contradicts tpNF asks with the finding cfop_direction", () => {
    const wrongWay = classify(note({ items: itemsOf("5102", "1102") }), company());
    expect(wrongWay.effects).toEqual(["entry", "ask"]);
    expect(rulesOf(wrongWay)).toContain("cfop.direction");
    expect(wrongWay.findings).toEqual([
      expect.objectContaining({ code: "cfop_direction", path: "//infNFe/det[@nItem='2']" }),
    ]);
    const entryNote = classify(note({ ide: { tpNF: "0" }, items: itemsOf("5102") }), company());
    expect(entryNote.effects).toEqual(["ask"]);
  });

  test("an unknown code asks (cfop.unknown)", () => {
    const verdict = classify(note({ items: itemsOf("5999") }), company());
    expect(verdict.effects).toEqual(["ask"]);
    expect(rulesOf(verdict)).toContain("cfop.unknown");
  });

  test("a note is without goods only when every item is (no_goods)", () => {
    const codes = (...cfops: string[]) =>
      classify(note({ items: itemsOf(...cfops) }), company()).holds.map(({ code }) => code);
    expect(codes("5922", "5933")).toEqual(["no_goods"]);
    expect(codes("5922", "5102")).toEqual([]);
    expect(codes("5922", "5949")).toEqual(["unknown_operation"]);
  });
});
