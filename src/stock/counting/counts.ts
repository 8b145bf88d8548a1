import { Failed } from "../../lib/result.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { CountFailure } from "./failures.ts";
import { stockCounts } from "./tables.ts";

const COUNT = columnsOf(stockCounts, "c", [
  "id",
  "name",
  "note",
  "scope",
  "categoryId",
  "location",
  "state",
  "afterId",
  "lines",
  "openedAt",
  "endedAt",
  "reason",
  "missing",
  "place",
]);

/** A count as it is stored; instants in ms UTC. `lines`: how many were written, also those that were undone. */
export type Count = Readonly<ReturnType<typeof COUNT.read>>;
export type CountState = Count["state"];

/** SQL: whether product `p` is of the scope of count `c`. Only active products are counted. */
export const IN_SCOPE = `p.active = 1 and case c.scope when 'all' then 1
  when 'category' then p.category_id = c.category_id when 'location' then p.location = c.location
  else exists (select 1 from count_products s where s.company = c.company and s.count = c.id and s.product = p.code) end`;

/** A count of the company. Fails with `count.not_found`. */
export async function findCount(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<Count> {
  const [row] = await ports.reader.rows(
    {
      sql: `select ${COUNT.sql} from stock_counts c where c.company = ?1 and c.id = ?2`,
      args: [company, id],
    },
    signal,
  );
  if (row === undefined) throw new Failed<CountFailure>({ code: "count.not_found", id });
  return COUNT.read(row);
}

/** Fails with `count.not_found`, or `count.not_open` where the count takes no lines any more. */
export async function failIfNotOpen(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<Count> {
  const count = await findCount(ports, company, id, signal);
  if (count.state !== "open")
    throw new Failed<CountFailure>({ code: "count.not_open", id, state: count.state });
  return count;
}

/** Up to `limit` counts, newest first, of those opened before the count `before` (absent: from the newest on). */
export async function listCounts(
  ports: Pick<Ports, "reader">,
  company: number,
  { before, limit }: { before?: string | undefined; limit: number },
  signal?: AbortSignal,
): Promise<Count[]> {
  const rows = await ports.reader.rows(
    {
      // Ids rise with time, and every id is below '~'.
      sql: `select ${COUNT.sql} from stock_counts c where c.company = ?1 and c.id < ?2 order by c.id desc limit ?3`,
      args: [company, before ?? "~", limit],
    },
    signal,
  );
  return rows.map(COUNT.read);
}

/** How far a count has come: products with a line that stands, and lines that are kept aside. */
export interface Progress {
  readonly products: number;
  readonly aside: number;
}

export async function progressOf(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<Progress> {
  const [row] = await ports.reader.rows(
    {
      sql: `select (select count(distinct product) from count_lines indexed by count_lines_by_product
          where company = ?1 and count = ?2 and product is not null and undone_at is null) as products,
        (select count(*) from count_lines indexed by count_lines_aside
          where company = ?1 and count = ?2 and product is null and undone_at is null) as aside`,
      args: [company, id],
    },
    signal,
  );
  return { products: Number(row?.products), aside: Number(row?.aside) };
}
