import type { UserCause } from "../../accounts/actor.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { today } from "../../lib/days.ts";
import { divideHalfUp, exact, fromScaled } from "../../lib/decimal.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import type { MovementFailure, StockFailure } from "../../stock/failures.ts";
import { IS_FIRST } from "../../stock/found-movements.ts";
import { type TakenLot, takenLots } from "../../stock/lots/keep-lots.ts";
import { appendMoved, postedByHand } from "../../stock/posting/append-moved.ts";
import { failIfCountedAfterDate } from "../../stock/posting/counted-over.ts";
import {
  lotStock,
  type ManualMovement,
  MOVEMENT_MADE,
  movementStatements,
} from "../../stock/posting/movement.ts";
import { stockFailureFrom } from "../../stock/posting/out-of-range.ts";
import { appendLowStockOfMovement } from "../approve/low-stock.ts";

/** A manual movement as the user requests it; quantity positive, 1/10⁴. */
export interface MovementRequest {
  readonly product: string;
  readonly type: "ENTRADA" | "SAIDA";
  readonly quantity_e4: number;
  /** 1/10⁴ of the currency, per stock unit; null: not given. */
  readonly unitCost_e4: number | null;
  readonly lot: string | null;
  readonly expiresOn: string | null;
  readonly origin: string;
  readonly reference: string | null;
  readonly notes: string | null;
  /** When a person says that it happened, ms UTC; null or absent: now. */
  readonly happenedAt?: number | null;
}

export interface RecordedMovement {
  readonly id: number;
  readonly lots: readonly TakenLot[];
}

/**
 * Records a manual movement, with balance, lots, cost, feed and audit in one batch. Returns its id and what it took of lots.
 * Fails with `product.not_found` (also inactive), `stock.insufficient`, `stock.lot_insufficient` (the lot that it names has
 * less), `stock.out_of_range`; for a date of a person with `movement.in_future`, `movement.before_first` and
 * `count.closed_over`.
 */
export async function recordMovement(
  ports: Ports,
  request: MovementRequest,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<RecordedMovement> {
  const { actor } = cause;
  const { timeZone, costRisePercent } = await settingsOf(ports, actor.company);
  const movement = movementOf(request, actor, ports.clock.now(), timeZone);
  await checkDate(ports, movement, signal);
  const guard = { sql: MOVEMENT_MADE, args: [actor.company, movement.origin, movement.posting] };
  const statements = [
    ...movementStatements(movement),
    appendMoved(
      movement.at,
      {
        type: "movement.created",
        payload: { product_code: request.product, type: request.type },
      },
      postedByHand(actor.company, movement.posting, movement.origin),
      guard,
      costRisePercent,
    ),
    ...(movement.quantity_e4 < 0 ? [appendLowStockOfMovement(movement)] : []),
    bumpTags(actor.company, ["stock"], guard),
    audit(
      cause,
      movement.at,
      {
        action: "movement.create",
        entity: "movement",
        id: movement.posting,
        detail: { product_code: request.product, quantity_e4: movement.quantity_e4 },
      },
      guard,
    ),
  ];
  const read = (rows: readonly Row[][]) =>
    rows[0]?.[0] === undefined ? null : { id: Number(rows[0][0].id), lots: takenLots(rows.flat()) };
  const made = await ports.writer.commit({ statements, read }, signal).catch((error) => {
    throw stockFailureFrom(error, request.product);
  });
  if (made !== null) return made;
  if (movement.happenedAt < movement.at) await failIfCountedAfterDate(ports, movement, signal);
  throw new Failed<StockFailure>(await refusalOf(ports, actor.company, request, signal));
}

/** Refuses a date that is wrong (`wrongDate`). */
async function checkDate(
  ports: Pick<Ports, "reader">,
  movement: ManualMovement,
  signal?: AbortSignal,
): Promise<void> {
  if (movement.happenedAt === movement.at) return;
  const failure = wrongDate(movement, await firstMoment(ports, movement.company, signal));
  if (failure !== null) throw new Failed<MovementFailure>(failure);
}

/**
 * The company's first movement, by the earlier of its times, ms UTC; null where there is none. It is the one that was written
 * first and never changes, so no guard is needed.
 */
export async function firstMoment(
  ports: Pick<Ports, "reader">,
  company: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const [first] = await ports.reader.rows(
    {
      sql: `select min(created_at, happened_at) as at from movements indexed by movements_by_time
        where company = ?1 and quantity_e4 <> 0 and ${IS_FIRST} order by created_at limit 1`,
      args: [company],
    },
    signal,
  );
  return first === undefined ? null : Number(first.at);
}

/** Why a date is wrong: it is in the future, or before the company's first movement, when there was no stock; or null. */
export function wrongDate(
  { at, happenedAt }: Pick<ManualMovement, "at" | "happenedAt">,
  first: number | null,
): MovementFailure | null {
  const instant = (ms: number) => new Date(ms).toISOString();
  const happened_at = instant(happenedAt);
  if (happenedAt > at) return { code: "movement.in_future", happened_at, latest: instant(at) };
  if (happenedAt === at || first === null || happenedAt >= first) return null;
  return { code: "movement.before_first", happened_at, earliest: instant(first) };
}

/** The movement that a request is, written at `at` (ms UTC). Fails with `stock.out_of_range`. */
export function movementOf(
  request: MovementRequest,
  actor: UserCause["actor"],
  at: number,
  timeZone: string,
): ManualMovement {
  const sign = request.type === "ENTRADA" ? 1 : -1;
  return {
    company: actor.company,
    posting: newId(),
    product: request.product,
    quantity_e4: sign * request.quantity_e4,
    cost_e2: request.unitCost_e4 === null ? null : sign * totalCost(request, request.unitCost_e4),
    lot: request.lot,
    expiresOn: request.expiresOn,
    origin: request.origin,
    reference: request.reference,
    notes: request.notes,
    userId: actor.userId,
    at,
    happenedAt: request.happenedAt ?? at,
    day: today(at, timeZone),
  };
}

/** quantity (1/10⁴) × unit cost (1/10⁴) as a total in 1/10², half-up. */
function totalCost(request: MovementRequest, unitCost_e4: number): number {
  const total = divideHalfUp(BigInt(request.quantity_e4) * BigInt(unitCost_e4), 1_000_000n);
  if (total > BigInt(Number.MAX_SAFE_INTEGER))
    throw new Failed<StockFailure>({ code: "stock.out_of_range", product_code: request.product });
  return exact(total);
}

async function refusalOf(
  ports: Pick<Ports, "reader">,
  company: number,
  request: MovementRequest,
  signal?: AbortSignal,
): Promise<StockFailure> {
  const [row] = await ports.reader.rows(
    {
      sql: `select coalesce(b.quantity_e4, 0) as balance_e4,
          coalesce((${lotStock("?1", "?2", "?3", "?4")}), 0) as lot_e4 from products p
        left join balances b on b.company = p.company and b.product = p.code
        where p.company = ?1 and p.code = ?2 and p.active = 1`,
      args: [company, request.product, request.lot, request.expiresOn],
    },
    signal,
  );
  if (row === undefined) return { code: "product.not_found", product_code: request.product };
  const asked = {
    product_code: request.product,
    requested: fromScaled(request.quantity_e4, 4),
  };
  if (request.lot !== null && Number(row.balance_e4) >= request.quantity_e4)
    return {
      code: "stock.lot_insufficient",
      ...asked,
      lot: request.lot,
      balance: fromScaled(Number(row.lot_e4), 4),
    };
  return { code: "stock.insufficient", ...asked, balance: fromScaled(Number(row.balance_e4), 4) };
}
