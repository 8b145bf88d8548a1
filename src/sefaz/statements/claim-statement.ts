import { trusted } from "../../lib/cast.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import type { Guard, Row } from "../../ports/sql.ts";
import type { FetchFailure } from "../fetch/failures.ts";
import type { StatementType } from "./evento.ts";
import { LEASE_MS } from "./limits.ts";

/** A statement that this process alone works on until its lease ends. */
export interface ClaimedStatement {
  readonly company: number;
  readonly id: string;
  readonly call: string;
  readonly accessKey: string;
  readonly author: string;
  readonly environment: SefazEnvironment;
  readonly type: StatementType;
  readonly sequence: number;
  readonly reason: string | null;
  /** It is registered; only its proof is missing. */
  readonly isDone: boolean;
  /** A call before may have been carried out whose answer was not read. */
  readonly isDoubtful: boolean;
  /** Faults directly before. */
  readonly faults: number;
  readonly proof: string | null;
  readonly askedBy: number;
}

/** An earlier statement about the same note goes first: the last one counts. */
const IS_FIRST = `not exists (select 1 from sefaz_statements o
  where o.company = ?1 and o.access_key = sefaz_statements.access_key and o.id < ?2 and o.state in ('asked', 'sending'))`;

/**
 * Claims a statement for one process, before anything is sent: one guarded batch, so that several processes, or a restart, do
 * not send it concurrently. One that was claimed before without a result is doubtful from then on. Null: there is nothing to do now.
 */
export async function claimStatement(
  ports: Pick<Ports, "writer" | "clock">,
  { company, id }: { readonly company: number; readonly id: string },
): Promise<ClaimedStatement | null> {
  const at = ports.clock.now();
  const call = newId();
  const row = await ports.writer.commit({
    statements: [
      {
        sql: `update sefaz_statements set call = ?3, call_until = ?4, doubtful = iif(state = 'sending', 1, doubtful),
            state = iif(state = 'asked', 'sending', state)
          where company = ?1 and id = ?2 and next_at <= ?5 and call_until <= ?5 and (state = 'done' or ${IS_FIRST})
          returning access_key, author, environment, type, sequence, reason, state, doubtful, faults, proof, asked_by`,
        args: [company, id, call, at + LEASE_MS, at],
      },
    ],
    read: ([rows]) => rows?.[0],
  });
  return row === undefined ? null : claimedFrom(row, { company, id, call });
}

/** The columns come from a STRICT table with CHECKs. */
const claimedFrom = (
  row: Row,
  claim: Pick<ClaimedStatement, "company" | "id" | "call">,
): ClaimedStatement => ({
  ...claim,
  accessKey: String(row.access_key),
  author: String(row.author),
  environment: trusted<SefazEnvironment>(row.environment),
  type: trusted<StatementType>(row.type),
  sequence: Number(row.sequence),
  reason: row.reason === null ? null : String(row.reason),
  isDone: row.state === "done",
  isDoubtful: Number(row.doubtful) === 1,
  faults: Number(row.faults),
  proof: row.proof === null ? null : String(row.proof),
  askedBy: Number(row.asked_by),
});

/**
 * The claim with this id (`call`), as an agent names it; null: another process has taken it over, or it has ended. Fails with
 * `sefaz.call_not_found` for no statement of the company.
 */
export async function claimOfCall(
  ports: Pick<Ports, "reader">,
  claim: Pick<ClaimedStatement, "company" | "id" | "call">,
): Promise<ClaimedStatement | null> {
  const [row] = await ports.reader.rows({
    sql: `select access_key, author, environment, type, sequence, reason, state, doubtful, faults, proof, asked_by, call
      from sefaz_statements where company = ?1 and id = ?2`,
    args: [claim.company, claim.id],
  });
  if (row === undefined)
    throw new Failed<FetchFailure>({ code: "sefaz.call_not_found", id: claim.id });
  return row.call === claim.call ? claimedFrom(row, claim) : null;
}

/** Lets a claim last for one more lease, before its next call; false: another process has taken it over. */
export const extendClaim = (
  ports: Pick<Ports, "writer" | "clock">,
  { company, id, call }: ClaimedStatement,
): Promise<boolean> =>
  ports.writer.commit({
    statements: [
      {
        sql: `update sefaz_statements set call_until = ?4 where company = ?1 and id = ?2 and call = ?3 returning 1`,
        args: [company, id, call, ports.clock.now() + LEASE_MS],
      },
    ],
    read: ([rows]) => (rows?.length ?? 0) > 0,
  });

/** Selects a row while the claim lasts: what a process writes whose claim another one has taken over is not written. */
export const isClaimed = ({ company, id, call }: ClaimedStatement): Guard => ({
  sql: "select 1 from sefaz_statements where company = ?1 and id = ?2 and call = ?3",
  args: [company, id, call],
});
