import { trusted } from "../../lib/cast.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import type { Row } from "../../ports/sql.ts";
import { heldHereSql } from "../certificates/held-here.ts";
import { type Ask, type CallPermit, type CursorRef, claimCall } from "./claim-call.ts";
import { ALLOWANCE, ALLOWANCE_MS, MOST_OPEN_JOBS } from "./limits.ts";

/** CNPJs of one look. */
const MOST = 5_000;

/** A CNPJ that may have a call to make. */
export interface DueCursor extends CursorRef {
  /** Its plan says so; else only asks by key or NSU wait. */
  readonly byCursor: boolean;
}

/** The active CNPJs that have something to ask for and are not blocked: of all companies of this database where `only` says no more. */
const dueSql = (
  only: string,
) => `select f.company, f.cnpj, f.environment, f.due_at <= ?1 and f.next_at <= ?1 as by_cursor
  from sefaz_cursors f join companies c on c.id = f.company and c.home is null
  where ${only} f.active = 1 and f.blocked_until <= ?1 and f.own_block_until <= ?1
    and ((f.due_at <= ?1 and f.next_at <= ?1)
      or (exists (select 1 from sefaz_asks a where a.company = f.company and a.cnpj = f.cnpj
          and a.environment = f.environment and a.state = 'waiting')
        and (select count(*) from sefaz_calls k where k.company = f.company and k.cnpj = f.cnpj
          and k.environment = f.environment and k.at > ?1 - ${ALLOWANCE_MS} and k.kind <> 'cursor') < ${ALLOWANCE}))
    and (select count(*) from jobs j where j.company = f.company and j.finished_at is null) < ${MOST_OPEN_JOBS}
  order by f.due_at limit ?2`;
const DUE_OF_ALL = dueSql("");
const DUE_HELD_HERE = dueSql(`${heldHereSql("f.company", "f.cnpj", "?1")} and`);
const DUE_OF_COMPANY = dueSql("f.company = ?3 and");

/** The CNPJs of one company that may have a call to make now, those that are due for the longest time first; at most 5,000. */
export async function dueOfCompany(
  ports: Pick<Ports, "reader" | "clock">,
  company: number,
): Promise<DueCursor[]> {
  const args = [ports.clock.now(), MOST, company];
  return (await ports.reader.rows({ sql: DUE_OF_COMPANY, args })).map(cursorFrom);
}

/**
 * The same of all companies of this database. `onlyHeld`: of those with a certificate here, so that the others, which stay due until an
 * agent asks, do not fill the look.
 */
export async function dueCursors(
  ports: Pick<Ports, "reader" | "clock">,
  onlyHeld: boolean,
): Promise<DueCursor[]> {
  const sql = onlyHeld ? DUE_HELD_HERE : DUE_OF_ALL;
  return (await ports.reader.rows({ sql, args: [ports.clock.now(), MOST] })).map(cursorFrom);
}

const cursorFrom = (row: Row): DueCursor => ({
  company: Number(row.company),
  cnpj: String(row.cnpj),
  // A CHECK of the table.
  environment: trusted<SefazEnvironment>(row.environment),
  byCursor: Number(row.by_cursor) === 1,
});

/**
 * Claims the next call of a CNPJ: what a person has asked for, while the hour's allowance lasts, else what follows the cursor.
 * Null: none may be made now. `isOurs` as for `claimCall`.
 */
export async function claimNext(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  due: DueCursor,
  isOurs = false,
): Promise<CallPermit | null> {
  const ask = await waitingAsk(ports, due);
  if (ask !== null) {
    const { permit } = await claimCall(ports, due, ask, isOurs);
    if (permit !== null) return permit;
  }
  if (!due.byCursor) return null;
  return (await claimCall(ports, due, { kind: "cursor" }, isOurs)).permit;
}

/** What was asked for first, by key or NSU; null: nothing waits. */
async function waitingAsk(
  ports: Pick<Ports, "reader">,
  { company, cnpj, environment }: CursorRef,
): Promise<Ask | null> {
  const [row] = await ports.reader.rows({
    sql: `select kind, subject from sefaz_asks where company = ?1 and cnpj = ?2 and environment = ?3 and state = 'waiting'
      order by id limit 1`,
    args: [company, cnpj, environment],
  });
  return row === undefined ? null : askOf(row);
}

const askOf = ({ kind, subject }: Row): Ask =>
  kind === "key"
    ? { kind: "key", accessKey: String(subject) }
    : { kind: "nsu", nsu: Number(subject) };
