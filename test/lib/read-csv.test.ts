import { expect, test } from "bun:test";
import fc from "fast-check";
import { readCsv } from "../../src/lib/read-csv.ts";

const cellsOf = (text: string, separator: "," | ";" = ",") => {
  const read = readCsv(text, separator, 100);
  return read.ok ? read.value.map(({ line, cells }) => [line, ...cells]) : read.error;
};

test("readCsv takes quoted cells, doubled quotes, line ends of three kinds and empty cells", () => {
  expect(cellsOf('a,"b ""x"", c",\r\n"d\r\ne",,\n\n\r\nf,g,h\ri,j,k')).toEqual([
    [1, "a", 'b "x", c', ""],
    [2, "d\r\ne", "", ""],
    [6, "f", "g", "h"],
    [7, "i", "j", "k"],
  ]);
  expect(cellsOf("a;b,c\n;\n", ";")).toEqual([
    [1, "a", "b,c"],
    [2, "", ""],
  ]);
  expect(cellsOf("")).toEqual([]);
});

test("readCsv names the line and the cell of a quote that is out of place", () => {
  for (const [text, why, line, cell] of [
    ['a\nb,c"d', "quote_in_text", 2, 2],
    ['"a" ,b', "text_after_quote", 1, 1],
    ['a,"b\nc,"d', "text_after_quote", 1, 2],
    ['a\n"b""', "quote_not_closed", 2, 1],
    ['"', "quote_not_closed", 1, 1],
  ] as const)
    expect([text, cellsOf(text)]).toEqual([text, { why, line, cell }]);
});

test("readCsv gives back any table that is written as RFC 4180 has it", () => {
  const cell = fc.string({ unit: fc.constantFrom(...'ab,;"\n\r é'), maxLength: 6 });
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width })));
  fc.assert(
    fc.property(table, fc.constantFrom(",", ";"), (rows, separator) => {
      const text = rows
        .map((row) => `${row.map((of) => `"${of.replaceAll('"', '""')}"`).join(separator)}\r\n`)
        .join("");
      const read = readCsv(text, separator, 100);
      expect(read.ok && read.value.map(({ cells }) => cells)).toEqual(rows);
    }),
    { seed: 20261128, numRuns: 500 },
  );
});

test("readCsv reads a cell of a million quotes in one pass, and no more records than asked for", () => {
  const many = readCsv(`"${'""'.repeat(1_000_000)}"\n${"a\n".repeat(10)}`, ",", 3);
  expect(many.ok && many.value.map(({ cells }) => cells[0]?.length)).toEqual([1_000_000, 1, 1]);
});
