import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { bumpTagIfChanged, bumpTags } from "../../journal/record.ts";
import { parameters } from "../../lib/parameters.ts";
import { CANCELLATIONS } from "../../nfe/read/read-event.ts";
import { ALWAYS, type Guard, type Statement, type Value } from "../../ports/sql.ts";
import { type DistributionAnswer, MOST_PARKED_BYTES } from "../wire/distribution.ts";
import { SITUATION_CANCELLED } from "./announced-situation.ts";
import type { CallPermit } from "./claim-call.ts";
import type { DocumentToPark, Sorted } from "./sort-documents.ts";
import { meaningOf, type NextTimes } from "./times.ts";
import { belowAll } from "./unnumbered.ts";

const ANSWER_TEXT = 300;

/** The parameters ?1 to ?4 of AWAITED. */
export const keyOf = ({ company, cnpj, environment, id }: CallPermit): Value[] => [
  company,
  cnpj,
  environment,
  id,
];
/** SQL: the cursor that waits for a call's answer. */
export const AWAITED = "company = ?1 and cnpj = ?2 and environment = ?3 and call = ?4";

/** What a call's answer makes of its cursor. `provenUntil`: the end of the certificate that proves the CNPJ, ms UTC; 0: nothing does. */
export interface Moved {
  readonly times: NextTimes;
  readonly provenUntil: number;
}

/**
 * Ends the call with its answer; the cursor goes on, never back. Returns a row where the answer was awaited and `guard` selects
 * one (its parameters are numbered from ?1).
 */
export function cursorMoved(
  permit: CallPermit,
  answer: DistributionAnswer,
  { times, provenUntil }: Moved,
  now: number,
  guard: Guard = ALWAYS,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const byCursor = permit.ask.kind === "cursor";
  const meaning = meaningOf(answer.cStat);
  const moves = byCursor && (meaning === "found" || meaning === "none");
  const good = meaning === "found" || meaning === "none";
  const at = add(now);
  const failing = good
    ? "faults = 0, failing_since = null, failing_reported = 0"
    : `faults = faults + 1, failing_since = coalesce(failing_since, ${at})`;
  // Only what was carried out: a block may come before the service has looked at the certificate.
  const proven = add(good ? provenUntil : 0);
  // An ask by key is refused for a reason of that key: it says nothing about the service.
  const ofAsk = !byCursor && meaning === "refused";
  return {
    sql: `update sefaz_cursors set call = null, ${timesSql(times, add)},
        ult_nsu = max(ult_nsu, ${add(moves ? (answer.ultNSU ?? 0) : 0)}), max_nsu = coalesce(${add(moves ? answer.maxNSU : null)}, max_nsu),
        proven_until = max(proven_until, ${proven}),
        ${ofAsk ? "" : `${failing}, answered_at = ${at}, answer_code = ${add(answer.cStat)}, answer_text = ${add(answer.xMotivo.slice(0, ANSWER_TEXT))},`}
        updated_at = ${at}
      where company = ${add(permit.company)} and cnpj = ${add(permit.cnpj)} and environment = ${add(permit.environment)}
        and call = ${add(permit.id)} and exists (${guard.sql})
      returning 1`,
    args,
  };
}

/** Ends the call without an answer. Returns a row where it was awaited. */
export function noteFault(
  permit: CallPermit,
  code: string,
  times: NextTimes,
  now: number,
): Statement {
  const { args, add } = parameters<Value>(keyOf(permit));
  const at = add(now);
  return {
    sql: `update sefaz_cursors set call = null, ${timesSql(times, add)}, faults = faults + 1,
        failing_since = coalesce(failing_since, ${at}), answered_at = ${at}, answer_code = ${add(code)}, answer_text = null,
        updated_at = ${at}
      where ${AWAITED} returning 1`,
    args,
  };
}

/** Calls that fail for so long are an event of the feed. */
const REPORTED_AFTER_MS = 2 * 3_600_000;

/** Tells the feed once that calls of a CNPJ fail, where they have for long; before the call ends. `code`: of the last one. */
export function failingReported(permit: CallPermit, code: string, now: number): Statement[] {
  const due = `${AWAITED} and failing_reported = 0 and failing_since < ?5`;
  const args = [...keyOf(permit), now - REPORTED_AFTER_MS];
  return [
    appendSelectedEvents(permit.company, now, {
      sql: `select 'sefaz.failing' as type, json_object('cnpj', cnpj, 'code', ?6,
          'since', strftime('%Y-%m-%dT%H:%M:%S', failing_since / 1000, 'unixepoch') || printf('.%03dZ', failing_since % 1000)) as payload
        from sefaz_cursors where ${due}`,
      args: [...args, code],
    }),
    { sql: `update sefaz_cursors set failing_reported = 1 where ${due}`, args },
    bumpTagIfChanged(permit.company, "alerts"),
  ];
}

/** What is read of calls that fail is old where this answer ends them; before the cursor moves. */
const failingEnded = (permit: CallPermit): Statement =>
  bumpTags(permit.company, ["alerts"], {
    sql: `select 1 from sefaz_cursors where ${AWAITED} and failing_reported = 1`,
    args: keyOf(permit),
  });

const timesSql = ({ blockedUntil, nextAt, dueAt }: NextTimes, add: (value: Value) => string) =>
  `blocked_until = ${add(blockedUntil)}, next_at = coalesce(${add(nextAt)}, next_at), due_at = coalesce(${add(dueAt)}, due_at)`;

/** The job of an answer's documents, and their NSUs in the order of its lines; null: a docZip names none. */
export interface SentJob {
  readonly id: string;
  readonly nsus: readonly (number | null)[];
}

/** The call's row gets its outcome, and an ask that it was made for its end; before the cursor moves. */
export function callEnded(
  permit: CallPermit,
  answer: DistributionAnswer,
  sent: SentJob | null,
  now: number,
): Statement[] {
  const job = sent?.id ?? null;
  const awaited = `exists (select 1 from sefaz_cursors where ${AWAITED})`;
  const meaning = meaningOf(answer.cStat);
  const ended: Statement = {
    sql: `update sefaz_calls set answered_at = ?5, outcome = ?6, job = ?7, nsus = ?8 where company = ?1 and id = ?4 and ${awaited}`,
    args: [...keyOf(permit), now, meaning, job, sent && JSON.stringify(sent.nsus)],
  };
  const isGood = meaning === "found" || meaning === "none";
  const first = isGood ? [failingEnded(permit), ended] : [ended];
  const { ask } = permit;
  // A block or a pause of the service is no answer to what was asked.
  if (ask.kind === "cursor" || meaning === "blocked" || meaning === "paused") return first;
  const subject = ask.kind === "key" ? ask.accessKey : String(ask.nsu);
  const state = meaning === "found" ? "done" : "refused";
  const asks: Statement = {
    sql: `update sefaz_asks set state = ?5, code = ?6, text = ?7, job = ?8, ended_at = ?9
      where company = ?1 and cnpj = ?2 and environment = ?3 and kind = ?10 and subject = ?11 and state = 'waiting' and ${awaited}`,
    args: [
      ...keyOf(permit),
      state,
      answer.cStat,
      answer.xMotivo.slice(0, ANSWER_TEXT),
      job,
      now,
      ask.kind,
      subject,
    ],
  };
  if (ask.kind === "key" || meaning !== "found") return [...first, asks];
  const taken: Statement = {
    sql: `update sefaz_parked set taken_at = ?6 where company = ?1 and cnpj = ?2 and environment = ?3 and nsu = ?5
      and taken_at is null and parked_at < ?6 and ${awaited}`,
    args: [...keyOf(permit), ask.nsu, now],
  };
  return [...first, asks, taken];
}

/** Summaries as announced notes and events, where the guard selects a row; a later summary of a note replaces its state. */
export function keptSummaries(
  { company, cnpj }: CallPermit,
  { notes, events }: Sorted,
  guard: Guard,
  now: number,
): Statement[] {
  const statements: Statement[] = [];
  if (notes.length > 0) {
    const { args, add } = parameters<Value>(guard.args);
    statements.push(announcedEvents(company, cnpj, notes, guard, now));
    statements.push({
      sql: `insert into announced_notes (company, access_key, cnpj, nsu, issuer, issuer_name, issued_at, issued_ms, value_e2,
          tp_nf, c_sit, protocol, announced_at)
        select ${add(company)}, value ->> 'accessKey', ${add(cnpj)}, value ->> 'nsu', value ->> 'issuer', value ->> 'issuerName',
          value ->> 'issuedAt', value ->> 'issuedMs', value ->> 'valueE2', value ->> 'tpNf', value ->> 'cSit',
          value ->> 'protocol', ${add(now)}
        from json_each(${add(JSON.stringify(notes))}) where exists (${guard.sql})
        on conflict (company, access_key) do update set nsu = max(nsu, excluded.nsu),
          c_sit = iif(c_sit = '${SITUATION_CANCELLED}', c_sit, excluded.c_sit)`,
      args,
    });
  }
  if (events.length > 0) {
    const { args, add } = parameters<Value>(guard.args);
    const ofCompany = add(company);
    const json = add(JSON.stringify(events));
    statements.push({
      sql: `insert into announced_events (company, access_key, tp_evento, n_seq, author, cnpj, nsu, title, happened_at, protocol,
          announced_at)
        select ${ofCompany}, value ->> 'accessKey', value ->> 'tpEvento', value ->> 'nSeq', value ->> 'author', ${add(cnpj)},
          value ->> 'nsu', value ->> 'title', value ->> 'happenedAt', value ->> 'protocol', ${add(now)}
        from json_each(${json}) where exists (${guard.sql}) on conflict do nothing`,
      args,
    });
    const cancelled = events.filter(({ tpEvento }) => CANCELLATIONS.includes(tpEvento));
    if (cancelled.length > 0) statements.push(cancelledNotes(company, cancelled, guard));
  }
  return statements;
}

/** One event of the feed for each note that was not announced before and is not here; before its row is written. */
function announcedEvents(
  company: number,
  cnpj: string,
  notes: Sorted["notes"],
  guard: Guard,
  now: number,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const ofCompany = add(company);
  const keys = add(JSON.stringify(notes.map(({ accessKey }) => accessKey)));
  return appendSelectedEvents(company, now, {
    sql: `select 'nfe.announced' as type, json_object('access_key', value, 'cnpj', ${add(cnpj)}) as payload
      from json_each(${keys}) where exists (${guard.sql})
        and not exists (select 1 from announced_notes a where a.company = ${ofCompany} and a.access_key = value)
        and not exists (select 1 from notes n where n.company = ${ofCompany} and n.access_key = value)`,
    args,
  });
}

function cancelledNotes(
  company: number,
  events: readonly { readonly accessKey: string }[],
  guard: Guard,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  return {
    sql: `update announced_notes set c_sit = '${SITUATION_CANCELLED}' where company = ${add(company)}
      and access_key in (select value from json_each(${add(JSON.stringify(events.map((one) => one.accessKey)))}))
      and exists (${guard.sql})`,
    args,
  };
}

/** What cannot be taken, by its NSU, or below 0 where it names none; bytes that are too many are asked for again. */
export const parkedRows = (
  { company, cnpj, environment }: CallPermit,
  parked: readonly DocumentToPark[],
  guard: Guard,
  now: number,
): Statement[] =>
  parked.map(({ nsu, schema, reason, bytes }) => {
    const { args, add } = parameters<Value>(guard.args);
    const kept = bytes.byteLength <= MOST_PARKED_BYTES ? bytes : null;
    return {
      sql: `insert into sefaz_parked (company, cnpj, environment, nsu, schema, reason, bytes, parked_at)
        select ${add(company)}, ${add(cnpj)}, ${add(environment)}, coalesce(${add(nsu)}, ${belowAll(add(company), add(cnpj), add(environment))}), ${add(schema.slice(0, 60))}, ${add(reason.slice(0, 60))},
          ${add(kept)}, ${add(now)}
        where exists (${guard.sql})
        on conflict (company, cnpj, environment, nsu) do update set schema = excluded.schema, reason = excluded.reason,
          bytes = excluded.bytes, parked_at = excluded.parked_at, taken_at = null`,
      args,
    };
  });
