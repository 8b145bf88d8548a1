import { bumpTagIfChanged } from "../../journal/record.ts";
import type { Statement, Value } from "../../ports/sql.ts";
import { forgetCosts } from "../last-cost.ts";

/** The movements that take others back: their condition with its values, of which ?1 is the company. */
interface TakenBack {
  readonly company: number;
  readonly movements: string;
  readonly args: readonly Value[];
  readonly at: number;
}

/** Of a line of a note: `origin_ref` up to its lot, or to its posting. */
const LINE = "substr(origin_ref, 1, instr(replace(origin_ref, '@', '/'), '/'))";

/**
 * SQL condition: the product, cost and quantity are those of an entry taken back, alone or with the other lots of its line. A cost that
 * another entry gave later, or a person, is not.
 */
const isTakenBack = (movements: string, product: string, cost: string, quantity: string) => {
  const given = `from movements where ${movements} and quantity_e4 < 0 and cost_e2 < 0`;
  return `(${product}, ${cost}, ${quantity}) in (select product, -cost_e2, -quantity_e4 ${given}
      union all select product, -sum(cost_e2), -sum(quantity_e4) ${given} group by product, ${LINE})`;
};

/**
 * Statements after a reversal: a last cost that was taken back is again that of the newest entry with a cost that stands; none: unknown.
 */
export function restoreLastCosts({ company, movements, args, at }: TakenBack): Statement[] {
  const own = `select product from movements where ${movements}`;
  const present = (column: string) =>
    `coalesce((select b.${column} from balances b where b.company = ?1 and b.product = products.code), products.${column})`;
  const [cost, quantity] = ["last_cost_e2", "last_cost_quantity_e4"] as const;
  const instant = `?${args.length + 1}`;
  return [
    {
      sql: `update products set updated_at = ${instant}, (${cost}, ${quantity}) = (
      select m.cost_e2, m.quantity_e4 from movements m indexed by movements_by_product
      where m.company = ?1 and m.product = products.code and m.quantity_e4 > 0 and m.cost_e2 > 0 and m.undoes is null
        and not exists (select 1 from movements r where r.company = ?1 and r.undoes = m.id and r.quantity_e4 <> 0)
      order by m.id desc limit 1)
    where company = ?1 and code in (${own})
      and ${isTakenBack(movements, "code", present(cost), present(quantity))}`,
      args: [...args, at],
    },
    bumpTagIfChanged(company, "products"),
    { sql: forgetCosts(own, isTakenBack(movements, "product", cost, quantity)), args: [...args] },
  ];
}
