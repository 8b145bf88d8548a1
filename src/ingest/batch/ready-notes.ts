import type { Ports } from "../../ports/ports.ts";
import { MOST_APPROVED } from "../approve/approve-many.ts";

/**
 * The notes of a batch or of a mail that may be approved now: PENDENTE, without a hold; at most MOST_APPROVED, in the order sent.
 */
export async function readyNotesOf(
  ports: Pick<Ports, "reader">,
  company: number,
  job: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select n.access_key from job_items i
        cross join json_each(i.results) r
        cross join notes n on n.company = ?1 and n.access_key = r.value ->> '$.note.accessKey'
        where i.company = ?1 and i.job = ?2 and n.status = 'PENDENTE' and n.holds = '[]'
        group by n.access_key order by min(i.position) limit ${MOST_APPROVED}`,
      args: [company, job],
    },
    signal,
  );
  return rows.map((row) => String(row.access_key));
}
