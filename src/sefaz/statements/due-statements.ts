import { ROOT_LENGTH, rootOf } from "../../nfe/taxpayer.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { heldHereSql } from "../certificates/held-here.ts";
import { MOST_AUTHORS, MOST_OF_AUTHOR } from "./limits.ts";

/** A CNPJ of a company with statements that have something to do. */
export interface DueAuthor {
  readonly company: number;
  readonly author: string;
}

/** A statement with something to do. */
export interface DueStatement {
  readonly company: number;
  readonly id: string;
  /** It is registered and its proof is here: only its note does not have it yet, which needs no certificate. */
  readonly isProven: boolean;
}

const dueAuthorsSql = (only: string) => `select s.company, s.author
      from companies c cross join sefaz_statements s indexed by sefaz_statements_due on s.company = c.id
      where c.home is null and s.next_at <= ?1 and s.call_until <= ?1 ${only}
      group by s.company, s.author order by min(s.next_at) limit ?2`;
const OF_ALL = dueAuthorsSql("");
const HELD_HERE = dueAuthorsSql(
  `and (s.proof is not null or ${heldHereSql("s.company", "s.author", "?1")})`,
);

/**
 * The CNPJs of all companies of this database with something to do now, those that wait for the longest time first. `onlyHeld`: those
 * with a certificate here or with a proof, which needs none; the others wait for an agent, and would fill the look.
 */
export async function dueAuthors(
  ports: Pick<Ports, "reader" | "clock">,
  onlyHeld: boolean,
): Promise<DueAuthor[]> {
  const args = [ports.clock.now(), MOST_AUTHORS];
  const rows = await ports.reader.rows({ sql: onlyHeld ? HELD_HERE : OF_ALL, args });
  return rows.map(({ company, author }) => ({ company: Number(company), author: String(author) }));
}

/** The due statements of a company among `which` (SQL), of each note the one that goes first. ?1 company, ?2 now. */
const dueSql = (
  which: string,
) => `select s.id, s.proof is not null as proven from sefaz_statements s indexed by sefaz_statements_due
  where s.company = ?1 and s.next_at <= ?2 and s.call_until <= ?2 and ${which}
    and (s.state = 'done' or not exists (select 1 from sefaz_statements o where o.company = ?1
      and o.access_key = s.access_key and o.id < s.id and o.state in ('asked', 'sending')))
  order by s.next_at, s.id limit ${MOST_OF_AUTHOR}`;
const OF_AUTHOR = dueSql("s.author = ?3 and (?4 = 1 or s.proof is not null)");
const OF_HOLDER = dueSql(`(substr(s.author, 1, ${ROOT_LENGTH}) = ?3 or s.proof is not null)`);

/**
 * The statements of one CNPJ with something to do now, of each note the one that goes first. `mayCall`: there is a certificate, else
 * only those that need none.
 */
export async function dueOfAuthor(
  ports: Pick<Ports, "reader" | "clock">,
  { company, author }: DueAuthor,
  mayCall: boolean,
): Promise<DueStatement[]> {
  const args = [company, ports.clock.now(), author, Number(mayCall)];
  return dueFrom(company, await ports.reader.rows({ sql: OF_AUTHOR, args }));
}

/** The same of a company, of all CNPJs with the root of an agent's certificate; those that need none are of every CNPJ. */
export async function dueOfHolder(
  ports: Pick<Ports, "reader" | "clock">,
  company: number,
  holder: string,
): Promise<DueStatement[]> {
  const args = [company, ports.clock.now(), rootOf(holder)];
  return dueFrom(company, await ports.reader.rows({ sql: OF_HOLDER, args }));
}

const dueFrom = (company: number, rows: readonly Row[]): DueStatement[] =>
  rows.map(({ id, proven }) => ({ company, id: String(id), isProven: Number(proven) === 1 }));

/** When an agent with such a certificate has something to do next, ms UTC; null: nothing waits. */
export async function nextDueAt(
  ports: Pick<Ports, "reader">,
  company: number,
  holder: string,
): Promise<number | null> {
  const [row] = await ports.reader.rows({
    sql: `select min(max(next_at, call_until)) as at from sefaz_statements indexed by sefaz_statements_due
      where company = ?1 and next_at is not null and substr(author, 1, ${ROOT_LENGTH}) = ?2`,
    args: [company, rootOf(holder)],
  });
  return row?.at === null || row === undefined ? null : Number(row.at);
}
