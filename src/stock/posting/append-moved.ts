import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { MAX_MOVED, type NewMovingEvent } from "../../journal/feed-events.ts";
import { parameters } from "../../lib/parameters.ts";
import type { Guard, Statement, Value } from "../../ports/sql.ts";
import { ofPostingOf } from "../found-movements.ts";
import { risenCosts } from "./risen-cost.ts";

/** The movements of one posting: those of a document by its reference, one by hand by the posting itself. */
export interface PostedBy {
  readonly company: number;
  readonly origins: readonly string[];
  /** Least and greatest `origin_ref`, included. */
  readonly refs: readonly [from: string, to: string];
  readonly posting: string;
}

/** Movements of a note or of a count: in their references '#' follows the document, and '$' follows '#'. */
export const postedByDocument = (
  company: number,
  posting: string,
  document: string,
  origins: readonly string[],
): PostedBy => ({ company, posting, origins, refs: [`${document}#`, `${document}$`] });

/** Movements of a posted note; those that its events cause at once have an event of their own. */
export const postedByNote = ({
  company,
  id,
  origin,
  reference,
}: {
  readonly company: number;
  readonly id: string;
  readonly origin: string;
  readonly reference: string;
}): PostedBy => postedByDocument(company, id, reference, [origin]);

/** A movement by hand, or its reversal. */
export const postedByHand = (company: number, posting: string, origin: string): PostedBy => ({
  company,
  posting,
  origins: [origin],
  refs: [posting, posting],
});

/**
 * Appends an event with the movements of its write: how many they are, and the first MAX_MOVED as [id, product, quantity (1/10⁴,
 * signed), balance (1/10⁴) and value (1/10²) of the product after it]; journal/shown-event.ts shows them. Must follow them.
 * With `risePercent` (0: no) it appends the risen costs of these movements too (risen-cost.ts).
 */
export function appendMoved(
  at: number,
  { type, payload }: NewMovingEvent,
  { company, origins, refs, posting }: PostedBy,
  guard: Guard,
  risePercent = 0,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  const [from, to] = refs;
  const own = ofPostingOf({
    company: add(company),
    origin: `in (${origins.map((origin) => add(origin)).join(", ")})`,
    refs: [add(from), add(to)],
    posting: add(posting),
  });
  return appendSelectedEvents(company, at, {
    sql: `select ${add(type)} as type, json_set(${add(JSON.stringify(payload))}, '$.moved', json_array(
        (select count(*) from movements where ${own}),
        json((select json_group_array(json_array(id, product, quantity_e4, after_e4, after_e2)) from (
          select id, product, quantity_e4, after_e4, after_e2 from movements where ${own} order by id limit ${MAX_MOVED}))))) as payload
      where exists (${guard.sql})
      ${alsoRisen(own, risePercent, add)}`,
    args,
  });
}

const alsoRisen = (own: string, percent: number, add: (value: Value) => string): string =>
  percent === 0 ? "" : `union all select type, payload from (${risenCosts(own, add(percent))})`;

/**
 * Appends a `movement.created` for each of some movements by hand, in their order; `made` is the condition that finds them.
 * Then, with `risePercent` (0: no), their risen costs.
 */
export function appendEachMovement(
  company: number,
  at: number,
  made: { readonly sql: string; readonly args: readonly Value[] },
  risePercent: number,
): Statement {
  const { args, add } = parameters<Value>(made.args);
  return appendSelectedEvents(company, at, {
    sql: `select type, payload from (
        select 'movement.created' as type, json_object('product_code', product, 'type', type, 'moved',
          json_array(1, json_array(json_array(id, product, quantity_e4, after_e4, after_e2)))) as payload
        from movements where ${made.sql} order by id)
      ${alsoRisen(made.sql, risePercent, add)}`,
    args,
  });
}
