import type { UserCause } from "../../accounts/actor.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { divideHalfUp, exact, fromScaled } from "../../lib/decimal.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { StockFailure } from "../../stock/failures.ts";
import { type ManualMovement, MOVEMENT_MADE, movementStatements } from "../../stock/movement.ts";
import { stockFailureFrom } from "../../stock/out-of-range.ts";
import { appendLowStockOfMovement } from "./low-stock.ts";

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
}

/**
 * Records a manual movement, with balance, cost, feed and audit in one batch. Returns the movement's id.
 * Fails with `product.not_found` (also inactive), `stock.insufficient`, `stock.out_of_range`.
 */
export async function recordMovement(
  ports: Ports,
  request: MovementRequest,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<number> {
  const { actor } = cause;
  const movement = movementOf(request, actor, ports.clock.now());
  const guard = { sql: MOVEMENT_MADE, args: [actor.company, movement.origin, movement.posting] };
  const statements = [
    ...movementStatements(movement),
    appendEvents(
      actor.company,
      movement.at,
      [
        {
          type: "movement.created",
          payload: { product_code: request.product, type: request.type },
        },
      ],
      guard,
    ),
    ...(movement.quantity_e4 < 0 ? [appendLowStockOfMovement(movement)] : []),
    bumpTags(actor.company, ["stock", "dashboard"], guard),
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
  const id = await ports.writer
    .commit(
      { statements, read: ([rows]) => (rows?.[0] === undefined ? null : Number(rows[0].id)) },
      signal,
    )
    .catch((error) => {
      throw stockFailureFrom(error, request.product);
    });
  if (id !== null) return id;
  throw new Failed<StockFailure>(await refusalOf(ports, actor.company, request, signal));
}

function movementOf(
  request: MovementRequest,
  actor: UserCause["actor"],
  at: number,
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
    happenedAt: at,
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
      sql: `select coalesce(b.quantity_e4, 0) as balance_e4 from products p
        left join balances b on b.company = p.company and b.product = p.code
        where p.company = ?1 and p.code = ?2 and p.active = 1`,
      args: [company, request.product],
    },
    signal,
  );
  return row === undefined
    ? { code: "product.not_found", product_code: request.product }
    : {
        code: "stock.insufficient",
        product_code: request.product,
        requested: fromScaled(request.quantity_e4, 4),
        balance: fromScaled(Number(row.balance_e4), 4),
      };
}
