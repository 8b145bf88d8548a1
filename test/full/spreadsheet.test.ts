import { describe, expect, test } from "bun:test";
import type { Cell } from "../../src/export/sheet.ts";
import { MOVEMENTS } from "../../src/export/sheets/movements.ts";
import { type Opened, openedSheet } from "../support/exports/libre-office.ts";
import { FULL } from "../support/full.ts";

/**
 * Both dialects opened by a real spreadsheet: LibreOffice, with the choices that its import dialog offers a person.
 * Only with FULL=1 (`bun run check:full`), for it takes seconds and needs `soffice`; then its absence is a failure.
 * Excel cannot be run here: what is asked of it is that ="0012" is a text, which it has been since Excel 97.
 */

const KEY = "35260911222333000181550010000001231000000420";
const LETTERS = "35260911222333000A81550010000001231000000420";
const GTIN = "7891234567895";
const ROWS: Record<string, Cell>[] = [
  {
    at: Date.UTC(2026, 10, 23, 17, 5, 9),
    product: "00123",
    name: 'Parafuso 3/8"; zincado, ação',
    type: "ENTRADA",
    quantity: 12_345_678,
    origin: "NFE",
    reference: KEY,
    user: "Maria",
    notes: "=1+1",
    unit: "UN",
    cost: 123_456_789,
    lot: GTIN,
    expires: "2027-05-31",
    fromNote: 1,
    item: 3,
    id: 42,
  },
  {
    at: Date.UTC(2026, 10, 23, 2, 59, 59),
    product: "12E3",
    name: "duas\nlinhas",
    type: "SAIDA",
    quantity: 5_001,
    origin: "VENDA",
    reference: LETTERS,
    notes: "10/12",
    unit: "L",
    lot: "0",
    fromNote: 0,
    id: 41,
  },
];

/** Codes that a spreadsheet would make a number, a day, an amount or a truth value of, and some that it leaves alone. */
const CODES = [
  ...[
    "1.500",
    "1,50",
    "12,00",
    "1.234",
    "1.5",
    "+5",
    "-0",
    "0012",
    "12E3",
    "1,5E3",
    "1.000,50",
    "12",
    "A-12",
    "3 em 1",
  ],
  ...[
    "1/2",
    "3-4",
    "2024-05-31",
    "12:30",
    "1 PM",
    "SET-10",
    "MAR 12",
    "mai/24",
    "Março 2024",
    "5/ago",
    "12MAR",
    "may 5",
  ],
  ...[
    "5%",
    "R$ 5",
    "R$5,00",
    "$5",
    "(5)",
    "5-",
    "1 1/2",
    "1 E5",
    ",5",
    "5,",
    ".5",
    "5.",
    "0,0",
    "0.0",
    "0,10",
  ],
  ...[
    "TRUE",
    "false",
    "Verdadeiro",
    "FALSO",
    "#N/D",
    "MARTELO",
    "SET INOX",
    "123456789012",
    "12345678901",
  ],
];

if (FULL)
  describe("LibreOffice", () => {
    for (const dialect of ["br", "rfc4180"] as const)
      test(`opens ${dialect} with every column in its place, keys and codes whole, numbers as numbers`, async () => {
        const [entry = {}, exit = {}] = await openedSheet(MOVEMENTS, dialect, ROWS);
        expect(Object.keys(entry)).toEqual(MOVEMENTS.columns.map(({ heading }) => heading));
        const texts = (row: Record<string, Opened>, ...names: string[]) =>
          names.map((name) => [row[name]?.type, row[name]?.shown]);
        expect(
          texts(
            entry,
            "Produto (Código)",
            "Produto (Nome)",
            "Referência",
            "Chave de Acesso",
            "Lote",
            "Observações",
          ),
        ).toEqual([
          ["string", "00123"],
          ["string", 'Parafuso 3/8"; zincado, ação'],
          ["string", KEY],
          ["string", KEY],
          ["string", GTIN],
          ["string", "'=1+1"],
        ]);
        expect(
          texts(
            exit,
            "Produto (Código)",
            "Produto (Nome)",
            "Referência",
            "Chave de Acesso",
            "Observações",
          ),
        ).toEqual([
          ["string", "12E3"],
          ["string", "duas\nlinhas"],
          ["string", LETTERS],
          ["", ""],
          ["string", "10/12"],
        ]);
        const numbers = (row: Record<string, Opened>, ...names: string[]) =>
          names.map((name) => [row[name]?.type, row[name]?.value]);
        expect(
          numbers(entry, "Quantidade", "Custo Unitário", "Custo Total", "Item da Nota", "ID"),
        ).toEqual([
          ["float", "1234.5678"],
          ["float", "1000.0000729"],
          ["float", "1234567.89"],
          ["float", "3"],
          ["float", "42"],
        ]);
        expect(numbers(exit, "Quantidade", "Custo Total", "Lote")).toEqual([
          ["float", "0.5001"],
          ["", ""],
          ["float", "0"],
        ]);
        expect(numbers(entry, "Validade")).toEqual([["date", "2027-05-31"]]);
        // ISO 8601 with an offset is a text to LibreOffice; machines read it.
        expect([entry.Data?.type, entry.Data?.value]).toEqual(
          dialect === "br"
            ? ["date", "2026-11-23T14:05:09"]
            : ["string", "2026-11-23T14:05:09-03:00"],
        );
      }, 60_000);

    for (const dialect of ["br", "rfc4180"] as const)
      for (const special of [true, false])
        test(`opens ${dialect} with every code as it is written, ${special ? "with" : "without"} special numbers`, async () => {
          const rows = await openedSheet(
            MOVEMENTS,
            dialect,
            CODES.map((product) => ({
              at: 0,
              product,
              name: "x",
              type: "ENTRADA",
              fromNote: 0,
              id: 1,
            })),
            special,
          );
          const shown = rows.map((row) => {
            const { type, shown, value } = row["Produto (Código)"] ?? {};
            return type === "float" ? value?.replace(".", dialect === "br" ? "," : ".") : shown;
          });
          expect(shown).toEqual(CODES);
        }, 60_000);
  });
