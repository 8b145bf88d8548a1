import { newId } from "../../lib/id.ts";
import { parameters } from "../../lib/parameters.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import type { Row, Statement, Value } from "../../ports/sql.ts";
import {
  ALLOWANCE,
  ALLOWANCE_MS,
  CALL_MS,
  MOST_OPEN_JOBS,
  PAUSE_FULL_MS,
  SEND_WITHIN_MS,
  UNKNOWN_MS,
} from "./limits.ts";

/** Whose distribution: a CNPJ of the company, in production (1) or homologation (2). */
export interface CursorRef {
  readonly company: number;
  readonly cnpj: string;
  readonly environment: SefazEnvironment;
}

/** What a call asks for: what follows the cursor, one NSU, or one access key. */
export type Ask =
  | { readonly kind: "cursor" }
  | { readonly kind: "nsu"; readonly nsu: number }
  | { readonly kind: "key"; readonly accessKey: string };

/** The right to make one call, once, and before `sendBefore`. */
export interface CallPermit extends CursorRef {
  readonly id: string;
  /** cUFAutor. */
  readonly uf: string;
  readonly ask:
    | Exclude<Ask, { kind: "cursor" }>
    | { readonly kind: "cursor"; readonly after: number };
  readonly claimedAt: number;
  readonly sendBefore: number;
  /** Calls without a good answer directly before. */
  readonly faults: number;
}

/** `until`: when it may be tried again, ms UTC; null: fetching is switched off for this CNPJ. */
export type Claim =
  | { readonly permit: CallPermit }
  | { readonly permit: null; readonly until: number | null };

type Needs = Pick<Ports, "reader" | "writer" | "clock">;

/**
 * Cursors whose limits count: the company's own, and those of other companies with the same CNPJ that have proven it, for the service
 * counts the calls of all together. Any company may declare a CNPJ: one without a proof could block the others. `now`: a parameter.
 */
const counting = (now: string) =>
  `o.cnpj = ?2 and o.environment = ?3 and (o.company = ?1 or o.proven_until > ${now})`;
const LIMITS = `select 1 from sefaz_cursors o where ${counting("?5")}`;
/** Calls of the hour that count against the allowance. */
const COUNTED = `select count(*) from sefaz_cursors o
  join sefaz_calls k on k.company = o.company and k.cnpj = o.cnpj and k.environment = o.environment
  where ${counting("?5")} and k.kind <> 'cursor' and k.at > ?5 - ${ALLOWANCE_MS}`;
const OPEN_JOBS = `(select count(*) from jobs where company = ?1 and finished_at is null)`;

const CLAIM_BY_CURSOR = `update sefaz_cursors
  set call = ?4, proven_until = max(proven_until, ?6), blocked_until = ?5 + ${UNKNOWN_MS}, next_at = ?5 + ${UNKNOWN_MS}, due_at = ?5 + ${UNKNOWN_MS}, updated_at = ?5
  where company = ?1 and cnpj = ?2 and environment = ?3 and active = 1
    and own_block_until <= ?5 and due_at <= ?5
    and not exists (${LIMITS} and (o.blocked_until > ?5 or o.next_at > ?5))
    and ${OPEN_JOBS} < ${MOST_OPEN_JOBS}
  returning uf, ult_nsu, faults`;

const CLAIM_OF_ALLOWANCE = `update sefaz_cursors
  set call = ?4, proven_until = max(proven_until, ?6), blocked_until = ?5 + ${UNKNOWN_MS}, updated_at = ?5
  where company = ?1 and cnpj = ?2 and environment = ?3 and active = 1
    and own_block_until <= ?5
    and not exists (${LIMITS} and o.blocked_until > ?5)
    and (${COUNTED}) < ${ALLOWANCE}
    and ${OPEN_JOBS} < ${MOST_OPEN_JOBS}
  returning uf, ult_nsu, faults`;

/**
 * Decides whether a call to the service may be made now, and counts it before it goes out: one guarded batch, so that neither
 * several processes nor a restart make one too many. Until `receiveResult` has the answer no other call of this CNPJ is
 * permitted; after a kill, from the latest moment on at which the call can have been carried out, for the hour that its answer
 * may have forbidden. `isOurs`: this service makes the call with a certificate of the company, which may prove the CNPJ: the other
 * companies wait for the end of the call, and for no longer.
 */
export async function claimCall(
  ports: Needs,
  ref: CursorRef,
  ask: Ask,
  isOurs = false,
): Promise<Claim> {
  const { company, cnpj, environment } = ref;
  const id = newId();
  const at = ports.clock.now();
  const row = await ports.writer.commit({
    statements: [
      {
        sql: ask.kind === "cursor" ? CLAIM_BY_CURSOR : CLAIM_OF_ALLOWANCE,
        args: [company, cnpj, environment, id, at, isOurs ? at + CALL_MS : 0],
      },
      insertCall(ref, id, ask, at),
    ],
    read: ([rows]) => rows?.[0],
  });
  if (row === undefined) return { permit: null, until: await nextMoment(ports, ref, ask) };
  return {
    permit: {
      ...ref,
      id,
      uf: String(row.uf),
      ask: ask.kind === "cursor" ? { kind: "cursor", after: Number(row.ult_nsu) } : ask,
      claimedAt: at,
      sendBefore: at + SEND_WITHIN_MS,
      faults: Number(row.faults),
    },
  };
}

function insertCall(
  { company, cnpj, environment }: CursorRef,
  id: string,
  ask: Ask,
  at: number,
): Statement {
  const { args, add } = parameters<Value>([company, cnpj, environment, id]);
  return {
    sql: `insert into sefaz_calls (company, id, cnpj, environment, kind, subject, at)
      select ?1, ?4, ?2, ?3, ${add(ask.kind)}, coalesce(${add(subjectOf(ask))}, cast(ult_nsu as text)), ${add(at)}
      from sefaz_cursors where company = ?1 and cnpj = ?2 and environment = ?3 and call = ?4`,
    args,
  };
}

function subjectOf(ask: Ask): string | null {
  if (ask.kind === "cursor") return null;
  return ask.kind === "key" ? ask.accessKey : String(ask.nsu);
}

/** When a call may be tried that was not permitted now; null: never, as it stands. */
async function nextMoment(
  ports: Pick<Ports, "reader" | "clock">,
  { company, cnpj, environment }: CursorRef,
  ask: Ask,
): Promise<number | null> {
  const now = ports.clock.now();
  const [row] = await ports.reader.rows({
    sql: `select c.due_at,
        max(c.own_block_until, (select max(o.blocked_until) from sefaz_cursors o where ${counting("?4")})) as blocked_until,
        (select max(o.next_at) from sefaz_cursors o where ${counting("?4")}) as next_at,
        (select k.at from sefaz_cursors o
          join sefaz_calls k on k.company = o.company and k.cnpj = o.cnpj and k.environment = o.environment
          where ${counting("?4")} and k.kind <> 'cursor' and k.at > ?4 - ${ALLOWANCE_MS}
          order by k.at desc limit 1 offset ${ALLOWANCE - 1}) as counted_at
      from sefaz_cursors c where c.company = ?1 and c.cnpj = ?2 and c.environment = ?3 and c.active = 1`,
    args: [company, cnpj, environment, now],
  });
  if (row === undefined) return null;
  const until = ask.kind === "cursor" ? cursorMoment(row) : askMoment(row);
  // Nothing of the service's forbids it: another process was first, or the company has too many open jobs.
  return until > now ? until : now + PAUSE_FULL_MS;
}

const cursorMoment = (row: Row): number =>
  Math.max(Number(row.due_at), Number(row.blocked_until), Number(row.next_at));

const askMoment = (row: Row): number =>
  Math.max(
    Number(row.blocked_until),
    row.counted_at === null ? 0 : Number(row.counted_at) + ALLOWANCE_MS,
  );
