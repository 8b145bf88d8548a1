import { parameters } from "../../lib/parameters.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Value } from "../../ports/sql.ts";

/** Which movements of a lot. */
export interface TraceFilter {
  readonly lot: string;
  readonly product?: string | undefined;
  /** Only products of which this supplier (CNPJ or CPF) has sent the lot. */
  readonly supplier?: string | undefined;
}

/** The place of a line in the order of a trace. */
export interface TracePlace {
  readonly product: string;
  readonly movement: number;
  readonly expiresOn: string;
}

/** One movement of a lot. Quantities 1/10⁴, signed; instants ms UTC. */
export interface TraceLine extends TracePlace {
  /** What the lot has more or less by it. */
  readonly quantity_e4: number;
  /** Of the whole movement: of an entry it is more where goods were owed, of an exit where it took several lots. */
  readonly moved_e4: number;
  /** The document or the user named this lot; false: it was taken because it expires first, or given back. */
  readonly named: boolean;
  readonly origin: string;
  readonly reference: string | null;
  readonly notes: string | null;
  readonly undoes: number | null;
  readonly happenedAt: number;
  readonly createdAt: number;
  readonly note: TracedNote | null;
}

/** The note of a movement: a supplier's, or ours to a customer. */
export interface TracedNote {
  readonly accessKey: string;
  readonly number: string;
  readonly series: string;
  readonly issuedByUs: boolean;
  /** CNPJ or CPF and name: of the customer where the note is ours (null for notes of earlier versions), else of the supplier. */
  readonly partyId: string | null;
  readonly partyName: string | null;
}

/** What came in and went out of a lot in all, and what is here; 1/10⁴, `left_e4` positive. Reversals count on both sides. */
export interface TracedLot {
  readonly product: string;
  readonly expiresOn: string;
  readonly entered_e4: number;
  readonly left_e4: number;
  readonly here_e4: number;
}

/** Lots of one text (products, expiries) that a trace sums up. */
const MOST_LOTS = 100;

const conditions = ({ lot, product, supplier }: TraceFilter, add: (value: Value) => string) => [
  "company = ?1",
  `lot = ${add(lot)}`,
  ...(product === undefined ? [] : [`product = ${add(product)}`]),
  ...(supplier === undefined
    ? []
    : [
        `product in (
          select e.product from lot_movements e indexed by lot_movements_by_lot
          cross join movements m on m.id = e.movement and m.origin = 'NFE'
          cross join notes n on n.company = ?1 and n.access_key = substr(m.origin_ref, 1, 44)
          where e.company = ?1 and e.lot = ?2 and e.quantity_e4 > 0 and n.supplier_id = ${add(supplier)} and n.issued_by_us = 0)`,
      ]),
];

/**
 * Where a lot came from and where it went to (recall): its movements by product, in the order of writing, each with its note;
 * `after` is the place of the last line seen. Reads only.
 */
export async function traceLot(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: TraceFilter,
  { after, limit }: { after?: TracePlace | undefined; limit: number },
  signal?: AbortSignal,
): Promise<TraceLine[]> {
  const { args, add } = parameters<Value>([company]);
  const found = conditions(filter, add);
  if (after !== undefined)
    found.push(
      `(product, movement, expires_on) > (${add(after.product)}, ${add(after.movement)}, ${add(after.expiresOn)})`,
    );
  const rows = await ports.reader.rows(
    {
      sql: `select t.product, t.movement, t.expires_on, t.quantity_e4, m.quantity_e4 as moved_e4,
          m.undoes is null and trim(m.lot) is t.lot as named, m.origin, m.reference, m.notes, m.undoes, m.happened_at,
          m.created_at, n.access_key, n.number, n.series, n.issued_by_us, n.supplier_id, n.supplier_name, n.recipient_id,
          n.recipient_name
        from (
          select * from lot_movements indexed by lot_movements_by_lot where ${found.join(" and ")}
          order by product, movement, expires_on limit ${add(limit)}
        ) as t
        cross join movements m on m.id = t.movement
        left join notes n on n.company = ?1
          and n.access_key = iif(m.origin in ('NFE', 'EVENTO'), substr(m.origin_ref, 1, 44), null)`,
      args,
    },
    signal,
  );
  return rows.map(toLine);
}

/** What the movements of a lot come to, for each product and expiry; up to 100. */
export async function sumOfLot(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: TraceFilter,
  signal?: AbortSignal,
): Promise<TracedLot[]> {
  const { args, add } = parameters<Value>([company]);
  const rows = await ports.reader.rows(
    {
      sql: `select product, expires_on, sum(max(quantity_e4, 0)) as entered_e4, sum(max(-quantity_e4, 0)) as left_e4,
          sum(quantity_e4) as here_e4
        from lot_movements indexed by lot_movements_by_lot where ${conditions(filter, add).join(" and ")}
        group by product, expires_on order by product, expires_on limit ${MOST_LOTS}`,
      args,
    },
    signal,
  );
  return rows.map((row) => ({
    product: String(row.product),
    expiresOn: String(row.expires_on),
    entered_e4: Number(row.entered_e4),
    left_e4: Number(row.left_e4),
    here_e4: Number(row.here_e4),
  }));
}

const textOrNull = (value: Value | undefined) => (value == null ? null : String(value));

const toLine = (row: Row): TraceLine => ({
  product: String(row.product),
  movement: Number(row.movement),
  expiresOn: String(row.expires_on),
  quantity_e4: Number(row.quantity_e4),
  moved_e4: Number(row.moved_e4),
  named: row.named === 1,
  origin: String(row.origin),
  reference: textOrNull(row.reference),
  notes: textOrNull(row.notes),
  undoes: row.undoes === null ? null : Number(row.undoes),
  happenedAt: Number(row.happened_at),
  createdAt: Number(row.created_at),
  note: row.access_key === null ? null : noteOf(row),
});

function noteOf(row: Row): TracedNote {
  const issuedByUs = row.issued_by_us === 1;
  return {
    accessKey: String(row.access_key),
    number: String(row.number),
    series: String(row.series),
    issuedByUs,
    partyId: textOrNull(issuedByUs ? row.recipient_id : row.supplier_id),
    partyName: textOrNull(issuedByUs ? row.recipient_name : row.supplier_name),
  };
}
