import { LAST_COST_E2, LAST_COST_QUANTITY_E4 } from "../last-cost.ts";
import { mulDiv } from "../posting/mul-div.ts";
import { IN_SCOPE } from "./counts.ts";

/*
 * What a count has found, product by product. Counted is the sum of the lines that stand. Expected is the balance at the moment
 * of the product's last line, which is a place in the order of writing (`after_id`): movements that are written later do not
 * disturb. After the close the balance is what was counted, and what has moved since that moment.
 */

/** The end of a range of product codes that has no end. */
export const LAST_CODE = "\u{10ffff}";

const STANDS = "r.company = ?1 and r.count = ?2 and r.product is not null and r.undone_at is null";

/**
 * The balance of a product at a place in the order of writing: today's, less what was written since. That is in the index alone, and
 * little while a count is open.
 */
const balanceAt = (place: string) => `coalesce((select b.quantity_e4 from balances b
    where b.company = ?1 and b.product = found.product), 0)
  - coalesce((select sum(m.quantity_e4) from movements m indexed by movements_by_product
    where m.company = ?1 and m.product = found.product and m.id > ${place}), 0)`;

/**
 * Select: product, counted_e4, expected_e4, lines, counted_from, counted_at (ms UTC), after_id, moved (whether the balance changed
 * between the product's first and last line), in the order of codes. ?1 company, ?2 count, ?3 and ?4 the codes: after, up to.
 */
export const counted = (limit = ""): string => `
  select found.product, counted_e4, ${balanceAt("found.after_id")} as expected_e4, lines, counted_from, counted_at, after_id,
    first_id < after_id and ${balanceAt("found.first_id")} <> ${balanceAt("found.after_id")} as moved
  from (select product, sum(quantity_e4) as counted_e4, count(*) as lines, min(counted_at) as counted_from,
      max(counted_at) as counted_at, min(after_id) as first_id, max(after_id) as after_id
    from count_lines r indexed by count_lines_by_product where ${STANDS} and r.product > ?3 and r.product <= ?4
    group by product order by product ${limit}) as found`;

/**
 * Select: product, quantity_e4, value_e2 and updated_at of the balance of each product of the scope that has stock and no line, in the
 * order of codes. Parameters as `counted`.
 */
export const notCounted = (limit = ""): string => `
  select p.code as product, p.name, p.unit, b.quantity_e4, b.value_e2
  from stock_counts c cross join products p on p.company = c.company
  cross join balances b on b.company = p.company and b.product = p.code
  where c.company = ?1 and c.id = ?2 and p.code > ?3 and p.code <= ?4 and b.quantity_e4 <> 0 and ${IN_SCOPE}
    and not exists (select 1 from count_lines r indexed by count_lines_by_product where ${STANDS} and r.product = p.code)
  order by p.code ${limit}`;

/** What the difference of `d` is worth at today's average, unsigned, 1/10²: of balance `b`, or of product `p`'s last cost. */
export const DIFFERENCE_VALUE = mulDiv(`(select
  iif(coalesce(b.quantity_e4, 0) = 0, coalesce(${LAST_COST_E2}, 0), abs(b.value_e2)) as a, abs(d.counted_e4 - d.expected_e4) as b,
  iif(coalesce(b.quantity_e4, 0) = 0, coalesce(${LAST_COST_QUANTITY_E4}, 1), abs(b.quantity_e4)) as d)`);

/** What `DIFFERENCE_VALUE` reads, for a select `d` of `counted`. */
export const WITH_BALANCE = `cross join products p on p.company = ?1 and p.code = d.product
  left join balances b on b.company = ?1 and b.product = d.product`;
