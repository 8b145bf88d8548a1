import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { MAX_MOVED, type NewMovingEvent } from "../../journal/feed-events.ts";
import { bumpTagIfChanged } from "../../journal/record.ts";
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
  event: NewMovingEvent,
  by: PostedBy,
  guard: Guard,
  risePercent = 0,
): Statement {
  const { args, add } = parameters<Value>(guard.args);
  return eventsOf(at, event, by, { guard, args, add, risePercent, more: () => "" });
}

/**
 * As `appendMoved`, of goods that may move products which are not active: those that have a balance then are active again, each with
 * its `product.changed`, because no list, export or count shows an inactive one. `bumps`: the batch itself raises the tag of products.
 * Where nothing is activated the added statements end at once: the events that were written say so.
 */
export function appendMovedActivating(
  at: number,
  event: NewMovingEvent,
  by: PostedBy,
  guard: Guard,
  { risePercent = 0, bumps = false } = {},
): Statement[] {
  const { company } = by;
  const { args, add } = parameters<Value>(guard.args);
  const update = parameters<Value>([company, at]);
  const moved = ownOf(by, update.add);
  return [
    eventsOf(at, event, by, {
      guard,
      args,
      add,
      risePercent,
      more: (
        own,
      ) => `union all select 'product.changed', json_object('product_code', p.code) from products p
        where ${toActivate(add(company), `select product from movements where ${own}`)}`,
    }),
    {
      sql: `update products as p set active = 1, version = version + 1, updated_at = ?2
        where ${toActivate("?1", `select product from (select changes() as n) written cross join movements where written.n > 1 and ${moved}`)}`,
      args: update.args,
    },
    ...(bumps ? [] : [bumpTagIfChanged(company, "products")]),
  ];
}

/** Condition on `p`: it is one of these products, is not active, and has a balance. */
const toActivate = (company: string, products: string): string =>
  `p.company = ${company} and p.active = 0 and p.code in (${products}) and exists (
    select 1 from balances b where b.company = p.company and b.product = p.code and b.quantity_e4 <> 0)`;

const ownOf = (
  { company, origins, refs: [from, to], posting }: PostedBy,
  add: (value: Value) => string,
): string =>
  ofPostingOf({
    company: add(company),
    origin: `in (${origins.map((origin) => add(origin)).join(", ")})`,
    refs: [add(from), add(to)],
    posting: add(posting),
  });

interface Written {
  readonly guard: Guard;
  readonly args: readonly Value[];
  readonly add: (value: Value) => string;
  readonly risePercent: number;
  /** SQL of more events, of the condition that finds the movements. */
  readonly more: (own: string) => string;
}

function eventsOf(
  at: number,
  { type, payload }: NewMovingEvent,
  by: PostedBy,
  { guard, args, add, risePercent, more }: Written,
): Statement {
  const { company } = by;
  const own = ownOf(by, add);
  return appendSelectedEvents(company, at, {
    sql: `select ${add(type)} as type, json_set(${add(JSON.stringify(payload))}, '$.moved', json_array(
        (select count(*) from movements where ${own}),
        json((select json_group_array(json_array(id, product, quantity_e4, after_e4, after_e2)) from (
          select id, product, quantity_e4, after_e4, after_e2 from movements where ${own} order by id limit ${MAX_MOVED}))))) as payload
      where exists (${guard.sql})
      ${alsoRisen(own, risePercent, add)} ${more(own)}`,
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
