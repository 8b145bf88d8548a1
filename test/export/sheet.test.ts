import { describe, expect, test } from "bun:test";
import type { Dialect } from "../../src/export/csv.ts";
import { type Cell, type Kind, sheet, type Table } from "../../src/export/sheet.ts";
import { MOVEMENTS } from "../../src/export/sheets/movements.ts";
import { STOCK } from "../../src/export/sheets/stock.ts";

const ZONE = "America/Sao_Paulo";
const KEY = "35260911222333000181550010000001231000000420";

/** Rows by the names of their fields; what is not named is NULL. */
const lines = (table: Table, dialect: Dialect, rows: Record<string, Cell>[], zone = ZONE) =>
  sheet(table, dialect, zone).lines(
    rows.map((row) => Object.keys(table.fields).map((name) => row[name] ?? null)),
  );

const ENTRY = {
  at: Date.UTC(2026, 10, 23, 17, 5, 9),
  product: "00123",
  name: "Parafuso; zincado",
  type: "ENTRADA",
  quantity: 125_000,
  origin: "NFE",
  reference: KEY,
  user: "Maria",
  unit: "UN",
  cost: 1_000,
  lot: "L-7",
  expires: "2027-05-31",
  fromNote: 1,
  item: 3,
  id: 42,
};
const EXIT = {
  at: Date.UTC(2026, 10, 23, 2, 59, 59),
  product: "P-1",
  name: "Tinta",
  type: "SAIDA",
  quantity: 5_001,
  origin: "VENDA",
  reference: "=1+1",
  notes: 'disse "já"\nsaiu',
  unit: "L",
  fromNote: 0,
  item: 0,
  id: 41,
};

describe("movements", () => {
  test("have the columns of S.G.E. first, in its order, and new ones after", () => {
    const old =
      "Data;Produto (Código);Produto (Nome);Tipo;Quantidade;Origem;Referência;Usuário;Observações";
    const more = "Unidade;Custo Unitário;Custo Total;Lote;Validade;Chave de Acesso;Item da Nota;ID";
    expect(sheet(MOVEMENTS, "br", ZONE).head).toBe(`\uFEFF${old};${more}\r\n`);
    expect(sheet(MOVEMENTS, "rfc4180", ZONE).head).toBe(
      `${`${old};${more}`.replaceAll(";", ",")}\r\n`,
    );
  });

  test("are written for Excel in Brazil", () => {
    expect(lines(MOVEMENTS, "br", [ENTRY, EXIT]).split("\r\n")).toEqual([
      `23/11/2026 14:05:09;"=""00123""";"Parafuso; zincado";ENTRADA;12,5;NFE;"=""${KEY}""";Maria;;UN;0,80;10,00;L-7;31/05/2027;"=""${KEY}""";3;42`,
      `22/11/2026 23:59:59;P-1;Tinta;SAIDA;0,5001;VENDA;'=1+1;;"disse ""já""\nsaiu";L;;;;;;;41`,
      "",
    ]);
  });

  test("are written for machines", () => {
    expect(lines(MOVEMENTS, "rfc4180", [ENTRY, EXIT]).split("\r\n")).toEqual([
      `2026-11-23T14:05:09-03:00,"00123",Parafuso; zincado,ENTRADA,12.5,NFE,"${KEY}",Maria,,UN,0.80,10.00,L-7,2027-05-31,"${KEY}",3,42`,
      `2026-11-22T23:59:59-03:00,P-1,Tinta,SAIDA,0.5001,VENDA,'=1+1,,"disse ""já""\nsaiu",L,,,,,,,41`,
      "",
    ]);
  });
});

test("the stock has the columns of S.G.E. first, in its order, and new ones after", () => {
  const old =
    "Código;Nome;Quantidade;Unidade;Estoque Mínimo;Estoque Máximo;Categoria;Preço de Custo;Preço de Venda;Localização;Status";
  expect(sheet(STOCK, "br", ZONE).head).toBe(`\uFEFF${old};Código de Barras;NCM;Descrição\r\n`);
  const row = {
    code: "P-1",
    name: "Tinta",
    quantity: -25_000,
    unit: "L",
    min: 0,
    category: "Sem Categoria",
    cost: 1_000,
    costQuantity: 30_000,
    price: 123_456,
    location: "A 1",
    status: "Esgotado",
    barcode: "7891234567895",
    ncm: "32091010",
  };
  expect(lines(STOCK, "br", [row])).toBe(
    `P-1;Tinta;-2,5;L;0;;Sem Categoria;3,3333333333;1234,56;A 1;Esgotado;"=""7891234567895""";32091010;\r\n`,
  );
});

describe("a cell", () => {
  const table: Table = {
    fields: { n: "n", q: "q" },
    columns: [
      { heading: "Q", kind: "quantity", of: "n" },
      { heading: "M", kind: "money", of: "n" },
      { heading: "C", kind: "count", of: "n" },
      { heading: "U", kind: "unit", of: "n", by: "q" },
    ],
  };
  const written = (n: Cell, q: Cell) => lines(table, "rfc4180", [{ n, q }]).trimEnd();

  test("has every digit of its integer, up to the largest", () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(written(most, 10_000)).toBe(
      "900719925474.0991,90071992547409.91,9007199254740991,90071992547409.91",
    );
    expect(written(-most, 1)).toBe(
      "-900719925474.0991,-90071992547409.91,-9007199254740991,-900719925474099100.00",
    );
    expect(written(-1, 30_000)).toBe("-0.0001,-0.01,-1,-0.0033333333");
    expect(written(0, 10_000)).toBe("0,0.00,0,0.00");
  });

  test("is empty where the value or its divisor is unknown", () => {
    expect(written(null, null)).toBe(",,,");
    expect(written(100, 0)).toBe("0.01,1.00,100,");
    expect(written(100, null)).toBe("0.01,1.00,100,");
  });

  test("beyond 2⁵³ breaks the file", () => {
    expect(() => written(2 ** 53, 1)).toThrow(RangeError);
    expect(() => written(1, 0.5)).toThrow(RangeError);
  });

  test("is written again when its value or its divisor changes", () => {
    expect(
      lines(table, "rfc4180", [
        { n: 100, q: 10_000 },
        { n: 100, q: 20_000 },
        { n: null, q: 20_000 },
      ]),
    ).toBe("0.01,1.00,100,1.00\r\n0.01,1.00,100,0.50\r\n,,,\r\n");
  });
});

describe("a cell of a note", () => {
  const cell = (kind: Kind, n: Cell, q: Cell = 1) => {
    const column = { heading: "X", kind, of: "n" } as const;
    const table: Table = {
      fields: { n: "n", q: "q" },
      columns: [kind === "ratio" ? { ...column, by: "q" } : column],
    };
    return (["br", "rfc4180"] as const).map((dialect) =>
      lines(table, dialect, [{ n, q }]).trimEnd(),
    );
  };

  test("has a ratio with up to ten places, half-up", () => {
    expect(cell("ratio", 120_000, 10_000)).toEqual(["12", "12"]);
    expect(cell("ratio", 1, 12)).toEqual(["0,0833333333", "0.0833333333"]);
    expect(cell("ratio", 2, 3)).toEqual(["0,6666666667", "0.6666666667"]);
    for (const [n, q] of [
      [1, 0],
      [1, null],
      [null, 1],
    ] as const)
      expect(cell("ratio", n, q)).toEqual(["", ""]);
  });

  test("has a price with every digit of the XML, and as a text what is no plain decimal", () => {
    expect(cell("decimal", "189.9000000000")).toEqual(["189,9000000000", "189.9000000000"]);
    expect(cell("decimal", "=1+1")).toEqual(["'=1+1", "'=1+1"]);
  });

  test("has the issue as the company's local time, and as a day where the note has no time", () => {
    expect(cell("issue", Date.UTC(2026, 10, 23, 2))).toEqual([
      "22/11/2026 23:00:00",
      "2026-11-22T23:00:00-03:00",
    ]);
    expect(cell("issue", "2012-03-01")).toEqual(["01/03/2012", "2012-03-01"]);
  });

  test("has lots with quantity and expiry, and no lot as a formula", () => {
    const lot = { lot: "L1", quantity_e4: 25_000, made_on: null, expires_on: "2027-01-31" };
    expect(cell("lots", JSON.stringify([lot, { ...lot, lot: "M", expires_on: null }]))).toEqual([
      '"L1: 2,5 (31/01/2027); M: 2,5"',
      "L1: 2.5 (2027-01-31); M: 2.5",
    ]);
    expect(cell("lots", JSON.stringify([{ ...lot, lot: "=A1", expires_on: null }]))).toEqual([
      "'=A1: 2,5",
      "'=A1: 2.5",
    ]);
    expect(cell("lots", "[]")).toEqual(["", ""]);
  });
});

describe("an instant", () => {
  const table: Table = {
    fields: { at: "at" },
    columns: [{ heading: "At", kind: "instant", of: "at" }],
  };
  const shown = (zone: string, ...instants: string[]) =>
    lines(
      table,
      "rfc4180",
      instants.map((at) => ({ at: Date.parse(at) })),
      zone,
    )
      .trimEnd()
      .split("\r\n");

  test("is the local time of the company, also after its clocks change", () => {
    expect(
      shown(ZONE, "2019-02-17T01:59:59Z", "2019-02-17T02:00:00Z", "2018-11-04T03:00:00Z"),
    ).toEqual([
      "2019-02-16T23:59:59-02:00",
      "2019-02-16T23:00:00-03:00",
      "2018-11-04T01:00:00-02:00",
    ]);
    expect(shown("Asia/Kathmandu", "2026-01-01T00:00:00Z")).toEqual(["2026-01-01T05:45:00+05:45"]);
    expect(shown("UTC", "2026-01-01T00:00:00.999Z")).toEqual(["2026-01-01T00:00:00+00:00"]);
  });
});
