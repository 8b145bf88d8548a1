import { systemCause } from "../../journal/cause.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { type Original, originalFrom } from "../../lib/original.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, WriteStatement } from "../../ports/sql.ts";
import { FIRST_PAUSE_MS } from "../fetch/limits.ts";
import { chanceOf, pauseAfterFaults } from "../fetch/pause.ts";
import type { EventAnswer } from "../wire/statement-wire.ts";
import { type ClaimedStatement, isClaimed } from "./claim-statement.ts";
import { MOST_PROOF_QUERIES, MOST_TEXT } from "./limits.ts";

type Needs = Pick<Ports, "writer" | "clock" | "originals">;

/** What the service says to a statement that it has, with the bytes that prove it; null: they are not known yet. */
export interface Registered {
  readonly answer: Pick<EventAnswer, "cStat" | "xMotivo" | "nProt" | "dhRegEvento">;
  readonly proof: Uint8Array<ArrayBuffer> | null;
}

const keyOf = ({ company, id, call }: ClaimedStatement) => [company, id, call];
const CLAIMED = "company = ?1 and id = ?2 and call = ?3";

/**
 * The statement is registered: state, answer and the original of its proof in one batch. Gives the original; null where there is
 * none, and where another process has taken the statement over: then nothing is written.
 */
export async function writeDone(
  ports: Needs,
  claim: ClaimedStatement,
  { answer, proof }: Registered,
): Promise<Original | null> {
  const now = ports.clock.now();
  const original = proof === null ? null : await originalFrom(proof);
  const guard = isClaimed(claim);
  const wasWritten = await commit(ports, [
    ...(original === null ? [] : await ports.originals.store(claim.company, original, guard)),
    ...(claim.isDone ? [] : ended(claim, "done", answer.cStat, guard, now)),
    {
      sql: `update sefaz_statements set state = 'done', call = null, call_until = 0, faults = 0, code = ?4, text = ?5,
          protocol = coalesce(?6, protocol), registered_at = coalesce(?7, registered_at), proof = ?8, next_at = ?9,
          ended_at = coalesce(ended_at, ?10)
        where ${CLAIMED} returning 1`,
      args: [
        ...keyOf(claim),
        answer.cStat,
        answer.xMotivo.slice(0, MOST_TEXT),
        answer.nProt,
        answer.dhRegEvento,
        original?.sha256 ?? null,
        original === null ? now + FIRST_PAUSE_MS : now,
        now,
      ],
    },
  ]);
  return wasWritten ? original : null;
}

/** The service refuses the statement for good, with its text. */
export function writeRefused(
  ports: Needs,
  claim: ClaimedStatement,
  { cStat, xMotivo }: Pick<EventAnswer, "cStat" | "xMotivo">,
): Promise<boolean> {
  const now = ports.clock.now();
  return commit(ports, [
    ...ended(claim, "refused", cStat, isClaimed(claim), now),
    {
      sql: `update sefaz_statements set state = 'refused', call = null, call_until = 0, code = ?4, text = ?5, next_at = null,
          ended_at = ?6
        where ${CLAIMED} returning 1`,
      args: [...keyOf(claim), cStat, xMotivo.slice(0, MOST_TEXT), now],
    },
  ]);
}

/** Why a statement is tried again later. */
export interface Pause {
  /** cStat, or the code of a fault. */
  readonly code: string;
  readonly text: string | null;
  /** The service may have registered it. */
  readonly isDoubtful: boolean;
  /** At least so long, ms; absent: a minute, which doubles up to an hour. */
  readonly atLeastMs?: number;
}

/** Gives the claim back; a proof that is not found for long is not looked for any more. */
export function writePause(ports: Needs, claim: ClaimedStatement, pause: Pause): Promise<boolean> {
  const now = ports.clock.now();
  const next =
    now + Math.max(pause.atLeastMs ?? 0, pauseAfterFaults(claim.faults, chanceOf(claim.call)));
  const isOver = claim.isDone && claim.faults >= MOST_PROOF_QUERIES;
  return commit(ports, [
    {
      sql: `update sefaz_statements set call = null, call_until = 0, faults = faults + 1, code = iif(state = 'done', code, ?4),
          text = iif(state = 'done', text, ?5), doubtful = max(doubtful, ?6),
          state = iif(state = 'sending' and max(doubtful, ?6) = 0, 'asked', state), next_at = ?7
        where ${CLAIMED} returning 1`,
      args: [
        ...keyOf(claim),
        pause.code,
        pause.text?.slice(0, MOST_TEXT) ?? null,
        Number(pause.isDoubtful),
        isOver ? null : next,
      ],
    },
  ]);
}

/** The next nSeqEvento, where the service has ours already and no other row has that one; false: it cannot be taken. */
export const takeNextSequence = (ports: Needs, claim: ClaimedStatement): Promise<boolean> =>
  commit(ports, [
    {
      sql: `update sefaz_statements set sequence = 2 where ${CLAIMED} and sequence = 1 and not exists (
          select 1 from sefaz_statements o where o.company = ?1 and o.access_key = sefaz_statements.access_key
            and o.type = sefaz_statements.type and o.sequence = 2 and o.state <> 'refused')
        returning 1`,
      args: keyOf(claim),
    },
  ]);

/** The note has the statement among its events. */
export const writeEntered = (
  ports: Pick<Ports, "writer" | "clock">,
  company: number,
  id: string,
): Promise<boolean> =>
  commit(ports, [
    {
      sql: `update sefaz_statements set entered_at = coalesce(entered_at, ?3), next_at = null, call = null, call_until = 0
        where company = ?1 and id = ?2 and proof is not null returning 1`,
      args: [company, id, ports.clock.now()],
    },
  ]);

const commit = (
  ports: Pick<Ports, "writer">,
  statements: readonly WriteStatement[],
): Promise<boolean> =>
  ports.writer.commit({ statements, read: (rows) => (rows.at(-1)?.length ?? 0) > 0 });

/** The event of the feed and the audit line of a statement that has ended, before its row says so. */
function ended(
  { company, id, accessKey, type, sequence }: ClaimedStatement,
  state: "done" | "refused",
  code: string,
  guard: Guard,
  now: number,
): WriteStatement[] {
  return [
    appendEvents(
      company,
      now,
      [
        {
          type: "nfe.statement",
          payload: { access_key: accessKey, event: type, statement_id: id, state, code },
        },
      ],
      guard,
    ),
    audit(
      systemCause(company, `sefaz-${id}`),
      now,
      {
        action: "sefaz.statement_ended",
        entity: "nfe",
        id: accessKey,
        detail: { type, sequence, state, c_stat: code },
      },
      guard,
    ),
    bumpTags(company, ["sefaz"], guard),
  ];
}
