/** Most milliseconds that a write waits between its instant and its commit, and most movements that are written meanwhile. */
const LONGEST_WAIT_MS = 600_000;
const MOST_OVERTAKING = 2_000;

/** The newest movements before the instant by one of the two indexes over time, as far back as one of them may have overtaken another. */
const newest = (index: string, quantity: string, company: string, before: string): string => {
  const from = `from movements indexed by ${index} where company = ${company} and quantity_e4 ${quantity} 0`;
  return `select id from (
    select id ${from} and created_at < ${before} and created_at >= (
      select created_at ${from} and created_at < ${before} order by created_at desc limit 1) - ${LONGEST_WAIT_MS}
    order by created_at desc, id desc limit ${MOST_OVERTAKING})`;
};

/**
 * SQL: the id of the last movement of a company, in the order of writing, whose instant is before `before` (ms UTC); NULL
 * where there is none. A write gets its instant before it is committed, so the last one is not always that of the latest instant.
 */
export const lastWrittenBefore = (company: string, before: string): string => `(
  select max(id) from (
    ${newest("movements_by_time", "<>", company, before)}
    union all ${newest("movements_late_costs", "=", company, before)}))`;
