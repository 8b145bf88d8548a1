import { divideHalfUp } from "../../lib/decimal.ts";
import { parameters } from "../../lib/parameters.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Value } from "../../ports/sql.ts";
import { lotBalances } from "./tables.ts";

const LOT = columnsOf(lotBalances, "l", ["product", "lot", "expiresOn", "quantity_e4"]);

/** A lot of which there is something. */
export type Lot = Readonly<ReturnType<typeof LOT.read>> & {
  readonly productName: string;
  readonly unit: string;
  /** What it is worth at the product's average, 1/10²; half up. */
  readonly value_e2: bigint;
  /** When it was filled first, ms UTC. */
  readonly firstEntryAt: number;
};

/** Which lots; days are YYYY-MM-DD. */
export interface LotFilter {
  readonly product?: string | undefined;
  /** Expires on this day or later, and before that one. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** The place of a lot in the order of lists: expiry, product, lot. */
export interface LotPlace {
  readonly expiresOn: string;
  readonly product: string;
  readonly lot: string;
}

/** SQL: when the lot `l` was filled first, by the first of its movements. */
export const FIRST_ENTRY = `(
  select m.created_at from lot_movements t indexed by lot_movements_by_lot cross join movements m on m.id = t.movement
  where t.company = l.company and t.lot = l.lot and t.product = l.product and t.expires_on = l.expires_on
  order by t.movement limit 1)`;
/** Columns that `toLot` reads. */
const COLUMNS = `${LOT.sql}, p.name as product_name, p.unit, b.quantity_e4 as stock_e4, b.value_e2 as stock_e2,
  ${FIRST_ENTRY} as first_entry_at`;
/** SQL: the product `p` of the lot `l`, and its balance `b`. */
export const LOT_JOINS = `cross join products p on p.company = l.company and p.code = l.product
  left join balances b on b.company = l.company and b.product = l.product`;

/** The lots with something in them that a filter finds, what expires first before all; `after` the place of the last one. */
export async function listLots(
  ports: Pick<Ports, "reader">,
  company: number,
  { product, from, until }: LotFilter,
  { after, limit }: { after?: LotPlace | undefined; limit: number },
  signal?: AbortSignal,
): Promise<Lot[]> {
  const { args, add } = parameters<Value>([company]);
  const conditions = ["company = ?1", "quantity_e4 > 0"];
  if (product !== undefined) conditions.push(`product = ${add(product)}`);
  if (from !== undefined) conditions.push(`expires_on >= ${add(from)}`);
  if (until !== undefined) conditions.push(`expires_on < ${add(until)}`);
  if (after !== undefined)
    conditions.push(
      `(expires_on, product, lot) > (${add(after.expiresOn)}, ${add(after.product)}, ${add(after.lot)})`,
    );
  // Of one product by its key; else in the order of the index. A CROSS JOIN keeps the order of its left side.
  const index = product === undefined ? "indexed by lots_by_expiry" : "not indexed";
  const rows = await ports.reader.rows(
    {
      sql: `select ${COLUMNS} from (
          select * from lot_balances ${index} where ${conditions.join(" and ")}
          order by expires_on, product, lot limit ${add(limit)}
        ) as l ${LOT_JOINS}`,
      args,
    },
    signal,
  );
  return rows.map(toLot);
}

/** What a part of a product is worth at the average of all of it, 1/10², half up; quantities 1/10⁴. 0 where nothing is in stock. */
export const valueOfLot = (quantity_e4: number, stock_e4: number, stock_e2: number): bigint =>
  stock_e4 > 0 ? divideHalfUp(BigInt(quantity_e4) * BigInt(stock_e2), BigInt(stock_e4)) : 0n;

const toLot = (row: Row): Lot => {
  const lot = LOT.read(row);
  return {
    ...lot,
    productName: String(row.product_name),
    unit: String(row.unit),
    value_e2: valueOfLot(lot.quantity_e4, Number(row.stock_e4), Number(row.stock_e2)),
    firstEntryAt: Number(row.first_entry_at),
  };
};

/** How much of a product there is in all, and in lots, 1/10⁴; null: no such product. */
export async function lotsInAll(
  ports: Pick<Ports, "reader">,
  company: number,
  product: string,
  signal?: AbortSignal,
): Promise<{ balance_e4: number; inLots_e4: number } | null> {
  const [row] = await ports.reader.rows(
    {
      sql: `select coalesce(b.quantity_e4, 0) as balance_e4, (select coalesce(sum(l.quantity_e4), 0) from lot_balances l
          where l.company = ?1 and l.product = ?2) as in_lots_e4
        from products p left join balances b on b.company = p.company and b.product = p.code
        where p.company = ?1 and p.code = ?2`,
      args: [company, product],
    },
    signal,
  );
  return row === undefined
    ? null
    : { balance_e4: Number(row.balance_e4), inLots_e4: Number(row.in_lots_e4) };
}

/** How many lots with something in them have expired by a day (YYYY-MM-DD), and how many expire on it or up to `until`. */
export async function countExpiring(
  ports: Pick<Ports, "reader">,
  company: number,
  day: string,
  until: string,
  signal?: AbortSignal,
): Promise<{ expired: number; expiring: number }> {
  const [row] = await ports.reader.rows(
    {
      sql: `select count(*) as due, coalesce(sum(expires_on < ?2), 0) as expired from lot_balances indexed by lots_by_expiry
        where company = ?1 and quantity_e4 > 0 and expires_on <= ?3`,
      args: [company, day, until],
    },
    signal,
  );
  const expired = Number(row?.expired ?? 0);
  return { expired, expiring: Number(row?.due ?? 0) - expired };
}
