import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { sheet, type Table } from "../../src/export/columns.ts";
import { CSV, DIALECTS } from "../../src/export/csv.ts";
import { parseCsv } from "./parse-csv.ts";

const KEY = "35260911222333000181550010000001231000000420";
const check = { seed: 20261123, numRuns: 500 };

/** A text, and how each dialect writes it; one text for both where they agree. */
type Case = readonly [text: string, br: string, rfc4180?: string];
const cases = (table: readonly Case[]) => {
  for (const [text, br, rfc4180 = br] of table) {
    expect([text, CSV.br.text(text)]).toEqual([text, br]);
    expect([text, CSV.rfc4180.text(text)]).toEqual([text, rfc4180]);
  }
};

describe("a text", () => {
  test("that is plain stays as it is", () => {
    cases([
      ["", ""],
      ["Parafuso sextavado 3/8", "Parafuso sextavado 3/8"],
      ["ação 'rápida'", "ação 'rápida'"],
      [" com espaços ", " com espaços "],
    ]);
  });

  test("is quoted where RFC 4180 asks for it, and only there", () => {
    cases([
      ["a;b", '"a;b"', "a;b"],
      ["a,b", "a,b", '"a,b"'],
      ['tubo 3/4"', '"tubo 3/4"""'],
      ["duas\nlinhas", '"duas\nlinhas"'],
      ["duas\r\nlinhas", '"duas\r\nlinhas"'],
      ['"', '""""'],
    ]);
  });

  test("S12: that begins like a formula and is no number gets an apostrophe", () => {
    cases([
      ["=1+1", "'=1+1"],
      ["+1+1", "'+1+1"],
      ["-1+1", "'-1+1"],
      ["@SUM(A1)", "'@SUM(A1)"],
      ["\t=1", "'\t=1"],
      ["\r=1", `"'\r=1"`],
      ["=", "'="],
      ["-", "'-"],
      ["+55 11 99999-0000", "'+55 11 99999-0000"],
      ["--12", "'--12"],
      ["-1E5", "'-1E5"],
      ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
      [`=HYPERLINK("http://x";"y")`, `"'=HYPERLINK(""http://x"";""y"")"`],
      [`=HYPERLINK("http://x","y")`, `"'=HYPERLINK(""http://x"",""y"")"`],
      ["@;x", `"'@;x"`, "'@;x"],
      // Only the first character counts.
      ["1=1", "1=1"],
      ["a@b.c", "a@b.c"],
      ["'=1", "'=1"],
    ]);
  });

  test("that is a number stays one, whatever its sign", () => {
    cases([
      ["-12", "-12"],
      ["+5", "+5"],
      ["-12,5", "-12,5", '"-12,5"'],
      ["-12.5", "-12.5"],
      ["0", "0"],
      ["12345678901", "12345678901"],
    ]);
  });

  test("of digits that a spreadsheet would not give back keeps them", () => {
    const kept = (text: string): Case => [text, `"=""${text}"""`, `"${text}"`];
    cases([
      kept("00123"),
      kept("00"),
      kept("123456789012"),
      kept("7891234567895"),
      kept(KEY),
      kept("-00123"),
      kept("+5511999990000"),
      kept("12E3"),
      kept("1e5"),
      kept("10/12"),
      kept("2026-11-23"),
      kept("12:30"),
      kept("1.234.567"),
      kept("0012.5"),
      kept("1.2345678901234"),
    ]);
    cases([["123456789012,5", '"=""123456789012,5"""', '"123456789012,5"']]);
  });

  test("with letters among its digits needs no help", () => {
    cases([
      [
        "35260911222333000A81550010000001231000000420",
        "35260911222333000A81550010000001231000000420",
      ],
      ["00A12", "00A12"],
      ["123456789012 un", "123456789012 un"],
    ]);
  });
});

test("numbers, instants and days are written as each dialect's readers expect them", () => {
  expect(DIALECTS.map((one) => CSV[one].number("-1234.5678"))).toEqual([
    "-1234,5678",
    "-1234.5678",
  ]);
  expect(DIALECTS.map((one) => CSV[one].number("12"))).toEqual(["12", "12"]);
  expect(DIALECTS.map((one) => CSV[one].instant("2026-11-23T09:15:07", "-03:00"))).toEqual([
    "23/11/2026 09:15:07",
    "2026-11-23T09:15:07-03:00",
  ]);
  expect(DIALECTS.map((one) => CSV[one].day("2027-05-31"))).toEqual(["31/05/2027", "2027-05-31"]);
});

describe("a file", () => {
  /** Texts with what matters in CSV and in spreadsheets much likelier than in nature. */
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom(..."=+-@\t\r\n\",;'01239E./: "),
      fc.constantFrom("ç", "ã", "º", "😀", "\u2028", "\0"),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
    maxLength: 24,
  });
  const table: Table = {
    fields: { a: "a", b: "b", c: "c" },
    columns: [
      { heading: "A", kind: "text", of: "a" },
      { heading: "B;,", kind: "text", of: "b" },
      { heading: "C", kind: "text", of: "c" },
    ],
  };
  const FORMULA = /^[=+\-@\t\r]/;

  for (const dialect of DIALECTS) {
    const { separator, bom } = CSV[dialect];
    const { head, lines } = sheet(table, dialect, "UTC");

    test(`${dialect}: read back by RFC 4180, gives every text that was written`, () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(text, text, text), { maxLength: 5 }), (rows) => {
          const read = parseCsv(head.slice(bom.length) + lines(rows), separator);
          expect(read[0]).toEqual(["A", "B;,", "C"]);
          expect(read.length).toBe(rows.length + 1);
          for (const [i, row] of rows.entries())
            for (const [j, written] of row.entries()) {
              const cell = read[i + 1]?.[j] ?? "";
              const ways = [written, `'${written}`, ...(dialect === "br" ? [`="${written}"`] : [])];
              expect(ways).toContain(cell);
            }
        }),
        check,
      );
    });

    test(`${dialect}: holds no cell that a spreadsheet would run`, () => {
      fc.assert(
        fc.property(text, (value) => {
          const cell = parseCsv(`${CSV[dialect].text(value)}\r\n`, separator)[0]?.[0] ?? "";
          const inert = /^="[\d.,:/Ee+-]+"$/.test(cell) || /^[+-]?\d+([.,]\d+)?$/.test(cell);
          expect(FORMULA.test(cell) && !inert).toBe(false);
        }),
        check,
      );
    });
  }

  test("br begins with the mark by which Excel knows UTF-8, rfc4180 with its first heading", () => {
    const encoder = new TextEncoder();
    const [br, rfc] = DIALECTS.map((one) => encoder.encode(sheet(table, one, "UTC").head));
    expect([...(br ?? [])].slice(0, 4)).toEqual([0xef, 0xbb, 0xbf, 0x41]);
    expect(rfc?.[0]).toBe(0x41);
  });
});
