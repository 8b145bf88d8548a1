import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { MovementFailure } from "../failures.ts";
import { ofPosting, type Reversal } from "./reversal.ts";

/*
 * What a count has settled stays settled (ADR 0021): a person may not date a movement before the moment at which its product was
 * counted, nor take back what was written before that moment. The moment is that of the last close (columns of `balances`), and
 * that of each line of a count that is open. Documents are no person's choice: they are posted, with the finding `before_count`.
 */

/** SQL: lines that stand of `product` in counts that are open. */
const openLines = (company: string, product: string, condition: string) => `exists (
  select 1 from stock_counts c indexed by stock_counts_open
  cross join count_lines r indexed by count_lines_by_product on r.company = c.company and r.count = c.id
  where c.company = ${company} and c.state in ('open', 'closing') and r.product = ${product} and r.undone_at is null and ${condition})`;

/** SQL: `product` was counted after the instant `at` (ms UTC). */
export const countedAfterDate = (company: string, product: string, at: string): string => `(exists (
  select 1 from balances s where s.company = ${company} and s.product = ${product} and s.counted_at > ${at})
  or ${openLines(company, product, `r.counted_at > ${at}`)})`;

/** SQL: `product` was counted after the movement `id` was written. */
const countedAfterMovement = (company: string, product: string, id: string): string => `(exists (
  select 1 from balances s where s.company = ${company} and s.product = ${product} and s.counted_id >= ${id})
  or ${openLines(company, product, `r.after_id >= ${id}`)})`;

const countedSince = (reversal: Pick<Reversal, "accessKey">) => `select d.product from (
    select product, max(id) as last from movements where ${ofPosting(reversal)} and quantity_e4 <> 0 group by product) as d
  where ${countedAfterMovement("?1", "d.product", "d.last")}`;

/**
 * SQL condition that holds while no product of a posting was counted since. ?1 company, ?3 the access key or the posting, ?4 origin,
 * ?5 posting.
 */
export const notCountedSince = (reversal: Pick<Reversal, "accessKey">): string =>
  `not exists (${countedSince(reversal)})`;

/** Fails with `count.closed_over`, naming the first product (by code), where a posting was counted since. */
export async function failIfCountedSince(
  ports: Pick<Ports, "reader">,
  { company, of, origin, accessKey }: Reversal,
  signal?: AbortSignal,
): Promise<void> {
  const rows = await ports.reader.rows(
    { sql: countedSince({ accessKey }), args: [company, null, accessKey ?? of, origin, of] },
    signal,
  );
  const [product] = rows.map((row) => String(row.product)).sort();
  if (product !== undefined)
    throw new Failed<MovementFailure>({ code: "count.closed_over", product_code: product });
}

/** Fails with `count.closed_over` where a product was counted after the date that a movement is to have. */
export async function failIfCountedAfterDate(
  ports: Pick<Ports, "reader">,
  { company, product, happenedAt }: { company: number; product: string; happenedAt: number },
  signal?: AbortSignal,
): Promise<void> {
  const [row] = await ports.reader.rows(
    {
      sql: `select ${countedAfterDate("?1", "?2", "?3")} as counted`,
      args: [company, product, happenedAt],
    },
    signal,
  );
  if (row?.counted === 1)
    throw new Failed<MovementFailure>({ code: "count.closed_over", product_code: product });
}
