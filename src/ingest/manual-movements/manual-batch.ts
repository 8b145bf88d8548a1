import type { UserCause } from "../../accounts/actor.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { fromScaled } from "../../lib/decimal.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import type { BadLine, MovementBatchFailure, StockFailure } from "../../stock/failures.ts";
import { type TakenLot, takenLots } from "../../stock/lots/keep-lots.ts";
import { appendEachMovement } from "../../stock/posting/append-moved.ts";
import type { ManualMovement } from "../../stock/posting/movement.ts";
import {
  madeBy,
  movementBatch,
  type RefusedLine,
  refusedLines,
} from "../../stock/posting/movement-batch.ts";
import { stockFailureFrom } from "../../stock/posting/out-of-range.ts";
import { appendLowStockOfBatch } from "../approve/low-stock.ts";
import { firstMoment, type MovementRequest, movementOf, wrongDate } from "./manual-movement.ts";

export interface RecordedBatch {
  /** The ids of the movements, in the order of the requests. */
  readonly ids: readonly number[];
  readonly lots: readonly TakenLot[];
}

/**
 * Records up to MOST_LINES manual movements, all or none, in one batch; the entries of a product count before its exits.
 * Fails with `movement.bad_lines`, which names every line that is wrong, and with `stock.out_of_range`.
 */
export async function recordMovements(
  ports: Ports,
  requests: readonly MovementRequest[],
  cause: UserCause,
  signal?: AbortSignal,
): Promise<RecordedBatch> {
  const { company } = cause.actor;
  const at = ports.clock.now();
  const { timeZone, costRisePercent } = await settingsOf(ports, company);
  const prepared = requests.map((request, line) => prepare(request, line, cause, at, timeZone));
  const movements = prepared.flatMap((made) => ("failure" in made ? [] : [made]));
  const bad = prepared.flatMap((made) => ("failure" in made ? [made] : []));
  bad.push(...(await wrongDates(ports, prepared, company, signal)));
  const statements = movementBatch(movements);
  if (bad.length > 0) {
    // The others are looked at too, without the lines that make no movement.
    const [look] = bad.some(({ field }) => field === "unit_cost") ? [] : statements;
    const rows = look === undefined ? [] : await ports.reader.rows(look, signal);
    throw refused(movements, bad, refusedLines(rows));
  }
  const largest = movements.reduce<ManualMovement | undefined>(
    (most, one) => (Math.abs(one.quantity_e4) > Math.abs(most?.quantity_e4 ?? 0) ? one : most),
    undefined,
  );
  const outcome = await ports.writer
    .commit(
      {
        statements: [...statements, ...recordsOf(movements, cause, at, costRisePercent)],
        read: outcomeOf,
      },
      signal,
    )
    .catch((error) => {
      throw stockFailureFrom(error, largest?.product ?? "");
    });
  if (outcome.refused.length > 0) throw refused(movements, [], outcome.refused);
  const ids = movements.map(({ posting }) => outcome.ids.get(posting) ?? 0);
  return { ids, lots: outcome.lots };
}

/** The feed, the tags and the audit line of a batch that was written. */
function recordsOf(
  movements: readonly ManualMovement[],
  cause: UserCause,
  at: number,
  risePercent: number,
): Statement[] {
  const { company } = cause.actor;
  const made = madeBy(movements);
  const guard = { sql: `select 1 from movements where ${made.sql}`, args: made.args };
  return [
    appendEachMovement(company, at, made, risePercent),
    appendLowStockOfBatch(company, at, made),
    bumpTags(company, ["stock"], guard),
    audit(
      cause,
      at,
      {
        action: "movement.batch",
        entity: "movement",
        id: movements[0]?.posting ?? null,
        detail: {
          items: movements.map(({ product, quantity_e4 }) => ({
            product_code: product,
            quantity_e4,
          })),
        },
      },
      guard,
    ),
  ];
}

const outcomeOf = (rows: readonly Row[][]) => ({
  refused: refusedLines(rows[0] ?? []),
  ids: new Map(rows[1]?.map(({ posting, id }) => [String(posting), Number(id)])),
  lots: takenLots(rows.flat()),
});

/** The movement of a line, or what is wrong with its cost. */
function prepare(
  request: MovementRequest,
  line: number,
  { actor }: UserCause,
  at: number,
  timeZone: string,
): ManualMovement | BadLine {
  try {
    return movementOf(request, actor, at, timeZone);
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.code !== "stock.out_of_range") throw error;
    const failure: StockFailure = { code: "stock.out_of_range", product_code: request.product };
    return { line, field: "unit_cost", failure };
  }
}

async function wrongDates(
  ports: Pick<Ports, "reader">,
  prepared: readonly (ManualMovement | BadLine)[],
  company: number,
  signal?: AbortSignal,
): Promise<BadLine[]> {
  const dated = prepared.some((made) => !("failure" in made) && made.happenedAt !== made.at);
  if (!dated) return [];
  const first = await firstMoment(ports, company, signal);
  return prepared.flatMap((made, line): BadLine[] => {
    if ("failure" in made) return [];
    const failure = wrongDate(made, first);
    return failure === null ? [] : [{ line, field: "happened_at", failure }];
  });
}

function refused(
  movements: readonly ManualMovement[],
  bad: readonly BadLine[],
  found: readonly RefusedLine[],
): Failed<MovementBatchFailure> {
  const others = found
    .filter(({ n }) => !bad.some(({ line }) => line === n))
    .flatMap((line) => {
      const movement = movements[line.n];
      return movement === undefined ? [] : [badLine(movement, line)];
    });
  const lines = [...bad, ...others].sort((a, b) => a.line - b.line);
  return new Failed<MovementBatchFailure>({ code: "movement.bad_lines", lines });
}

function badLine(movement: ManualMovement, { n, fault, here_e4 }: RefusedLine): BadLine {
  const product_code = movement.product;
  if (fault === "product")
    return { line: n, field: "product_code", failure: { code: "product.not_found", product_code } };
  if (fault === "counted")
    return { line: n, field: "happened_at", failure: { code: "count.closed_over", product_code } };
  const amounts = {
    product_code,
    requested: fromScaled(-movement.quantity_e4, 4),
    balance: fromScaled(here_e4, 4),
  };
  const failure: StockFailure =
    fault === "stock"
      ? { code: "stock.insufficient", ...amounts }
      : { code: "stock.lot_insufficient", ...amounts, lot: movement.lot ?? "" };
  return { line: n, field: "quantity", failure };
}
