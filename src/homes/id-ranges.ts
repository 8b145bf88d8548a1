import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import type { MovePorts } from "./running-move.ts";
import { WITH_IDS } from "./tables.ts";

/** Ids of one range: a database that writes ten thousand movements a second uses one for 79 days. */
const RANGE = 2 ** 36;

type Db = Pick<Ports, "reader" | "writer">;

/**
 * Lets the target number on above every id of the source, from a range that no other database uses. So a company keeps its ids
 * when it moves, a cursor of its feed stays valid, and no two databases give the same id. Nothing where the target is above.
 */
export async function takeRange(
  { homes, clock }: Pick<MovePorts, "homes" | "clock">,
  { source, target, to }: { readonly source: Db; readonly target: Db; readonly to: string },
): Promise<void> {
  const [there, here] = await Promise.all([lastIds(source), lastIds(target)]);
  if (WITH_IDS.every((name) => (here.get(name) ?? 0) > (there.get(name) ?? 0))) return;
  const highest = Math.max(...there.values(), 0);
  let start = 0;
  while (start <= highest) {
    start = await homes.first.writer.commit({
      statements: [
        {
          sql: `insert into id_ranges (first_id, home, taken_at)
            select coalesce(max(first_id), 0) + ${RANGE}, ?1, ?2 from id_ranges returning first_id`,
          args: [to, clock.now()],
        },
      ],
      read: ([rows]) => Number(rows?.[0]?.first_id),
    });
  }
  if (start + RANGE > Number.MAX_SAFE_INTEGER) throw new Error("there are no more ranges of ids");
  await commitStatements(
    target.writer,
    WITH_IDS.flatMap((name) => [
      {
        sql: "insert into sqlite_sequence (name, seq) select ?1, 0 where not exists (select 1 from sqlite_sequence where name = ?1)",
        args: [name],
      },
      { sql: "update sqlite_sequence set seq = max(seq, ?2) where name = ?1", args: [name, start] },
    ]),
  );
}

/** The highest id that each table has ever given. */
async function lastIds({ reader }: Db): Promise<Map<string, number>> {
  const rows = await reader.rows({ sql: "select name, seq from sqlite_sequence", args: [] });
  const known = new Map(rows.map(({ name, seq }) => [String(name), Number(seq)]));
  return new Map(WITH_IDS.map((name) => [name, known.get(name) ?? 0]));
}
