import { IS_FIRST } from "../found-movements.ts";

/** Most milliseconds that a write waits between its instant and its commit, and most movements that are written meanwhile. */
const LONGEST_WAIT_MS = 600_000;
const MOST_OVERTAKING = 2_000;

/** The newest movements before the instant by one of the two indexes over time, as far back as one of them may have overtaken another. */
const newest = (from: string, last: string, before: string): string =>
  `select id from (
    select ${last} as id ${from} and created_at < ${before} and created_at >= (
      select created_at ${from} and created_at < ${before} order by created_at desc limit 1) - ${LONGEST_WAIT_MS}
    order by created_at desc, movements.id desc limit ${MOST_OVERTAKING})`;

/**
 * SQL: the id of the last movement of a company, in the order of writing, whose instant is before `before` (ms UTC); NULL
 * where there is none. A write gets its instant before it is committed, so the last one is not always that of the latest instant.
 */
export const lastWrittenBefore = (company: string, before: string): string => `(
  select max(id) from (
    ${newest(`from movements indexed by movements_by_time where company = ${company} and quantity_e4 <> 0 and ${IS_FIRST}`, "id + followers", before)}
    union all ${newest(`from movements indexed by movements_late_costs where company = ${company} and quantity_e4 = 0`, "id", before)}))`;
