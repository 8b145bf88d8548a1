import { values } from "../../journal/values.ts";
import { fold } from "../../lib/fold.ts";
import type { Statement, Value } from "../../ports/sql.ts";
import { forgetCosts } from "../last-cost.ts";
import type { Posting } from "./posting.ts";
import { inJson, supplierItemOf } from "./posting-guards.ts";

/** Whether a line tells the cost of what enters. */
export const bringsCost = (posting: Posting): boolean =>
  posting.lines.some((line) => line.cost_e2 !== null);

/**
 * Whether each entry is a whole line that tells its cost, and nothing leaves: then a product's last movement tells its last cost, which
 * stands beside the balance, and no row of `products` changes.
 */
export const tellsCostsAlone = ({ lines, entries }: Posting): boolean =>
  lines.length === entries.length &&
  entries.every((entry, n) => {
    const line = lines[n];
    return (
      entry.quantity_e4 > 0 &&
      entry.value_e2 === undefined &&
      entry.cost_e2 !== null &&
      entry.line === line?.n &&
      entry.cost_e2 === line.cost_e2 &&
      entry.quantity_e4 === line.cost_quantity_e4
    );
  });

/** Before `saveProducts` sets last costs in `products`: those beside the balances end. */
export const forgetCostsOf = (posting: Posting, head: readonly Value[]): Statement => ({
  sql: forgetCosts(
    `select coalesce(l.value ->> 'product', s.product) from json_each(?5) l
      left join supplier_items s on ${supplierItemOf("?1", "?4", inJson("l"))}`,
    `exists (${posting.guard})`,
  ),
  args: [
    ...head,
    posting.supplier,
    JSON.stringify(
      posting.lines
        .filter(({ cost_e2 }) => cost_e2 !== null)
        .map(({ code, unit, product }) => ({ code, unit, product })),
    ),
  ],
});

/**
 * Creates new products, and saves the last cost of what enters where it does not stand beside the balance; of two lines of one product
 * the later counts.
 */
export function saveProducts(posting: Posting, head: readonly Value[]): Statement {
  const args = [...head, posting.supplier, posting.at];
  const lines = values(
    posting.lines.map((line) => [
      line.code,
      line.unit,
      line.product,
      line.name,
      line.stock_unit,
      line.barcode,
      line.ncm,
      line.cost_e2,
      line.cost_quantity_e4,
      fold(line.name),
      fold(line.code),
    ]),
    args.length,
  );
  // The code of a new product begins with the line's code; the rest of it has no accents.
  const code = "coalesce(l.product, s.product)";
  const folded = `case when substr(${code}, 1, length(l.code)) = l.code
    then l.folded_code || lower(substr(${code}, length(l.code) + 1)) else lower(${code}) end`;
  const onlyNew = tellsCostsAlone(posting);
  return {
    sql: `with line (code, unit, product, name, stock_unit, barcode, ncm, cost_e2, cost_quantity_e4, folded, folded_code)
        as (${lines.sql})
      insert into products (company, code, name, unit, barcode, ncm, last_cost_e2, last_cost_quantity_e4, created_at, updated_at,
        search)
      select ?1, ${code}, l.name, l.stock_unit, l.barcode, l.ncm, l.cost_e2, l.cost_quantity_e4, ?5, ?5,
        l.folded || char(9) || ${folded} || ' ' || coalesce(l.barcode, '')
      from line l
      left join supplier_items s on ${supplierItemOf("?1", "?4", { code: "l.code", unit: "l.unit" })}
      where exists (${posting.guard})
      ${
        onlyNew
          ? `and not exists (select 1 from products p where p.company = ?1 and p.code = ${code})
            on conflict (company, code) do nothing`
          : `on conflict (company, code) do update
              set last_cost_e2 = excluded.last_cost_e2, last_cost_quantity_e4 = excluded.last_cost_quantity_e4,
                updated_at = excluded.updated_at
              where excluded.last_cost_e2 is not null`
      }`,
    args: [...args, ...lines.args],
  };
}
