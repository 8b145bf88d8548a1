import type { Guard, Row, Statement } from "../../ports/sql.ts";

/*
 * Lots of products (rastro, med; or typed by a user): the same text without blanks around it, with the same expiry, is the same
 * lot of a product. What is of no known lot is the rest of the product's balance; where the balance is below zero every lot is 0.
 *
 * - An entry fills its lot, as far as the product has more than nothing after it: what is owed has left already.
 * - An exit with a lot takes from it, without an expiry from any of that text; what the lot lacks it takes as one without.
 * - An exit without a lot takes what expires first, then the rest, and what has expired last of all: it must not be sold.
 * - A reversal gives back to the lots that the exit took from; that of an entry takes from the entry's lot.
 */

/** As lot_balances and lot_movements have it: no expiry is given. Sorts after every day. */
export const NEVER = "never";

/** The movements of one batch. */
export interface MovedLots {
  /**
   * The condition that finds them in `movements`, with its parameters: those that this batch has inserted and no others. ?1 is the
   * company; columns without an alias.
   */
  readonly movements: Guard;
  /** The company's day (YYYY-MM-DD): what expires before it has expired. */
  readonly day: string;
  /** What there may be among them; false spares a statement. */
  readonly has: {
    /** Entries with a lot, or reversals of exits. */
    readonly entries: boolean;
    /** Exits with a lot, or reversals of entries. */
    readonly namedExits: boolean;
    readonly exits: boolean;
  };
}

/** What an exit has taken of a lot; quantity positive, 1/10⁴. */
export interface TakenLot {
  readonly movement: number;
  readonly product: string;
  readonly lot: string;
  /** YYYY-MM-DD; null: none is given. */
  readonly expiresOn: string | null;
  readonly quantity_e4: number;
}

/**
 * The statements that keep the lots with the movements of a batch, after its movements and balances. They return what the exits
 * took (`takenLots`). Where no movement was written, and for products without lots, they change nothing.
 */
export function keepLots({ movements, day, has }: MovedLots): Statement[] {
  const { sql, args } = movements;
  const last = `?${args.length + 1}`;
  return [
    ...(has.entries ? [{ sql: fillLots(sql), args }] : []),
    ...(has.namedExits ? [{ sql: takeNamedLots(sql), args }] : []),
    ...(has.exits ? [{ sql: takeFirstExpiring(sql, last), args: [...args, day] }] : []),
  ];
}

/** What the exits of a batch took, from the rows that its statements returned; by movement, expiry and lot. */
export function takenLots(rows: readonly Row[]): TakenLot[] {
  return rows
    .flatMap((row) =>
      typeof row.taken_e4 === "number" && row.taken_e4 > 0
        ? [
            {
              movement: Number(row.taken_by),
              product: String(row.product),
              lot: String(row.lot),
              expiresOn: row.expires_on === NEVER ? null : String(row.expires_on),
              quantity_e4: row.taken_e4,
            },
          ]
        : [],
    )
    .sort(
      (a, b) =>
        a.movement - b.movement ||
        (a.expiresOn ?? NEVER).localeCompare(b.expiresOn ?? NEVER) ||
        a.lot.localeCompare(b.lot),
    );
}

const INSERT =
  "insert into lot_movements (company, product, movement, lot, expires_on, quantity_e4)";

/** Not quantity_e4: a batch returns balances under that name. */
const TAKEN = "returning movement as taken_by, product, lot, expires_on, -quantity_e4 as taken_e4";

/** What is owed has left already: an entry brings to lots no more than the product has after it. */
const fillLots = (movements: string): string => `
  with entry as materialized (
    select id, product, lot, coalesce(expires_on, '${NEVER}') as expires_on, min(quantity_e4, after_e4) as quantity_e4, undoes
    from movements where ${movements} and quantity_e4 > 0 and after_e4 > 0 and (lot is not null or undoes is not null)
  ),
  given as (
    select e.id, e.product, t.lot, t.expires_on, e.quantity_e4 as most_e4, -t.quantity_e4 as quantity_e4,
      sum(-t.quantity_e4) over (partition by e.id order by t.expires_on desc, t.lot) + t.quantity_e4 as before
    from entry e cross join lot_movements t on t.company = ?1 and t.product = e.product and t.movement = e.undoes
    where e.undoes is not null
  )
  ${INSERT}
  select ?1, product, id, trim(lot), expires_on, quantity_e4 from entry where undoes is null and trim(lot) <> ''
  union all
  select ?1, product, id, lot, expires_on, min(quantity_e4, most_e4 - before) from given where before < most_e4`;

/**
 * Wants and lots of one text (and expiry) as intervals one after the other: where two overlap, the one takes of the other. A want
 * without an expiry is met by every expiry where no other want of the batch names one; a reversal carries the lot of its entry.
 */
const takeNamedLots = (movements: string): string => `
  with want as materialized (
    select id, product, trim(lot) as lot, -quantity_e4 as quantity_e4, coalesce(expires_on, iif(undoes is not null
      or count(expires_on) over (partition by product, trim(lot)) > 0, '${NEVER}', null)) as expires_on
    from movements where ${movements} and quantity_e4 < 0 and trim(lot) <> ''
  ),
  need as (
    select *, sum(quantity_e4) over (partition by product, lot, expires_on order by id) - quantity_e4 as before from want
  ),
  slot as (
    select w.product, w.lot, w.asked, b.expires_on, b.quantity_e4,
      sum(b.quantity_e4) over (partition by w.product, w.lot, w.asked order by b.expires_on) - b.quantity_e4 as before
    from (select distinct product, lot, expires_on as asked from want) as w
    cross join lot_balances b on b.company = ?1 and b.product = w.product and b.lot = w.lot
      and (w.asked is null or b.expires_on = w.asked)
    where b.quantity_e4 > 0
  )
  ${INSERT}
  select ?1, n.product, n.id, n.lot, s.expires_on,
    max(n.before, s.before) - min(n.before + n.quantity_e4, s.before + s.quantity_e4)
  from need n join slot s on s.product = n.product and s.lot = n.lot and s.asked is n.expires_on
  where max(n.before, s.before) < min(n.before + n.quantity_e4, s.before + s.quantity_e4)
  ${TAKEN}`;

/** The same over all lots of a product in the order of taking, with the rest of the balance among them. */
const takeFirstExpiring = (movements: string, day: string): string => `
  with need as materialized (
    select id, product, quantity_e4, sum(quantity_e4) over (partition by product order by id) - quantity_e4 as before
    from (
      select id, product, -quantity_e4 + coalesce((select sum(t.quantity_e4) from lot_movements t
        where t.company = ?1 and t.product = movements.product and t.movement = movements.id), 0) as quantity_e4
      from movements where ${movements} and quantity_e4 < 0 and exists (
        select 1 from lot_balances b where b.company = ?1 and b.product = movements.product and b.quantity_e4 > 0)
    ) where quantity_e4 > 0
  ),
  taking as (select product, sum(quantity_e4) as quantity_e4 from need group by product),
  slot as (
    select *, sum(quantity_e4) over (partition by product order by turn, expires_on, lot) - quantity_e4 as before from (
      select l.product, l.lot, l.expires_on, l.quantity_e4, iif(l.expires_on < ${day}, 3, 1) as turn
      from taking p cross join lot_balances l on l.company = ?1 and l.product = p.product
      where l.quantity_e4 > 0
      union all
      select p.product, null, null, b.quantity_e4 + p.quantity_e4 - (
        select sum(l.quantity_e4) from lot_balances l where l.company = ?1 and l.product = p.product), 2
      from taking p cross join balances b on b.company = ?1 and b.product = p.product
    ) where quantity_e4 > 0
  )
  ${INSERT}
  select ?1, n.product, n.id, s.lot, s.expires_on,
    max(n.before, s.before) - min(n.before + n.quantity_e4, s.before + s.quantity_e4)
  from need n join slot s on s.product = n.product and s.lot is not null
  where max(n.before, s.before) < min(n.before + n.quantity_e4, s.before + s.quantity_e4)
  ${TAKEN}`;
