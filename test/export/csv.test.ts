import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { CSV, DIALECTS } from "../../src/export/csv.ts";
import { sheet, type Table } from "../../src/export/sheet.ts";
import { parseCsv } from "../support/exports/parse-csv.ts";

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

  test("is quoted only where RFC 4180 requires it", () => {
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
      // So that the apostrophe which is taken off again is ours.
      ["'=1", "''=1"],
    ]);
  });

  test("that a spreadsheet would not change stays a number", () => {
    cases([
      ["-12", "-12"],
      ["-12,5", "-12,5", '"-12,5"'],
      ["-12.5", '"=""-12.5"""', "-12.5"],
      ["0,05", "0,05", '"0,05"'],
      ["0", "0"],
      ["12345678901", "12345678901"],
    ]);
  });

  test("with digits that a spreadsheet would change keeps them", () => {
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
      kept("+5"),
      kept("-0"),
      kept("1.500"),
      kept("12,00"),
      kept("1,50"),
    ]);
    cases([
      ["123456789012,5", '"=""123456789012,5"""', '"123456789012,5"'],
      ["1.234", '"=""1.234"""', "1.234"],
      ["1.5", '"=""1.5"""', "1.5"],
    ]);
  });

  test("that looks like a day, an amount, a boolean or an error stays a text", () => {
    const kept = (text: string): Case => [text, `"=""${text}"""`, `"${text}"`];
    cases(
      [
        ...[
          "1/2",
          "3-4",
          "1/2/3",
          "40/50",
          "12:30",
          "1:2:3",
          "2024-05-31T10:00",
          "1 PM",
          "8 p",
          "12:30 am",
        ],
        ...[
          "SET-10",
          "SET 10",
          "set10",
          "12MAR",
          "15-mai",
          "15 de maio de 2024",
          "Mai.24",
          "5/ago",
          "março 2024",
        ],
        ...[
          "5%",
          "R$ 5",
          "R$5,00",
          "$5",
          "(5)",
          "(12,5)",
          "5-",
          "12 -",
          "1 1/2",
          "1 E5",
          "2,5E3",
          " 0012",
          "5 ",
        ],
        ...[
          "TRUE",
          "false",
          "Verdadeiro",
          "FALSO",
          "#N/D",
          "#VALOR!",
          "5.",
          ",5",
          "1.000,50",
          "1,000.50",
          "\u00a05",
        ],
      ].map(kept),
    );
  });

  test("that only begins like a number, a month or a boolean is not changed", () => {
    cases(
      [
        ...["3 em 1", "1/2 polegada", "12 un", "10x20", "E5", "3E", "A-1", "0x1F", "12h30", "5 m"],
        ...[
          "MARTELO",
          "MAR",
          "SETE",
          "SET INOX",
          "OUTRO 5",
          "MARCA 10 X",
          "AGO INOX 12 X",
          "FALSO TETO",
          "TRUE 5",
          "#12 - ARAME",
        ],
      ].map((text): Case => [text, text]),
    );
  });

  test("S12: that begins like a formula in full width or after invisible characters gets an apostrophe", () => {
    const unseen = [
      "\u200b",
      "\u200e",
      "\u200f",
      "\ufeff",
      "\u2060",
      "\u00ad",
      "\u034f",
      "\u3164",
      "\ufe0f",
      "\u00a0",
      " ",
      "\u3000",
      "\0",
      "\u2028",
      "\u{e0001}",
    ];
    const starts = [..."=+-@\uff1d\uff0b\uff0d\uff20\u2212\ufe66\ufe62\ufe63\ufe6b"];
    for (const start of starts)
      for (const before of ["", ...unseen, "\u200b\u200b \u2060"])
        for (const dialect of DIALECTS)
          expect([before, start, CSV[dialect].text(`${before}${start}A1`)]).toEqual([
            before,
            start,
            `'${before}${start}A1`,
          ]);
  });

  test("S12: with any invisible Unicode character before a formula gets an apostrophe", () => {
    const invisible = /^[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]$/u;
    const unseen = Array.from({ length: 0x10000 }, (_, code) => String.fromCodePoint(code)).filter(
      (one) => invisible.test(one),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...unseen), { maxLength: 3 }),
        fc.constantFrom(..."=+-@\uff1d\uff0b\uff0d\uff20"),
        fc.constantFrom(...DIALECTS),
        (before, start, dialect) => {
          const written = `${before.join("")}${start}A1`;
          const line = `${CSV[dialect].text(written)}\r\n`;
          expect(parseCsv(line, CSV[dialect].separator)[0]?.[0]).toBe(`'${written}`);
        },
      ),
      check,
    );
  });

  test("with letters among its digits is not changed", () => {
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

test("numbers, instants and days have the format of their dialect", () => {
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
      fc.constantFrom(..."=+-@\t\r\n\",;'01239E./: ()$%", "set", "mai", "TRUE", "\uff1d", "\u200b"),
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

    test(`${dialect}: has every text when it is read back by RFC 4180`, () => {
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

    test(`${dialect}: has no cell that a spreadsheet would run`, () => {
      fc.assert(
        fc.property(text, (value) => {
          const cell = parseCsv(`${CSV[dialect].text(value)}\r\n`, separator)[0]?.[0] ?? "";
          const inert = /^="[^"]*"$/.test(cell) || /^[+-]?\d+([.,]\d+)?$/.test(cell);
          expect(FORMULA.test(cell) && !inert).toBe(false);
        }),
        check,
      );
    });
  }

  test("begins with a BOM in br and with its first heading in rfc4180", () => {
    const encoder = new TextEncoder();
    const [br, rfc] = DIALECTS.map((one) => encoder.encode(sheet(table, one, "UTC").head));
    expect([...(br ?? [])].slice(0, 4)).toEqual([0xef, 0xbb, 0xbf, 0x41]);
    expect(rfc?.[0]).toBe(0x41);
  });
});
