import { describe, expect, test } from "bun:test";
import { COMPLETENESS } from "../../src/export/files/completeness.ts";
import type { Cell, Table } from "../../src/export/sheet.ts";
import { INVENTORY } from "../../src/export/sheets/inventory.ts";
import { LOTS } from "../../src/export/sheets/lots.ts";
import { NFE_ITEMS } from "../../src/export/sheets/nfe-items.ts";
import { NFES } from "../../src/export/sheets/nfes.ts";
import { STOCK } from "../../src/export/sheets/stock.ts";
import { SUPPLIER_ITEMS } from "../../src/export/sheets/supplier-items.ts";
import { openedSheet } from "../support/exports/libre-office.ts";
import { FULL } from "../support/full.ts";

/** As spreadsheet.test.ts, for every other table: a row here, and what LibreOffice must make of it. */

const KEY = "35260911222333000181550010000001231000000420";
const CNPJ = "11222333000181";

interface OpenedTable {
  readonly name: string;
  readonly table: Table;
  readonly row: Readonly<Record<string, Cell>>;
  /** By heading: what a text cell shows, letter by letter. */
  readonly texts: Readonly<Record<string, string>>;
  /** By heading: what a number is worth, as the program holds it. */
  readonly numbers: Readonly<Record<string, string>>;
  /** By heading: a moment, which only the dialect br shows as a date. */
  readonly dates?: Readonly<Record<string, string>>;
}

const TABLES: readonly OpenedTable[] = [
  {
    name: "the lots",
    table: LOTS,
    row: {
      product: "00123",
      name: "=1+1",
      lot: "0007",
      expiresOn: "2026-12-31",
      daysLeft: -3,
      quantity: 25_000,
      unit: "UN",
      value: "1234.50",
      firstEntry: Date.parse("2026-11-23T17:15:00Z"),
    },
    texts: { "Produto (Código)": "00123", "Produto (Nome)": "'=1+1", Lote: "0007" },
    numbers: { "Dias até Vencer": "-3", Quantidade: "2.5", Valor: "1234.5" },
  },
  {
    name: "the mapping",
    table: SUPPLIER_ITEMS,
    row: {
      supplier: CNPJ,
      code: "00123",
      unit: "CX12",
      product: "=1+1",
      factor: 10_000,
      divisor: 12,
      spelling: "Cx12",
      name: "duas\nlinhas",
      productUnit: "UN",
    },
    texts: {
      "CNPJ/CPF do Fornecedor": CNPJ,
      "Código do Fornecedor": "00123",
      Unidade: "CX12",
      "Produto (Código)": "'=1+1",
      Fator: "1/12",
      "Unidade como Escrita": "Cx12",
    },
    numbers: {},
  },
  {
    name: "the mapping with a decimal factor",
    table: SUPPLIER_ITEMS,
    row: {
      supplier: "52998224725",
      code: "1",
      unit: "UN",
      product: "2",
      factor: 25_000,
      divisor: 1,
    },
    texts: {},
    numbers: { Fator: "2.5", "CNPJ/CPF do Fornecedor": "52998224725" },
  },
  {
    name: "the stock",
    table: STOCK,
    row: {
      code: "00123",
      name: "=1+1",
      quantity: -15_000,
      unit: "CX12",
      min: 0,
      max: null,
      category: "Sem Categoria",
      cost: 123_456,
      costQuantity: 30_000,
      price: 1_990,
      location: "A-12",
      status: "Esgotado",
      barcode: "7891234567895",
      ncm: "09012100",
      description: "duas\nlinhas",
    },
    texts: {
      Código: "00123",
      Nome: "'=1+1",
      Localização: "A-12",
      "Código de Barras": "7891234567895",
      NCM: "09012100",
      Descrição: "duas\nlinhas",
    },
    numbers: { Quantidade: "-1.5", "Preço de Custo": "411.52", "Preço de Venda": "19.9" },
  },
  {
    name: "notes",
    table: NFES,
    row: {
      key: KEY,
      number: "000123",
      series: "1",
      model: "55",
      supplier: CNPJ,
      supplierName: "@Comércio; Ltda",
      issued: Date.UTC(2026, 10, 23, 17, 5, 9),
      value: 123_456_789,
      status: "PENDENTE",
      direction: "ENTRADA",
      holds: "no_protocol unknown_operation",
      received: Date.UTC(2026, 10, 24, 3, 0, 0),
      processed: null,
      items: 2,
      total: 10_000,
      landed: 11_005,
    },
    texts: {
      "Chave de Acesso": KEY,
      Número: "000123",
      "CNPJ/CPF do Emitente": CNPJ,
      "Nome do Emitente": "'@Comércio; Ltda",
      Situação: "PENDENTE",
      Pendências: "no_protocol unknown_operation",
      "Lançada em": "",
    },
    numbers: { "Valor Total": "1234567.89", Itens: "2", "Custo dos Itens": "110.05" },
    dates: { Emissão: "2026-11-23T14:05:09", "Recebida em": "2026-11-24" },
  },
  {
    name: "items of notes",
    table: NFE_ITEMS,
    row: {
      key: KEY,
      nItem: 3,
      code: "007",
      name: "CAFÉ; MOÍDO",
      ncm: "09012100",
      cfop: "5102",
      unit: "CX",
      quantity: 35_000,
      price: "2.0000000001",
      total: 700,
      effect: "ENTRADA",
      product: "1/2",
      factor: 120_000,
      factorBy: 10_000,
      landed: 705,
      lots: JSON.stringify([
        { lot: "L1", quantity_e4: 20_000, made_on: null, expires_on: "2027-01-31" },
        { lot: "02", quantity_e4: 15_000, made_on: null, expires_on: null },
      ]),
    },
    texts: {
      "Chave de Acesso": KEY,
      "Código no Emitente": "007",
      "Descrição do Item": "CAFÉ; MOÍDO",
      NCM: "09012100",
      "Produto (Código)": "1/2",
    },
    numbers: {
      Item: "3",
      Quantidade: "3.5",
      "Valor Unitário": "2.0000000001",
      "Valor Total": "7",
      Fator: "12",
      "Custo Total": "7.05",
    },
  },
  {
    name: "what is missing",
    table: COMPLETENESS,
    row: {
      check: "Falta na numeração própria",
      key: KEY,
      supplier: CNPJ,
      supplierName: "+Comércio",
      model: "55",
      series: "001",
      number: 3,
      lastNumber: 1_004,
      issued: "2026-11-10",
      status: "PENDENTE",
      received: Date.UTC(2026, 10, 23, 17, 5, 9),
      event: null,
    },
    texts: {
      Verificação: "Falta na numeração própria",
      "Chave de Acesso": KEY,
      "CNPJ/CPF do Emitente": CNPJ,
      "Nome do Emitente": "'+Comércio",
      Série: "001",
      Evento: "",
    },
    numbers: { Número: "3", "Até o Número": "1004" },
    dates: { "Recebido em": "2026-11-23T14:05:09" },
  },
  {
    name: "an inventory",
    table: INVENTORY,
    row: {
      code: "0012",
      name: "AÇO 3/8",
      ncm: "09012100",
      unit: "UN",
      quantity: "-12.3456",
      average: "3.333333",
      value: "-41.15",
      remark: "saldo negativo",
    },
    texts: { Código: "0012", Nome: "AÇO 3/8", NCM: "09012100", Observação: "saldo negativo" },
    numbers: { Quantidade: "-12.3456", "Custo Médio": "3.333333", Valor: "-41.15" },
  },
];

if (FULL)
  describe("LibreOffice", () => {
    for (const { name, table, row, texts, numbers, dates = {} } of TABLES)
      for (const dialect of ["br", "rfc4180"] as const)
        test(`opens ${name} in ${dialect}: texts letter by letter, numbers as numbers`, async () => {
          const [opened = {}, ...more] = await openedSheet(table, dialect, [row]);
          expect(more).toEqual([]);
          expect(Object.keys(opened)).toEqual(table.columns.map(({ heading }) => heading));
          for (const [heading, shown] of Object.entries(texts)) {
            const { type, shown: found } = opened[heading] ?? {};
            expect([heading, type, found]).toEqual([heading, shown === "" ? "" : "string", shown]);
          }
          for (const [heading, value] of Object.entries(numbers)) {
            const { type, value: found } = opened[heading] ?? {};
            expect([heading, type, found]).toEqual([heading, "float", value]);
          }
          for (const [heading, value] of Object.entries(dates)) {
            const { type, value: found } = opened[heading] ?? {};
            expect([heading, type]).toEqual([heading, dialect === "br" ? "date" : "string"]);
            if (dialect === "br") expect(found).toBe(value);
          }
        }, 60_000);
  });
