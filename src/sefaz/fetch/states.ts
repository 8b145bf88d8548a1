import { trusted } from "../../lib/cast.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import { ALLOWANCE, ALLOWANCE_MS, MOST_OPEN_JOBS } from "./limits.ts";

/** How far the fetching of a CNPJ is. Instants are ms UTC. */
export interface FetchingState {
  readonly cnpj: string;
  readonly environment: SefazEnvironment;
  readonly uf: string;
  readonly active: boolean;
  readonly ultNsu: number;
  readonly maxNsu: number;
  /** When the next call by the cursor is planned, and not before: the greatest of plan and limits. Null: switched off. */
  readonly nextAt: number | null;
  /** Until when the service, or an answer that is not known, forbids every call; null: it does not. */
  readonly blockedUntil: number | null;
  readonly failingSince: number | null;
  readonly answer: {
    readonly at: number;
    readonly code: string;
    readonly text: string | null;
  } | null;
  readonly parked: number;
  readonly waiting: number;
  /** Calls by key or NSU that still fit into this hour. */
  readonly asksLeft: number;
  /** The company has so many open jobs that nothing more is fetched until some are done. */
  readonly isFull: boolean;
}

/** The states of all CNPJs of a company, on and off, by CNPJ. */
export async function fetchingStates(
  ports: Pick<Ports, "reader" | "clock">,
  company: number,
): Promise<FetchingState[]> {
  const now = ports.clock.now();
  const rows = await ports.reader.rows({
    sql: `select f.cnpj, f.environment, f.uf, f.active, f.ult_nsu, f.max_nsu, max(f.blocked_until, f.own_block_until) as blocked_until, f.failing_since, f.answered_at,
        f.answer_code, f.answer_text, max(f.due_at, f.next_at, f.blocked_until, f.own_block_until) as next_at,
        (select count(*) from sefaz_parked p where p.company = f.company and p.cnpj = f.cnpj
          and p.environment = f.environment and p.taken_at is null) as parked,
        (select count(*) from sefaz_asks a where a.company = f.company and a.cnpj = f.cnpj
          and a.environment = f.environment and a.state = 'waiting') as waiting,
        (select count(*) from sefaz_calls k where k.company = f.company and k.cnpj = f.cnpj
          and k.environment = f.environment and k.at > ?2 - ${ALLOWANCE_MS} and k.kind <> 'cursor') as counted,
        (select count(*) from jobs j where j.company = f.company and j.finished_at is null) >= ${MOST_OPEN_JOBS} as is_full
      from sefaz_cursors f where f.company = ?1 order by f.cnpj, f.environment`,
    args: [company, now],
  });
  return rows.map((row) => ({
    cnpj: String(row.cnpj),
    // A CHECK of the table.
    environment: trusted<SefazEnvironment>(row.environment),
    uf: String(row.uf),
    active: Number(row.active) === 1,
    ultNsu: Number(row.ult_nsu),
    maxNsu: Number(row.max_nsu),
    nextAt: Number(row.active) === 1 ? Math.max(now, Number(row.next_at)) : null,
    blockedUntil: Number(row.blocked_until) > now ? Number(row.blocked_until) : null,
    failingSince: row.failing_since === null ? null : Number(row.failing_since),
    answer:
      row.answered_at === null
        ? null
        : {
            at: Number(row.answered_at),
            code: String(row.answer_code),
            text: row.answer_text === null ? null : String(row.answer_text),
          },
    parked: Number(row.parked),
    waiting: Number(row.waiting),
    asksLeft: Math.max(0, ALLOWANCE - Number(row.counted)),
    isFull: Number(row.is_full) === 1,
  }));
}
