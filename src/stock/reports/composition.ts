import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { valueOfLot } from "../lots/list-lots.ts";

/** A product among those of which the stock is worth most; quantity 1/10⁴, value 1/10². */
export interface ValuableProduct {
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly quantity_e4: number;
  readonly value_e2: number;
}

/** Products with something in stock, and what it is worth at its average, 1/10². */
export interface PartOfStock {
  readonly products: number;
  readonly value_e2: bigint;
}

/** What the stock of a company is made of: products with a balance above 0 alone, also inactive ones. */
export interface StockComposition {
  /** By category, null: without one; the most valuable first. */
  readonly categories: readonly (PartOfStock & {
    readonly id: number | null;
    readonly name: string | null;
  })[];
  readonly mostValuable: readonly ValuableProduct[];
  /** By the whole days since the last movement: of AGE_DAYS, the last that is reached. */
  readonly ages: readonly (PartOfStock & { readonly fromDays: number })[];
}

/** Where each class of age begins, in days since the last movement. */
export const AGE_DAYS = [0, 31, 61, 91, 181] as const;
const MOST_VALUABLE = 10;
/** Products of one statement: no sum over them exceeds 64 bits. */
const SLICE = 1_000;

/** ?1 company, ?2 after this code, ?3 how many, ?4 to ?7: the instants at which the classes of age begin, the newest first. */
const SLICE_SQL = `
  with part as materialized (
    select b.product as code, b.quantity_e4, b.value_e2, p.name, p.unit, p.category_id,
      (b.updated_at < ?4) + (b.updated_at < ?5) + (b.updated_at < ?6) + (b.updated_at < ?7) as age
    from balances b cross join products p on p.company = b.company and p.code = b.product
    where b.company = ?1 and b.product > ?2 order by b.product limit ?3)
  select 'end' as kind, count(*) as n, max(code) as code, null as name, null as unit, null as quantity_e4, null as value_e2 from part
  union all
  select 'category', count(*), category_id, null, null, null, cast(sum(value_e2) as text) from part
    where quantity_e4 > 0 group by category_id
  union all
  select 'age', count(*), age, null, null, null, cast(sum(value_e2) as text) from part where quantity_e4 > 0 group by age
  union all
  select 'product', 1, code, name, unit, quantity_e4, value_e2 from (
    select * from part where quantity_e4 > 0 order by value_e2 desc, code limit ${MOST_VALUABLE})`;

/** Reads the balances in slices of 1,000; `nowMs` is when the ages count. */
export async function stockComposition(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  company: number,
  nowMs: number,
  signal?: AbortSignal,
): Promise<StockComposition> {
  const categories = new Map<number | null, PartOfStock>();
  const ages = new Map<number, PartOfStock>();
  let products: ValuableProduct[] = [];
  const begins = AGE_DAYS.slice(1).map((days) => nowMs - days * 86_400_000);
  for (let after: string | null = ""; after !== null; ) {
    const rows: Row[] = await ports.reader.rows(
      { sql: SLICE_SQL, args: [company, after, SLICE, ...begins] },
      signal,
    );
    for (const row of rows) {
      const part = { products: Number(row.n), value_e2: BigInt(String(row.value_e2 ?? 0)) };
      if (row.kind === "category")
        add(categories, row.code == null ? null : Number(row.code), part);
      if (row.kind === "age") add(ages, Number(row.code), part);
      if (row.kind === "product") products.push(productOf(row));
    }
    products = products
      .toSorted((a, b) => b.value_e2 - a.value_e2 || (a.code < b.code ? -1 : 1))
      .slice(0, MOST_VALUABLE);
    const end: Row | undefined = rows.find(({ kind }) => kind === "end");
    after = Number(end?.n) < SLICE ? null : String(end?.code);
    if (after !== null) await ports.yieldToEventLoop();
  }
  const names = await namesOf(ports, company, signal);
  return {
    categories: [...categories]
      .map(([id, part]) => ({ id, name: id === null ? null : (names.get(id) ?? null), ...part }))
      .toSorted((a, b) => Number(b.value_e2 - a.value_e2)),
    mostValuable: products,
    ages: AGE_DAYS.map((fromDays, i) => ({
      fromDays,
      ...(ages.get(i) ?? { products: 0, value_e2: 0n }),
    })),
  };
}

function add<K>(parts: Map<K, PartOfStock>, key: K, { products, value_e2 }: PartOfStock): void {
  const known = parts.get(key);
  parts.set(key, {
    products: products + (known?.products ?? 0),
    value_e2: value_e2 + (known?.value_e2 ?? 0n),
  });
}

const productOf = (row: Row): ValuableProduct => ({
  code: String(row.code),
  name: String(row.name),
  unit: String(row.unit),
  quantity_e4: Number(row.quantity_e4),
  value_e2: Number(row.value_e2),
});

async function namesOf(
  { reader }: Pick<Ports, "reader">,
  company: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
  const rows = await reader.rows(
    { sql: "select id, name from categories where company = ?1", args: [company] },
    signal,
  );
  return new Map(rows.map(({ id, name }) => [Number(id), String(name)]));
}

/** Lots that expire on one day; value at the products' averages, 1/10². */
export interface ExpiringDay {
  readonly lots: number;
  readonly value_e2: bigint;
}

/** Most lots that are read; what expires later than the last of them is left out. */
const MOST_LOTS = 5_000;

/**
 * The lots with something in them by the day on which they expire, from a day (YYYY-MM-DD) on and before another; at most
 * MOST_LOTS of them, what expires first before all.
 */
export async function expiringByDay(
  { reader }: Pick<Ports, "reader">,
  company: number,
  { from, until }: { readonly from: string; readonly until: string },
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, ExpiringDay>> {
  const rows = await reader.rows(
    {
      sql: `select l.expires_on, l.quantity_e4, b.quantity_e4 as stock_e4, b.value_e2 from (
          select * from lot_balances indexed by lots_by_expiry
          where company = ?1 and quantity_e4 > 0 and expires_on >= ?2 and expires_on < ?3
          order by expires_on, product, lot limit ?4
        ) as l left join balances b on b.company = l.company and b.product = l.product`,
      args: [company, from, until, MOST_LOTS],
    },
    signal,
  );
  const days = new Map<string, ExpiringDay>();
  for (const row of rows) {
    const day = String(row.expires_on);
    const known = days.get(day);
    const value = valueOfLot(Number(row.quantity_e4), Number(row.stock_e4), Number(row.value_e2));
    days.set(day, {
      lots: 1 + (known?.lots ?? 0),
      value_e2: value + (known?.value_e2 ?? 0n),
    });
  }
  return days;
}
