import { addDays, dayStart, today } from "../../lib/days.ts";
import { divideHalfUp, fromScaled } from "../../lib/decimal.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import {
  anyMovedBefore,
  lastKnown,
  type StockAt,
  stockFrom,
  stockSum,
} from "../../stock/reports/stock-at.ts";
import type { ExportFailure } from "../failures.ts";
import { countStepOf, type KeysetQuery, type Page, pageSql } from "../pages.ts";
import type { Cell, Table } from "../sheet.ts";

/** Which moment an inventory shows. */
export interface InventoryMoment {
  /** The day, `YYYY-MM-DD`, of the company. */
  readonly day: string;
  /** Where that day ends, ms UTC: movements that are dated before it count. */
  readonly until: number;
  /** The last movement that counts, in the order of writing: what is written later changes nothing. */
  readonly upTo: number;
}

/**
 * The moment of an inventory at the end of a day of the company, as it is known now, or as it was known before the instant
 * `knownAt` (ms UTC). Fails with `inventory.date_in_future`, and with `inventory.before_first_movement` where nothing that is
 * known is dated before its end.
 */
export async function inventoryMoment(
  ports: Pick<Ports, "reader" | "clock">,
  company: number,
  { day, knownAt, timeZone }: { day: string; knownAt: number | undefined; timeZone: string },
  signal?: AbortSignal,
): Promise<InventoryMoment> {
  const now = today(ports.clock.now(), timeZone);
  if (day > now)
    throw new Failed<ExportFailure>({ code: "inventory.date_in_future", date: day, today: now });
  const until = dayStart(addDays(day, 1), timeZone);
  const upTo =
    knownAt === undefined
      ? await lastWritten(ports, signal)
      : await lastKnown(ports, company, knownAt, signal);
  if (!(await anyMovedBefore(ports, company, { until, last: upTo }, signal)))
    throw new Failed<ExportFailure>({ code: "inventory.before_first_movement", date: day });
  return { day, until, upTo };
}

async function lastWritten(ports: Pick<Ports, "reader">, signal?: AbortSignal): Promise<number> {
  const [row] = await ports.reader.rows(
    { sql: "select coalesce(max(id), 0) as last from movements", args: [] },
    signal,
  );
  return Number(row?.last);
}

const fields = {
  code: "p.code",
  name: "p.name",
  ncm: "p.ncm",
  unit: "p.unit",
  // Quantity and value as one text; the four columns of figures are made of it.
  quantity: stockSum("p.code", "?2", "?3"),
  average: "null",
  value: "null",
  remark: "null",
} as const;

/** One line for each product that had a quantity or a value at the moment, also for products that are not active any more. */
export const INVENTORY: Table<keyof typeof fields> = {
  fields,
  columns: [
    { heading: "Código", kind: "text", of: "code" },
    { heading: "Nome", kind: "text", of: "name" },
    { heading: "NCM", kind: "text", of: "ncm" },
    { heading: "Unidade", kind: "text", of: "unit" },
    { heading: "Quantidade", kind: "decimal", of: "quantity" },
    { heading: "Custo Médio", kind: "decimal", of: "average" },
    { heading: "Valor", kind: "decimal", of: "value" },
    { heading: "Observação", kind: "text", of: "remark" },
  ],
};

/** The stock of all products at a moment, in the order of their codes; INVENTORY shows a row, `inventoryItem` reads it. */
export function inventoryKeyset(
  company: number,
  { until, upTo }: Pick<InventoryMoment, "until" | "upTo">,
): KeysetQuery {
  const key = ["p.code"];
  const source = "from products p where p.company = ?1 and p.code > ?4 order by p.code";
  const sql = pageSql(key, INVENTORY, "true", source, "?5");
  return {
    type: "inventory",
    // No code is empty.
    start: [""],
    countStep: (after) => countStepOf(key, source.replace("?4", "?2"), [company, ...after]),
    page: (after, rows, form) => ({ sql: sql[form], args: [company, upTo, until, ...after, rows] }),
    shown: shownRow,
  };
}

/** A product of an inventory: quantity in 1/10⁴, value in 1/10². */
export interface InventoryItem extends StockAt {
  readonly code: string;
  readonly unit: string;
}

/** Reads a row as the page of `inventoryKeyset` has it; null where the product had neither quantity nor value. */
export function inventoryItem([code, , , unit, stock]: Page[number]): InventoryItem | null {
  if (stock == null) return null;
  const found = stockFrom(String(stock));
  if (found.quantity_e4 === 0n && found.value_e2 === 0n) return null;
  return { code: String(code), unit: String(unit), ...found };
}

/** The average cost of one unit in 1/10⁶, half up; null for the quantity 0. */
export const averageCost_e6 = ({ quantity_e4, value_e2 }: StockAt): bigint | null =>
  quantity_e4 === 0n ? null : divideHalfUp(value_e2 * 100_000_000n, quantity_e4);

function shownRow(row: Page[number]): Page[number] | null {
  const item = inventoryItem(row);
  if (item === null) return null;
  const average = averageCost_e6(item);
  const figures: Cell[] = [
    fromScaled(item.quantity_e4, 4),
    average === null ? null : fromScaled(average, 6, 2),
    fromScaled(item.value_e2, 2, 2),
    remarkOf(item),
  ];
  return [...row.slice(0, 4), ...figures];
}

/** Where quantity and value do not agree: movements that were dated back, goods that are owed, or no known cost. */
function remarkOf({ quantity_e4, value_e2 }: StockAt): string | null {
  if (quantity_e4 < 0n) return "saldo negativo";
  if (quantity_e4 === 0n) return "valor sem saldo";
  if (value_e2 < 0n) return "valor negativo";
  return value_e2 === 0n ? "saldo sem valor" : null;
}
