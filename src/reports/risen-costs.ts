import type { FeedEventOnWire } from "../journal/feed-events.ts";
import { shownEvent } from "../journal/shown-event.ts";
import { trusted } from "../lib/cast.ts";
import type { Ports } from "../ports/ports.ts";

/** An entry that cost more than the average before it by more than the company's limit, as the feed tells it. */
export type RisenCost = Extract<FeedEventOnWire, { type: "product.cost_rose" }>;

/**
 * The newest risen costs of a company since an instant (ms UTC), at most `limit`. By its index; events that the feed no longer
 * keeps are not there.
 */
export async function risenCosts(
  ports: Pick<Ports, "reader">,
  company: number,
  { since, limit }: { readonly since: number; readonly limit: number },
  signal?: AbortSignal,
): Promise<RisenCost[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select id, at, payload from events indexed by events_of_risen_costs
        where company = ?1 and type = 'product.cost_rose' and at >= ?2 order by at desc limit ?3`,
      args: [company, since, limit],
    },
    signal,
  );
  return rows.map(({ id, at, payload }) =>
    // The statement selects this type alone.
    trusted<RisenCost>(
      shownEvent({
        id: Number(id),
        type: "product.cost_rose",
        at: Number(at),
        payload: trusted<Record<string, unknown>>(JSON.parse(String(payload))),
      }),
    ),
  );
}
