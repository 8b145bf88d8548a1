import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Value } from "../../ports/sql.ts";
import { movements } from "../tables.ts";

const MOVEMENT = columnsOf(movements, "m", [
  "id",
  "type",
  "happenedAt",
  "createdAt",
  "quantity_e4",
  "value_e2",
  "passed_e2",
  "after_e4",
  "after_e2",
  "origin",
  "lot",
  "notes",
  "undoes",
]);

/**
 * A line of a product's kardex: a movement, when it happened and when it was written (ms UTC), what it brought to the stock's
 * value or took from it (`value_e2`), the part of that which did not stay (`passed_e2`), and the product's quantity and value
 * after it. Quantities 1/10⁴, values 1/10²; signed.
 */
export type KardexLine = Readonly<ReturnType<typeof MOVEMENT.read>> & {
  /** The note's access key, or what a user has given. */
  readonly reference: string | null;
  readonly userName: string | null;
};

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
      sql: `select ${MOVEMENT.sql}, u.name as user_name,
          iif(m.origin = 'NFE', substr(m.origin_ref, 1, 44), m.reference) as reference
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
  const textOrNull = (value: Value | undefined) => (value == null ? null : String(value));
  return rows
    .filter((row) => row.id !== null)
    .map((row) => ({
      ...MOVEMENT.read(row),
      reference: textOrNull(row.reference),
      userName: textOrNull(row.user_name),
    }))
    .sort((a, b) => b.id - a.id);
}
