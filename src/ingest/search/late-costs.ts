import type { Ports } from "../../ports/ports.ts";
import { fromDocument, OF_NOTE, refsOf } from "../../stock/found-movements.ts";

/** A cost that came after the goods of a note, added by a user or by a complementary note. Amounts 1/10². */
export interface NoteCost {
  /** The posting of its movements. */
  readonly id: string;
  /** The complementary note that brought it; null: a user did. */
  readonly complement: string | null;
  readonly amount_e2: number;
  /** The part that has not stayed in stock. */
  readonly passed_e2: number;
  readonly reason: string | null;
  readonly document: string | null;
  /** When it happened, and when it was written; ms UTC. */
  readonly happenedAt: number;
  readonly writtenAt: number;
  readonly userName: string | null;
  readonly reversed: boolean;
}

/** The late costs about the entries of a note, in the order of writing, with those that were taken back. */
export async function lateCostsOf(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  signal?: AbortSignal,
): Promise<NoteCost[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select l.posting, substr(l.origin_ref, 1, 44) as key, sum(l.value_e2) as amount_e2, sum(l.passed_e2) as passed_e2,
          max(l.notes) as notes, min(l.happened_at) as happened_at, min(l.created_at) as created_at, u.name as user_name,
          (select document from late_costs c where c.company = ?1 and c.access_key = ?2 and c.posting = l.posting) as document,
          max(exists (select 1 from movements r indexed by movements_of_late_costs
            where r.company = ?1 and r.undoes = l.id and r.quantity_e4 = 0)) as reversed
        from (
          select m.id ${fromDocument({ origin: OF_NOTE, refs: refsOf("?2") })} and m.quantity_e4 > 0
        ) as m
        cross join movements l indexed by movements_of_late_costs on l.company = ?1 and l.undoes = m.id and l.quantity_e4 = 0
        left join users u on u.id = l.user_id
        group by l.posting order by min(l.id)`,
      args: [company, accessKey],
    },
    signal,
  );
  const textOrNull = (value: unknown) => (value == null ? null : String(value));
  return rows.map((row) => ({
    id: String(row.posting),
    complement: row.key === accessKey ? null : String(row.key),
    amount_e2: Number(row.amount_e2),
    passed_e2: Number(row.passed_e2),
    reason: textOrNull(row.notes),
    document: textOrNull(row.document),
    happenedAt: Number(row.happened_at),
    writtenAt: Number(row.created_at),
    userName: textOrNull(row.user_name),
    reversed: row.reversed === 1,
  }));
}
