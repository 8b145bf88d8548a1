import { FIRST_HOME } from "../ports/homes.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row, Statement } from "../ports/sql.ts";
import { lastLine } from "./copy.ts";
import { peopleTo } from "./people.ts";
import { quoted } from "./tables.ts";

/** Columns of `companies` that say where it lives; all others go with it. */
const OF_THE_PLACE = ["id", "home", "frozen", "left_at", "copier", "audit_from"];

interface Ends {
  readonly company: number;
  readonly source: Pick<Ports, "reader">;
  readonly target: Pick<Ports, "reader">;
  readonly from: string;
  readonly to: string;
  readonly runner: string;
}

/** The row of a company in a database that it is being copied to: it lives elsewhere until the move opens it. */
export async function rowElsewhere({ company, source, from, runner }: Ends): Promise<Statement[]> {
  const row = await rowOf(source, company);
  const names = Object.keys(row).filter((name) => !OF_THE_PLACE.includes(name));
  return [
    {
      sql: `insert into companies (id, home, copier, ${names.map(quoted).join(", ")})
        values (?1, ?2, ?3, ${names.map((_, i) => `?${i + 4}`).join(", ")})
        on conflict (id) do update set left_at = null where home is not null and copier = excluded.copier`,
      args: [company, from, runner, ...names.map((name) => row[name] ?? null)],
    },
  ];
}

/**
 * The settings of a frozen company for the target, the place up to which it has the lines of the first database, and its people.
 */
export async function settingsTo(
  { company, source, target, from, to }: Ends,
  first: Pick<Ports, "reader">,
): Promise<Statement[]> {
  const row = await rowOf(source, company);
  const names = Object.keys(row).filter((name) => !OF_THE_PLACE.includes(name));
  const place = from === FIRST_HOME ? await lastLine(target, company) : (row.audit_from ?? 0);
  return [
    {
      sql: `update companies set ${names.map((name, i) => `${quoted(name)} = ?${i + 3}`).join(", ")}, audit_from = ?2
        where id = ?1 and home is not null`,
      args: [company, place, ...names.map((name) => row[name] ?? null)],
    },
    ...(to === FIRST_HOME ? [] : await peopleTo(first, company)),
  ];
}

async function rowOf({ reader }: Pick<Ports, "reader">, company: number): Promise<Row> {
  const [row] = await reader.rows({
    sql: "select * from companies where id = ?1",
    args: [company],
  });
  if (row === undefined) throw new Error(`no company ${company}`);
  return row;
}
