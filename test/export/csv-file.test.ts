import { afterAll, beforeAll, expect, test } from "bun:test";
import { DIALECTS, type Dialect } from "../../src/export/csv.ts";
import { csvOfQuery } from "../../src/export/csv-file.ts";
import {
  EXPORT_TYPES,
  type ExportRequest,
  rowsOfRequest,
} from "../../src/export/files/request-export.ts";
import type { KeysetQuery } from "../../src/export/pages.ts";
import type { Table } from "../../src/export/sheet.ts";
import { INVENTORY, inventoryKeyset } from "../../src/export/sheets/inventory.ts";
import { MOVEMENTS, movementKeyset } from "../../src/export/sheets/movements.ts";
import { STOCK, stockKeyset } from "../../src/export/sheets/stock.ts";
import { trusted } from "../../src/lib/cast.ts";
import { type BunSheets, bunSheets } from "../../src/platform/bun/threads/sheets.ts";
import type { SheetThread } from "../../src/ports/sheets.ts";
import { insertMovements, insertTwoCompanies } from "../support/exports/ledger-rows.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";
import { withServer } from "../support/server.ts";

let ports: TestPorts;
let thread: BunSheets;

/** 1,100 movements: five pages, of which the middle ones have none of the origin NFE. */
beforeAll(async () => {
  ports = await testPorts();
  thread = bunSheets(ports.config);
  await insertTwoCompanies(ports);
  const texts = [
    "=1+1",
    'aspas " e ; e ,',
    "duas\nlinhas\r\n",
    "],\n[",
    "maçã 😀",
    "0012",
    "",
    "\u0000fim",
  ];
  await insertMovements(
    ports,
    Array.from({ length: 1_100 }, (_, i) => ({
      product: i % 3 === 0 ? "C" : "A",
      type: i % 7 === 0 ? ("SAIDA" as const) : ("ENTRADA" as const),
      origin: i < 100 || i > 1_050 ? "NFE" : "VENDA",
      reference: texts[i % texts.length] ?? null,
      at: 1_700_000_000_000 + i * 1_000,
    })),
  );
});
afterAll(async () => {
  thread.close();
  await ports.close();
});

/** The pages of a file: how many rows each has, and the text of all. */
async function fileOf(
  query: KeysetQuery,
  table: Table,
  dialect: Dialect,
  sheets: SheetThread | undefined,
) {
  const shown = { table, dialect, timeZone: "America/Sao_Paulo" };
  const { head, pages } = csvOfQuery({ ...ports, ...(sheets && { sheets }) }, query, shown);
  const sizes: number[] = [];
  let text = head;
  for await (const { rows, bytes } of pages) {
    sizes.push(rows);
    text += new TextDecoder().decode(bytes);
  }
  return { sizes, text };
}

test.each(DIALECTS)(
  "a file in %s that a thread formats is that which is formatted in place",
  async (dialect) => {
    for (const [query, table] of [
      [movementKeyset(1, {}), MOVEMENTS],
      [movementKeyset(1, { origin: "NFE" }), MOVEMENTS],
      [movementKeyset(1, { product: "B" }), MOVEMENTS],
      [stockKeyset(1, {}), STOCK],
    ] as const) {
      const inPlace = await fileOf(query, table, dialect, undefined);
      expect(await fileOf(query, table, dialect, thread)).toEqual(inPlace);
    }
    const { sizes } = await fileOf(
      movementKeyset(1, { origin: "NFE" }),
      MOVEMENTS,
      dialect,
      thread,
    );
    expect(sizes).toEqual([49, 0, 0, 0, 100]);
  },
);

const FILTERS = {
  stock: {},
  movements: {},
  nfes: {},
  "nfe-items": {},
  inventory: { until: 1_800_000_000_000, upTo: 1_100 },
  "supplier-items": {},
  lots: { today: "2026-11-29" },
  audit: {},
} as const;

test.each([...EXPORT_TYPES, "audit"] as const)(
  "a page of %s is read as bytes as it is as a text",
  async (type) => {
    const { query } = rowsOfRequest(1, trusted<ExportRequest>({ type, filter: FILTERS[type] }));
    const text = await ports.reader.single(query.page(query.start, 250, "text"));
    const bytes = await ports.reader.single(query.page(query.start, 250, "bytes"));
    expect(new TextDecoder().decode(trusted<Uint8Array>(bytes?.slice))).toBe(String(text?.slice));
    expect(bytes?.visited).toBe(text?.visited ?? null);
  },
);

test("a page goes to the thread in its own buffer, so that nothing of it is left here to be collected", async () => {
  const left: number[] = [];
  const watched: SheetThread = {
    async lines(question) {
      const lines = thread.lines(question);
      left.push(question.slice.byteLength);
      return lines;
    },
  };
  const { sizes } = await fileOf(movementKeyset(1, {}), MOVEMENTS, "br", watched);
  expect(sizes).toEqual([250, 250, 250, 250, 100]);
  expect(left).toEqual([0, 0, 0, 0, 0]);
});

test("rows that are not shown as they were read are formatted in place", async () => {
  const never: SheetThread = { lines: () => Promise.reject(new Error("asked")) };
  const query = inventoryKeyset(1, { until: 1_800_000_000_000, upTo: 1_100 });
  expect((await fileOf(query, INVENTORY, "br", never)).sizes).toEqual([2]);
});

test("an unknown time zone, and a number that is not exact, fail in the thread as in place", async () => {
  const shown = { table: MOVEMENTS, dialect: "br", timeZone: "Lua/Cratera" } as const;
  expect(() => csvOfQuery({ ...ports, sheets: thread }, movementKeyset(1, {}), shown)).toThrow(
    RangeError,
  );
  const slice = new TextEncoder().encode("[\n[9007199254740993,1]]");
  const sheet = JSON.stringify({ ...shown, timeZone: "UTC" });
  await expect(thread.lines({ sheet, width: 1, slice })).rejects.toThrow("RangeError");
});

test("the service on Bun formats a download in its thread", () =>
  withServer(async ({ ports, call }) => {
    const { sheets } = ports;
    let asked = 0;
    ports.sheets = {
      lines(question, signal) {
        asked += 1;
        return sheets?.lines(question, signal) ?? Promise.reject(new Error("there is no thread"));
      },
    };
    expect((await call("GET", "/api/export/movements")).status).toBe(200);
    expect(asked).toBe(1);
  }));
