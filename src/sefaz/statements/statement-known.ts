import { AWARE } from "./evento.ts";

/** Types of statements, as they stand in SQL. */
export const AWARENESS_TYPE = `'${AWARE}'`;
export const UNKNOWN_TYPE = "'210220'";
export const CONFIRMED_OR_NOT_DONE_TYPES = "'210200', '210240'";
export const CONCLUSIVE_TYPES = `${CONFIRMED_OR_NOT_DONE_TYPES}, ${UNKNOWN_TYPE}`;
export const ANY_TYPE = `${AWARENESS_TYPE}, ${CONCLUSIVE_TYPES}`;

/** States of a statement of ours: it is registered; or it may still be; or whatever became of it. */
export const DONE_STATE = "'done'";
export const ASKED_STATES = "'asked', 'sending', 'done'";
export const EVER_ASKED_STATES = `${ASKED_STATES}, 'refused'`;

/**
 * SQL: whether a statement of these types about the note `of` (an alias with company and access_key) is known: one of ours in one
 * of `states`, or one that was made elsewhere and has come as an event or as its summary.
 */
export const statementKnown = (of: string, types: string, states: string): string =>
  `(exists (select 1 from sefaz_statements s indexed by sefaz_statements_of_note
      where s.company = ${of}.company and s.access_key = ${of}.access_key and s.type in (${types}) and s.state in (${states}))
    or exists (select 1 from announced_events v
      where v.company = ${of}.company and v.access_key = ${of}.access_key and v.tp_evento in (${types}))
    or exists (select 1 from nfe_events e
      where e.company = ${of}.company and e.access_key = ${of}.access_key and e.type in (${types}) and e.withdrawn_at is null))`;
