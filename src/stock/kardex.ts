import { trusted } from "../lib/cast.ts";
import type { Ports } from "../ports/ports.ts";

/** A line of a product's kardex: a movement with what there was after it. Quantities 1/10⁴, values 1/10²; signed. */
export interface KardexLine {
  readonly id: number;
  readonly type: "ENTRADA" | "SAIDA" | "VALOR";
  /** When it happened, and when it was written; ms UTC. */
  readonly happenedAt: number;
  readonly createdAt: number;
  readonly quantity_e4: number;
  /** What it brought to the stock's value or took from it, and the part of that which did not stay. */
  readonly value_e2: number;
  readonly passed_e2: number;
  /** The product's quantity and value after it. */
  readonly after_e4: number;
  readonly after_e2: number;
  readonly origin: string;
  readonly reference: string | null;
  readonly lot: string | null;
  readonly notes: string | null;
  /** The movement that this one takes back. */
  readonly undoes: number | null;
  readonly userName: string | null;
}

/**
 * A page of a product's movements in the order of writing, newest first, with the running figures read off the rows: those
 * before `before` (an id; absent: from the newest on), at most `limit`. Null where the company has no such product.
 */
export async function kardexPage(
  ports: Pick<Ports, "reader">,
  company: number,
  product: string,
  { before = Number.MAX_SAFE_INTEGER, limit }: { before?: number | undefined; limit: number },
  signal?: AbortSignal,
): Promise<KardexLine[] | null> {
  const rows = await ports.reader.rows(
    {
      sql: `select m.id, m.type, m.happened_at, m.created_at, m.quantity_e4, m.value_e2, m.passed_e2, m.after_e4, m.after_e2,
          m.origin, iif(m.origin = 'NFE', substr(m.origin_ref, 1, 44), m.reference) as reference, m.lot, m.notes, m.undoes,
          u.name as user_name
        from products p
        left join (select * from movements indexed by movements_by_product
          where company = ?1 and product = ?2 and id < ?3 order by id desc limit ?4) as m on true
        left join users u on u.id = m.user_id
        where p.company = ?1 and p.code = ?2`,
      args: [company, product, before, limit],
    },
    signal,
  );
  if (rows.length === 0) return null;
  const textOrNull = (value: unknown) => (value === null ? null : String(value));
  return rows
    .filter((row) => row.id !== null)
    .sort((a, b) => Number(b.id) - Number(a.id))
    .map((row) => ({
      id: Number(row.id),
      type: trusted<KardexLine["type"]>(row.type),
      happenedAt: Number(row.happened_at),
      createdAt: Number(row.created_at),
      quantity_e4: Number(row.quantity_e4),
      value_e2: Number(row.value_e2),
      passed_e2: Number(row.passed_e2),
      after_e4: Number(row.after_e4),
      after_e2: Number(row.after_e2),
      origin: String(row.origin),
      reference: textOrNull(row.reference),
      lot: textOrNull(row.lot),
      notes: textOrNull(row.notes),
      undoes: row.undoes === null ? null : Number(row.undoes),
      userName: textOrNull(row.user_name),
    }));
}
