import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import { ofPostingOf } from "../../stock/found-movements.ts";
import type { ManualMovement } from "../../stock/posting/movement.ts";
import type { Posting } from "../../stock/posting/posting.ts";

/**
 * Appends `stock.low` to the feed for each product that these movements took below its minimum, once at the crossing and not
 * for each later exit. Must follow the balances; where the batch was refused there are no such movements. The order of
 * the joins is forced: few movements, and a product and a balance for each.
 */
const appendLowStock = (
  company: number,
  at: number,
  origin: string,
  refs: readonly [from: string, to: string],
  posting: string,
): Statement =>
  appendSelectedEvents(company, at, {
    sql: `select 'stock.low' as type, json_object('product_code', m.product) as payload
    from (
      select product, sum(quantity_e4) as moved_e4 from movements
      where ${ofPostingOf({ origin: "= ?2", refs: ["?3", "?4"], posting: "?5" })} group by product
    ) as m
    cross join products p on p.company = ?1 and p.code = m.product
    cross join balances b on b.company = ?1 and b.product = m.product
    where b.quantity_e4 < p.min_stock_e4 and b.quantity_e4 - m.moved_e4 >= p.min_stock_e4`,
    args: [company, origin, ...refs, posting],
  });

/** Of a posted note: '$' follows '#' in its references (stock/posting/posting.ts). Only for a posting with exits. */
export const appendLowStockOfNote = ({
  company,
  at,
  origin,
  reference,
  id,
}: Pick<Posting, "company" | "at" | "origin" | "reference" | "id">): Statement =>
  appendLowStock(company, at, origin, [`${reference}#`, `${reference}$`], id);

/** Of a manual exit. */
export const appendLowStockOfMovement = ({
  company,
  at,
  origin,
  posting,
}: Pick<ManualMovement, "company" | "at" | "origin" | "posting">): Statement =>
  appendLowStock(company, at, origin, [posting, posting], posting);

/** Of a batch of manual movements; `made` is the condition that finds them, with the company as ?1. */
export const appendLowStockOfBatch = (company: number, at: number, made: Guard): Statement =>
  appendSelectedEvents(company, at, {
    sql: `select 'stock.low' as type, json_object('product_code', m.product) as payload
    from (select product, sum(quantity_e4) as moved_e4 from movements where ${made.sql} group by product) as m
    cross join products p on p.company = ?1 and p.code = m.product
    cross join balances b on b.company = ?1 and b.product = m.product
    where b.quantity_e4 < p.min_stock_e4 and b.quantity_e4 - m.moved_e4 >= p.min_stock_e4`,
    args: [...made.args],
  });
