import type { Guard, Statement } from "../ports/sql.ts";
import type { NewFeedEvent } from "./feed-events.ts";
import { values } from "./values.ts";
import type { Tag } from "./versions.ts";

/**
 * What every write carries along: who did what, what happened, and which cached reads are old now.
 * Each function gives statements that a flow adds to its batch; none of them writes by itself.
 * `guard` makes a statement insert only where the batch's main statement has won, e.g.
 * "select 1 from notes where company = ?1 and registration = ?2"; its parameters are numbered from ?1.
 */
const ALWAYS: Guard = { sql: "select 1", args: [] };

/** Shifts nothing: the guard's parameters come first, so ours follow them. */
const after = (guard: Guard) => {
  let next = guard.args.length;
  return () => `?${++next}`;
};

export interface AuditLine {
  readonly company: number;
  readonly at: number;
  /** The user, and the API key that stood for one: an `Actor` as it is. Null: nobody that we know. */
  readonly by: { readonly userId: number | null; readonly keyId?: string | undefined };
  /** `nfe.upload`, `nfe.process`, `movement.create`, `login` … */
  readonly action: string;
  readonly entity: string;
  readonly entityId: string | null;
  /** Codes, counts, keys; never a note's content, a name, a CPF, a password. */
  readonly detail: Record<string, unknown>;
  readonly requestId: string;
  readonly peer: string | null;
}

/** One line of the audit log. */
export function audit(line: AuditLine, guard: Guard = ALWAYS): Statement {
  const p = after(guard);
  return {
    sql: `insert into audit (company, at, user_id, key_id, action, entity, entity_id, detail, request_id, peer)
      select ${p()}, ${p()}, ${p()}, ${p()}, ${p()}, ${p()}, ${p()}, ${p()}, ${p()}, ${p()} where exists (${guard.sql})`,
    args: [
      ...guard.args,
      line.company,
      line.at,
      line.by.userId,
      line.by.keyId ?? null,
      line.action,
      line.entity,
      line.entityId,
      JSON.stringify(line.detail),
      line.requestId,
      line.peer,
    ],
  };
}

const NO_ROW = { sql: "select null, null where false", args: [] };

/** Events of the durable feed, in order; there may be none. */
export function appendEvents(
  company: number,
  at: number,
  happenings: readonly NewFeedEvent[],
  guard: Guard = ALWAYS,
): Statement {
  const p = after(guard);
  const rows = happenings.map(({ type, payload }) => [type, JSON.stringify(payload)]);
  const told = rows.length === 0 ? NO_ROW : values(rows, guard.args.length + 2);
  return {
    sql: `with told (type, payload) as (${told.sql})
      insert into events (company, at, type, payload)
      select ${p()}, ${p()}, type, payload from told where exists (${guard.sql})`,
    args: [...guard.args, company, at, ...told.args],
  };
}

/**
 * Raises the versions of cached reads that show what a write has changed (journal/versions.ts says which is which).
 * The tags are names of ours and stand in the text, which is constant for each list of them.
 */
export function bumpTags(company: number, tags: readonly Tag[], guard: Guard = ALWAYS): Statement {
  const rows = tags.map((tag) => `('${tag}')`).join(", ");
  return {
    sql: `insert into cache_versions (company, tag, version)
      select ${after(guard)()}, column1, 1 from (values ${rows}) where exists (${guard.sql})
      on conflict do update set version = version + 1`,
    args: [...guard.args, company],
  };
}

/** The same, where the statement just before it in the batch has changed a row: what guarded that one guards this. */
export function bumpTagIfChanged(company: number, tag: Tag): Statement {
  return {
    sql: `insert into cache_versions (company, tag, version) select ?1, '${tag}', 1 where changes() > 0
      on conflict do update set version = version + 1`,
    args: [company],
  };
}
