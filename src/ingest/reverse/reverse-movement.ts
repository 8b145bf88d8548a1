import { settingsOf } from "../../accounts/settings/settings.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { today } from "../../lib/days.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { MovementFailure } from "../../stock/failures.ts";
import { IS_FIRST } from "../../stock/found-movements.ts";
import { appendMovedActivating, postedByHand } from "../../stock/posting/append-moved.ts";
import { failIfCountedSince, notCountedSince } from "../../stock/posting/counted-over.ts";
import { EVENT_ORIGIN } from "../../stock/posting/event-exits.ts";
import { COUNT_ORIGIN } from "../../stock/posting/movement.ts";
import { stockFailureFrom } from "../../stock/posting/out-of-range.ts";
import {
  movementsOfPosting,
  nothingBelowZeroAfter,
  type Reversal,
  reversalMade,
  reverse,
} from "../../stock/posting/reversal.ts";
import { appendLowStockOfMovement } from "../approve/low-stock.ts";
import { failIfInsufficient, type ReversalOptions, tagsOf, takesGoodsOut } from "./reverse-note.ts";

export interface MovementReversal {
  /** The movement that takes the other back. */
  readonly id: number;
  readonly alreadyReversed: boolean;
}

/**
 * Takes back a manual movement: its exact opposite, with balance, value, last cost, feed and audit in one batch. Twice, or twice at once: the stock moves once, and the later answers `alreadyReversed`.
 * Fails with `movement.not_found`, `movement.of_note`, `movement.is_reversal`, `movement.of_count`, `count.closed_over`, `stock.insufficient` (as `reverseNote`),
 * `stock.out_of_range`.
 */
export async function reverseMovement(
  ports: Ports,
  id: number,
  options: ReversalOptions,
): Promise<MovementReversal> {
  return optimistic(async () => {
    const prepared = await prepareMovementReversal(ports, id, options);
    if (typeof prepared === "number") return { id: prepared, alreadyReversed: true };
    const made = await commitReversal(ports, id, prepared, options);
    if (made !== null) return { id: made, alreadyReversed: false };
    await failIfCountedSince(ports, prepared, options.signal);
    await failIfInsufficient(ports, prepared, options.signal);
    return CHANGED;
  });
}

/** What a reversal would do, or the id of the movement that has done it already. Writes nothing. Fails as `reverseMovement`. */
export async function prepareMovementReversal(
  ports: Ports,
  id: number,
  { cause, reason, signal }: ReversalOptions,
): Promise<Reversal | number> {
  const { company, userId } = cause.actor;
  const [row] = await ports.reader.rows(
    {
      sql: `select origin, origin_ref, posting, undoes, (
          select r.id from movements r where r.company = ?1 and r.undoes = m.id and r.quantity_e4 <> 0) as undone_by
        from movements m where company = ?1 and id = ?2`,
      args: [company, id],
    },
    signal,
  );
  if (row === undefined) throw new Failed<MovementFailure>({ code: "movement.not_found", id });
  if (row.undone_by !== null) return Number(row.undone_by);
  // A movement by hand has no `#`; before the origin was reserved, one may have had it.
  const isOfEvent = row.origin === EVENT_ORIGIN && String(row.origin_ref).includes("#");
  if (row.origin === "NFE" || isOfEvent)
    throw new Failed<MovementFailure>({
      code: "movement.of_note",
      id,
      access_key: String(row.origin_ref).slice(0, 44),
    });
  if (row.origin === COUNT_ORIGIN && row.origin_ref !== row.posting)
    throw new Failed<MovementFailure>({
      code: "movement.of_count",
      id,
      count_id: String(row.origin_ref).slice(0, 36),
    });
  if (row.undoes !== null)
    throw new Failed<MovementFailure>({
      code: "movement.is_reversal",
      id,
      undoes: Number(row.undoes),
    });
  const found = { company, of: String(row.posting), origin: String(row.origin), accessKey: null };
  const movements = await movementsOfPosting(ports, found, signal);
  const at = ports.clock.now();
  return {
    ...found,
    id: newId(),
    movements,
    eventExits: [],
    reason,
    userId,
    at,
    day: today(at, (await settingsOf(ports, company)).timeZone),
    guard: MAY_BE_UNDONE,
  };
}

/** Gives the new movement's id, or null where the guards have refused it; then nothing is written. */
async function commitReversal(
  ports: Ports,
  undoes: number,
  reversal: Reversal,
  { cause, reason, signal }: ReversalOptions,
): Promise<number | null> {
  const { company, id, origin, at, movements } = reversal;
  const product = movements[0]?.product ?? "";
  const guard = reversalMade(reversal);
  const statements: Statement[] = [
    ...reverse(reversal),
    ...(takesGoodsOut(movements)
      ? [appendLowStockOfMovement({ company, at, origin, posting: id })]
      : []),
    ...appendMovedActivating(
      at,
      { type: "movement.reversed", payload: { product_code: product, undoes } },
      postedByHand(company, id, origin),
      guard,
    ),
    bumpTags(company, tagsOf(movements), guard),
    audit(
      cause,
      at,
      {
        action: "movement.reverse",
        entity: "movement",
        id: String(undoes),
        detail: { reason, posting: id, product_code: product },
      },
      guard,
    ),
  ];
  const read = ([rows]: readonly Row[][]) => (rows?.[0] === undefined ? null : Number(rows[0].id));
  return ports.writer.commit({ statements, read }, signal).catch((error) => {
    throw stockFailureFrom(error, product);
  });
}

/** The movement stands, it was not reversed, and the stock may lack what this takes away. */
const MAY_BE_UNDONE = `select 1 where not exists (
    select 1 from movements m join movements r on r.company = m.company and r.undoes = m.id and r.quantity_e4 <> 0
    where m.company = ?1 and m.origin = ?4 and m.origin_ref = ?3 and m.${IS_FIRST})
  and ${notCountedSince({ accessKey: null })}
  and (exists (select 1 from companies where id = ?1 and allow_negative = 1) or ${nothingBelowZeroAfter({ accessKey: null })})`;
