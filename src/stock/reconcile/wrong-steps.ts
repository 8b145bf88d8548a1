import type { Ports } from "../../ports/ports.ts";
import { mulDiv } from "../posting/mul-div.ts";

/** Where a slice of the proof begins: after this movement of this product. */
export interface StepPlace {
  readonly product: string;
  readonly id: number;
}

/** Movements of one slice. */
const SLICE = 2_000;

/** What stays of a late cost of `m` about `u` units, on the state `p` before it. */
const LATE = `iif(p.q > 0, max(p.v + sign(m.value_e2) * ${mulDiv(
  "(select abs(m.value_e2) as a, min(p.q, p.units) as b, p.units as d)",
)}, 0), p.v)`;

/** The stock loses at most what the late cost has put into it, or has at most again what that has taken. */
const LATE_BACK = `(m.value_e2 <> -p.cost_e2 or m.after_e2 - p.v not between min(-p.put_e2, 0) and max(-p.put_e2, 0)
  or p.q <= 0 and m.after_e2 <> p.v)`;

const AT_AVERAGE = mulDiv("(select abs(p.v) as a, abs(m.quantity_e4) as b, abs(p.q) as d)");

/**
 * Checks the steps of a company's ledger, each movement against the state that the one before it left (valued-fold.ts): its
 * quantity and value add up; an exit takes the average; an entry on stock adds what it brings; a late cost leaves the share of
 * what is here of the units that it is about, and takes at most that back. What a movement takes or brings from an empty stock, and the value of what takes
 * another one back, are not computed again. Gives the movements that differ, and where the next slice begins (null: the end).
 * Reads only.
 */
export async function wrongSteps(
  ports: Pick<Ports, "reader">,
  company: number,
  after: StepPlace = { product: "", id: 0 },
  size = SLICE,
  signal?: AbortSignal,
): Promise<{ checked: number; next: StepPlace | null; wrong: StepPlace[] }> {
  const rows = await ports.reader.rows(
    {
      sql: `with slice as materialized (
          select id, product from movements indexed by movements_by_product
          where company = ?1 and product >= ?2 and (product > ?2 or id > ?3) order by product, id limit ?4
        )
        select m.id, m.product, case
            when m.after_e4 <> p.q + m.quantity_e4 or m.after_e2 <> p.v + m.value_e2 - m.passed_e2 then 1
            when m.quantity_e4 = 0 and p.units = 0 then ${LATE_BACK}
            when m.quantity_e4 = 0 then p.units is null or m.after_e2 <> ${LATE}
            when m.undoes is not null or p.q = 0 then 0
            when m.quantity_e4 < 0 then m.value_e2 <> -${AT_AVERAGE} or m.passed_e2 <> 0
            when p.q > 0 then m.passed_e2 <> 0
            else 0 end as wrong
        from (
          select s.id, s.product, coalesce(b.after_e4, 0) as q, coalesce(b.after_e2, 0) as v,
            abs(a.quantity_e4) as units, a.value_e2 as cost_e2, a.value_e2 - a.passed_e2 as put_e2
          from slice s cross join movements one on one.id = s.id
          left join movements b on b.id = (
            select id from movements indexed by movements_by_product
            where company = ?1 and product = s.product and id < s.id order by id desc limit 1)
          left join movements a on one.quantity_e4 = 0 and a.id = one.undoes
        ) as p cross join movements m on m.id = p.id order by m.product, m.id`,
      args: [company, after.product, after.id, size],
    },
    signal,
  );
  const last = rows.at(-1);
  const place = (row: Readonly<Record<string, unknown>>) => ({
    product: String(row.product),
    id: Number(row.id),
  });
  return {
    checked: rows.length,
    next: last === undefined || rows.length < size ? null : place(last),
    wrong: rows.filter((row) => row.wrong === 1).map(place),
  };
}
