import { parameters } from "../lib/parameters.ts";
import { ALWAYS, type Guard, type Statement, type Value } from "../ports/sql.ts";
import type { AuditAction } from "./audit-actions.ts";
import type { Cause } from "./cause.ts";
import type { NewFeedEvent } from "./feed-events.ts";
import { values } from "./values.ts";
import type { Tag } from "./versions.ts";

/**
 * What a flow adds to its batch beside its own statements: the audit line, the events of the feed, and new versions for the
 * cached reads that the write makes old. None of these functions writes by itself.
 * With a `guard` a statement writes only where the guard selects a row, e.g.
 * "select 1 from notes where company = ?1 and registration = ?2"; the guard's parameters are numbered from ?1.
 */

/** What was done, as the audit log keeps it. */
export interface AuditedAction {
  /** `nfe.upload`, `nfe.process`, `movement.create`, `login` … */
  readonly action: AuditAction;
  readonly entity: string;
  readonly id: string | null;
  /** Codes, counts, keys; never a note's content, a name, a CPF, a password. */
  readonly detail: Record<string, unknown>;
  /** A figure of the detail that only the batch knows, by its name there: how many rows the guard selects. */
  readonly countedAs?: string;
}

/** One line of the audit log; `at` in ms UTC. */
export function audit(
  { actor, requestId, peer }: Cause,
  at: number,
  { action, entity, id, detail, countedAs }: AuditedAction,
  guard: Guard = ALWAYS,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const line = [actor.company, at, actor.userId, actor.keyId ?? null, action, entity, id].map(
    (value) => add(value),
  );
  const given = add(JSON.stringify(detail));
  const whole =
    countedAs === undefined
      ? given
      : `json_set(${given}, ${add(`$.${countedAs}`)}, (select count(*) from (${guard.sql})))`;
  const from = [requestId, peer].map((value) => add(value));
  return {
    sql: `insert into audit (company, at, user_id, key_id, action, entity, entity_id, detail, request_id, peer)
      select ${[...line, whole, ...from].join(", ")} where exists (${guard.sql})`,
    args,
  };
}

/** As `audit`, one line for each company: what was done to the whole database, by the command line. */
export function auditAllCompanies(
  requestId: string,
  at: number,
  { action, entity, id, detail }: AuditedAction,
): Statement {
  return {
    sql: `insert into audit (company, at, action, entity, entity_id, detail, request_id)
      select id, ?1, ?2, ?3, ?4, ?5, ?6 from companies`,
    args: [at, action, entity, id, JSON.stringify(detail), requestId],
  };
}

const NO_ROW = { sql: "select null, null where false", args: [] };

/** Events of the durable feed, in order; there may be none. */
export function appendEvents(
  company: number,
  at: number,
  newEvents: readonly NewFeedEvent[],
  guard: Guard = ALWAYS,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const head = `${add(company)}, ${add(at)}`;
  const rows = newEvents.map(({ type, payload }) => [type, JSON.stringify(payload)]);
  const added = rows.length === 0 ? NO_ROW : values(rows, args.length);
  return {
    sql: `with event (type, payload) as (${added.sql})
      insert into events (company, at, type, payload)
      select ${head}, type, payload from event where exists (${guard.sql})`,
    args: [...args, ...added.args],
  };
}

/**
 * Raises the versions of the cache tags of a company (journal/versions.ts lists them), so that cached reads with these tags
 * are computed again. The tags are constants of the code and stand in the SQL text.
 */
export function bumpTags(company: number, tags: readonly Tag[], guard: Guard = ALWAYS): Statement {
  const rows = tags.map((tag) => `('${tag}')`).join(", ");
  const { args, add } = parameters<Value>(guard.args);
  return {
    sql: `insert into cache_versions (company, tag, version)
      select ${add(company)}, column1, 1 from (values ${rows}) where exists (${guard.sql})
      on conflict do update set version = version + 1`,
    args,
  };
}

/** As bumpTags, where the statement directly before it in the batch has changed a row. */
export function bumpTagIfChanged(company: number, tag: Tag): Statement {
  return {
    sql: `insert into cache_versions (company, tag, version) select ?1, '${tag}', 1 where changes() > 0
      on conflict do update set version = version + 1`,
    args: [company],
  };
}
