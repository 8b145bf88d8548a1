import { expect, test } from "bun:test";
import { ROLES } from "../../src/accounts/roles.ts";
import { COMPLETENESS } from "../../src/export/files/completeness.ts";
import { AUDIT } from "../../src/export/sheets/audit.ts";
import { INVENTORY } from "../../src/export/sheets/inventory.ts";
import { LOTS } from "../../src/export/sheets/lots.ts";
import { MOVEMENTS } from "../../src/export/sheets/movements.ts";
import { NFE_ITEMS } from "../../src/export/sheets/nfe-items.ts";
import { ARCHIVE_INDEX, NFES } from "../../src/export/sheets/nfes.ts";
import { STOCK } from "../../src/export/sheets/stock.ts";
import { SUPPLIER_ITEMS } from "../../src/export/sheets/supplier-items.ts";
import { NOTE_STATUSES } from "../../src/lib/note-status.ts";
import { PARTS } from "../../src/nfe/note-value.ts";
import { tableOf } from "./page-tables.ts";

const page = await Bun.file("LEIA-ME.md").text();

/** Headings between the two lines that open the tables of the CSVs. */
const columnsAfter = (opening: string): string[] =>
  tableOf(page.slice(page.indexOf(opening)).split("\n\n**", 2).join("\n\n"), "coluna").flatMap(
    ([cell = ""]) => cell.split(", "),
  );

test("LEIA-ME.md explains every column of the stock's CSV", () => {
  const explained = columnsAfter("**Estoque**");
  for (const { heading } of STOCK.columns)
    expect([heading, explained.includes(heading)]).toEqual([heading, true]);
});

test("LEIA-ME.md explains every column of the movements' CSV", () => {
  const explained = columnsAfter("**Movimentos**");
  for (const { heading } of MOVEMENTS.columns)
    expect([heading, explained.includes(heading)]).toEqual([heading, true]);
});

test("LEIA-ME.md explains every column of the CSVs of notes, items and inventories, and of an archive's index", () => {
  for (const [opening, { columns }] of [
    ["**Notas** (", NFES],
    ["**Itens das notas** (", NFE_ITEMS],
    ["**Inventário** (", INVENTORY],
    ["**De-para** (", SUPPLIER_ITEMS],
    ["**Lotes** (", LOTS],
    ["**Auditoria** (", AUDIT],
    ["**Completude** (", COMPLETENESS],
    ["**Arquivo do mês** (", ARCHIVE_INDEX],
  ] as const) {
    const explained = columnsAfter(opening);
    for (const { heading } of columns)
      expect([heading, explained.includes(heading)]).toEqual([heading, true]);
  }
});

test("LEIA-ME.md names every part of the cost with its sign", () => {
  const rows = tableOf(page, "parcela");
  for (const { item, sign } of PARTS) {
    const tag = item.replace(/_e2$/, "");
    const row = rows.find(([cell = ""]) => cell.includes(`\`${tag}\``));
    expect([tag, row?.[1]]).toEqual([tag, sign === 1 ? "soma" : "subtrai"]);
  }
});

test("LEIA-ME.md explains every state of a note and every role", () => {
  const states = tableOf(page, "situação").map(([cell]) => cell);
  for (const status of NOTE_STATUSES) expect(states.join()).toContain(`\`${status}\``);
  expect(tableOf(page, "perfil").map(([role]) => role)).toEqual(ROLES.map((role) => `\`${role}\``));
});
