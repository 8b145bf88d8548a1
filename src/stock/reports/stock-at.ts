import type { Ports } from "../../ports/ports.ts";
import { IS_FIRST } from "../found-movements.ts";
import { lastWrittenBefore } from "./last-written.ts";

/** What is asked of the past; instants in ms UTC. */
export interface Moment {
  /** As of: what had happened before this instant. Absent: all that was written. */
  readonly at?: number | undefined;
  /** As it was known: what had been written before this instant. Absent: all. */
  readonly knownAt?: number | undefined;
}

/** Quantity (1/10⁴) and value (1/10²) of a product at a moment. */
export interface StockAt {
  /** Beside movements dated later, a sum may pass what a number holds: the ledger bounds only the states that stood. */
  readonly quantity_e4: bigint;
  readonly value_e2: bigint;
}

/**
 * The stock of up to a page of products at a moment, by product; what had not moved by then is absent. As known at an
 * instant, it is a state that really stood. As of an instant, it is the sum of what the ledger dates before it: with movements
 * that were dated back, a quantity of 0 may have a value, or one of another sign.
 */
export async function stockAt(
  ports: Pick<Ports, "reader">,
  company: number,
  products: readonly string[],
  moment: Moment,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, StockAt>> {
  const last = await lastKnown(ports, company, moment.knownAt, signal);
  const rows = await ports.reader.rows(
    {
      sql: `select p.value as product, ${stockSum("p.value", "?3", "?4")} as stock from json_each(?2) p`,
      args: [company, JSON.stringify(products), last, moment.at ?? Number.MAX_SAFE_INTEGER],
    },
    signal,
  );
  const found = new Map<string, StockAt>();
  for (const { product, stock } of rows) {
    if (stock !== null) found.set(String(product), stockFrom(String(stock)));
  }
  return found;
}

/**
 * SQL of the stock of a product of company ?1: what is dated before the instant `until`, of the movements up to the id `last`.
 * One text that `stockFrom` reads; NULL where nothing had moved.
 */
export const stockSum = (product: string, last: string, until: string): string => `(
    select sum(quantity_e4) || ' ' || sum(value_e2 - passed_e2) from movements m indexed by movements_by_product
    where m.company = ?1 and m.product = ${product} and m.id <= ${last} and m.happened_at < ${until})`;

/** Reads the text of `stockSum`. */
export function stockFrom(text: string): StockAt {
  const [quantity_e4 = 0n, value_e2 = 0n] = text.split(" ").map(BigInt);
  return { quantity_e4, value_e2 };
}

/**
 * Whether a movement up to the id `last` is dated before `until` (ms UTC). Where the ledger begins before it, one row of the
 * index over time says so; else the company's movements are looked through until one is found.
 */
export async function anyMovedBefore(
  ports: Pick<Ports, "reader">,
  company: number,
  { until, last }: { readonly until: number; readonly last: number },
  signal?: AbortSignal,
): Promise<boolean> {
  const [first] = await ports.reader.rows(
    {
      sql: `select id, happened_at from movements indexed by movements_by_time
        where company = ?1 and quantity_e4 <> 0 and ${IS_FIRST} order by created_at, id limit 1`,
      args: [company],
    },
    signal,
  );
  if (first === undefined) return false;
  if (Number(first.id) <= last && Number(first.happened_at) < until) return true;
  const [found] = await ports.reader.rows(
    {
      sql: `select 1 as found from movements indexed by movements_by_product
        where company = ?1 and id <= ?2 and happened_at < ?3 limit 1`,
      args: [company, last, until],
    },
    signal,
  );
  return found !== undefined;
}

/** The last movement that was written before an instant: ids are the order of writing. Without one, no bound. */
export async function lastKnown(
  ports: Pick<Ports, "reader">,
  company: number,
  before: number | undefined,
  signal?: AbortSignal,
): Promise<number> {
  if (before === undefined) return Number.MAX_SAFE_INTEGER;
  const [row] = await ports.reader.rows(
    {
      sql: `select ${lastWrittenBefore("?1", "?2")} as id`,
      args: [company, before],
    },
    signal,
  );
  return Number(row?.id ?? 0);
}
