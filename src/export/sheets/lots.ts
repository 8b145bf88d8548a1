import { daysUntil } from "../../lib/days.ts";
import { fromScaled } from "../../lib/decimal.ts";
import { parameters } from "../../lib/parameters.ts";
import type { Value } from "../../ports/sql.ts";
import { NEVER } from "../../stock/lots/keep-lots.ts";
import { FIRST_ENTRY, LOT_JOINS, type LotFilter, valueOfLot } from "../../stock/lots/list-lots.ts";
import { countStepOf, type KeysetQuery, type Page, pageSql } from "../pages.ts";
import type { Cell, Table } from "../sheet.ts";

/** Which lots a file holds; `today` is the day, `YYYY-MM-DD`, from which the days up to an expiry are counted. */
export interface LotsOnDay extends LotFilter {
  readonly today: string;
}

const fields = {
  product: "l.product",
  name: "p.name",
  lot: "l.lot",
  expiresOn: `nullif(l.expires_on, '${NEVER}')`,
  daysLeft: "null",
  quantity: "l.quantity_e4",
  unit: "p.unit",
  // The value of all of the product; the lot's part is made of it and of the balance.
  value: "b.value_e2",
  firstEntry: FIRST_ENTRY,
  stock: "b.quantity_e4",
} as const;

/** The columns of a lot of which there is something. */
export const LOTS: Table<keyof typeof fields> = {
  fields,
  columns: [
    { heading: "Produto (Código)", kind: "text", of: "product" },
    { heading: "Produto (Nome)", kind: "text", of: "name" },
    { heading: "Lote", kind: "text", of: "lot" },
    { heading: "Validade", kind: "day", of: "expiresOn" },
    { heading: "Dias até Vencer", kind: "count", of: "daysLeft" },
    { heading: "Quantidade", kind: "quantity", of: "quantity" },
    { heading: "Unidade", kind: "text", of: "unit" },
    { heading: "Valor", kind: "decimal", of: "value" },
    { heading: "Primeira Entrada", kind: "instant", of: "firstEntry" },
  ],
};

/** The lots that match a filter, in the order of their list: what expires first before all. */
export function lotKeyset(
  company: number,
  { product, from, until, today }: LotsOnDay,
): KeysetQuery {
  const { args, add } = parameters<Value>([company]);
  const before = until === undefined ? "" : `and l.expires_on < ${add(until)}`;
  const counted = [...args];
  const matches = product === undefined ? "1" : `l.product = ${add(product)}`;
  const key = ["l.expires_on", "l.product", "l.lot"] as const;
  const source = "from lot_balances l indexed by lots_by_expiry";
  const after = (n: number) => `where l.company = ?1 and l.quantity_e4 > 0 ${before}
    and (l.expires_on, l.product, l.lot) > (?${n}, ?${n + 1}, ?${n + 2}) order by l.expires_on, l.product, l.lot`;
  const n = args.length + 1;
  const sql = pageSql(key, LOTS, matches, `${source} ${LOT_JOINS} ${after(n)}`, `?${n + 3}`);
  return {
    type: "lots",
    // No code is empty.
    start: [from ?? "", "", ""],
    countStep: (cursor) =>
      countStepOf(key, `${source} ${after(counted.length + 1)}`, [...counted, ...cursor]),
    page: (cursor, rows, form) => ({ sql: sql[form], args: [...args, ...cursor, rows] }),
    shown: (row) => shownRow(row, today),
  };
}

/** A row with the lot's own value, and the days up to its expiry: below 0 where it has passed. */
function shownRow(row: Page[number], today: string): Page[number] {
  const cells = new Map<string, Cell>(Object.keys(fields).map((of, i) => [of, row[i] ?? null]));
  const number = (of: keyof typeof fields) => Number(cells.get(of) ?? 0);
  const value_e2 = valueOfLot(number("quantity"), number("stock"), number("value"));
  cells.set("value", fromScaled(value_e2, 2, 2));
  const expiresOn = cells.get("expiresOn") ?? null;
  cells.set("daysLeft", expiresOn === null ? null : daysUntil(today, String(expiresOn)));
  return [...cells.values()];
}
