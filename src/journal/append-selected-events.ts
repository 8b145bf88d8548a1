import { parameters } from "../lib/parameters.ts";
import type { Statement, Value } from "../ports/sql.ts";

/**
 * Appends one event of the feed for each row of a query, where only the database knows which events there are (else:
 * `appendEvents`). The query selects `type` and `payload` (JSON of the shape in feed-events.ts); its parameters begin at ?1.
 */
export function appendSelectedEvents(company: number, at: number, query: Statement): Statement {
  const { args, add } = parameters<Value>(query.args);
  return {
    sql: `insert into events (company, at, type, payload)
      select ${add(company)}, ${add(at)}, type, payload from (${query.sql})`,
    args,
  };
}
