import type { Statement } from "../ports/sql.ts";

/**
 * Appends one event of the feed for each row of a query, where only the database knows which events there are (else:
 * `appendEvents`). The query selects `type` and `payload` (JSON of the shape in feed-events.ts); its parameters begin at ?1.
 */
export const appendSelectedEvents = (company: number, at: number, query: Statement): Statement => ({
  sql: `insert into events (company, at, type, payload)
    select ?${query.args.length + 1}, ?${query.args.length + 2}, type, payload from (${query.sql})`,
  args: [...query.args, company, at],
});
