import { bumpTags } from "../../journal/record.ts";
import type { Ports } from "../../ports/ports.ts";
import { belowAll } from "./unnumbered.ts";

/** Calls of one run; the next run takes the others. */
const CALLS = 50;

/**
 * Parks the documents of the distribution that their job has refused, or could not end, by their NSU: a job is kept for 30 days, what
 * is parked until it is taken. Of each job once; returns how many documents.
 */
export async function parkRefused(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  company: number,
): Promise<number> {
  const rows = await ports.reader.rows({
    sql: `select k.id from sefaz_calls k indexed by sefaz_calls_with_job
      where k.company = ?1 and k.job is not null
        and not exists (select 1 from jobs j where j.company = k.company and j.id = k.job and j.finished_at is null)
      order by k.id limit ${CALLS}`,
    args: [company],
  });
  if (rows.length === 0) return 0;
  const calls = JSON.stringify(rows.map(({ id }) => id));
  const args = [company, calls];
  return ports.writer.commit({
    statements: [
      {
        sql: `insert into sefaz_parked (company, cnpj, environment, nsu, schema, reason, parked_at)
          select k.company, k.cnpj, k.environment, coalesce(k.nsus ->> i.position,
              ${belowAll("k.company", "k.cnpj", "k.environment")} + 1
                - row_number() over (partition by k.cnpj, k.environment, k.nsus ->> i.position is null)),
            substr(coalesce(i.results ->> '$[0].failure.code', i.reason, ''), 1, 60), 'refused', ?3
          from json_each(?2) c cross join sefaz_calls k on k.company = ?1 and k.id = c.value and k.job is not null
          join job_items i on i.company = k.company and i.job = k.job
          where (i.state = 'parked' or i.results ->> '$[0].outcome' = 'rejected')
          on conflict (company, cnpj, environment, nsu) do update set schema = excluded.schema, reason = excluded.reason,
            bytes = null, parked_at = excluded.parked_at, taken_at = null
          returning 1`,
        args: [...args, ports.clock.now()],
      },
      bumpTags(company, ["sefaz"], {
        sql: "select 1 from sefaz_calls where company = ?1 and id in (select value from json_each(?2)) and job is not null",
        args,
      }),
      {
        sql: `update sefaz_calls set job = null, nsus = null where company = ?1 and id in (select value from json_each(?2))`,
        args,
      },
    ],
    read: ([parked]) => parked?.length ?? 0,
  });
}
