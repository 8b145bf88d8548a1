import type { Ports } from "../../ports/ports.ts";
import { IS_FIRST } from "../../stock/found-movements.ts";
import { NEVER } from "../../stock/lots/keep-lots.ts";
import type { RecordedMovement } from "./manual-movement.ts";

/** A manual movement that is written already, with what it took of lots; null: there is none of this origin and posting. */
export async function findRecorded(
  ports: Pick<Ports, "reader">,
  company: number,
  { origin, posting }: { readonly origin: string; readonly posting: string },
  signal?: AbortSignal,
): Promise<RecordedMovement | null> {
  const [made] = await ports.reader.rows(
    {
      sql: `select id, product from movements where company = ?1 and origin = ?2 and origin_ref = ?3 and ${IS_FIRST} order by id limit 1`,
      args: [company, origin, posting],
    },
    signal,
  );
  if (made === undefined) return null;
  const [id, product] = [Number(made.id), String(made.product)];
  const taken = await ports.reader.rows(
    {
      sql: `select lot, expires_on, -quantity_e4 as taken_e4 from lot_movements
        where company = ?1 and product = ?2 and movement = ?3 and quantity_e4 < 0 order by expires_on, lot`,
      args: [company, product, id],
    },
    signal,
  );
  const lots = taken.map(({ lot, expires_on, taken_e4 }) => ({
    movement: id,
    product,
    lot: String(lot),
    expiresOn: expires_on === NEVER ? null : String(expires_on),
    quantity_e4: Number(taken_e4),
  }));
  return { id, lots };
}
