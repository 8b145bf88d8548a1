import { addDays, dayStart, nextDay } from "../../lib/days.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { MovementReportFailure } from "../failures.ts";
import { FROM_TIME, IN_TIME } from "../found-movements.ts";
import { listMovements, type Movement } from "./ledger.ts";

/** Most movements of a period, and most that are listed one by one. */
export const MOST_MOVEMENTS = 200_000;
export const MOST_LISTED = 10_000;

/** Quantities 1/10⁴, over all units of measure; values 1/10², what each movement itself brought to the stock or took from it. */
export interface MovedSums {
  readonly entered_e4: bigint;
  readonly left_e4: bigint;
  readonly entered_e2: bigint;
  readonly left_e2: bigint;
}

export interface MovementReport {
  readonly total: MovedSums;
  /** Movements of goods, and products that they are of. */
  readonly movements: number;
  readonly products: number;
  /** The days with a movement, the oldest first: their beginning (ms UTC). */
  readonly days: readonly (MovedSums & { readonly start: number })[];
  /** The newest first, at most MOST_LISTED. */
  readonly listed: readonly Movement[];
}

/** A sum in two parts, so that no sum of 64 bits overflows; `of` is a whole number. */
const PART = 1_048_576n;
const parts = (of: string): string =>
  `coalesce(sum((${of}) / ${PART}), 0), coalesce(sum((${of}) % ${PART}), 0)`;
const SUMS = [
  parts("iif(m.quantity_e4 > 0, m.quantity_e4, 0)"),
  parts("iif(m.quantity_e4 < 0, -m.quantity_e4, 0)"),
  parts("iif(m.quantity_e4 > 0, m.value_e2, 0)"),
  parts("iif(m.quantity_e4 < 0, -m.value_e2, 0)"),
].join(", ");

/** One row for each day of ?2 (pairs of instants), by the index of the time of writing. */
const DAYS_SQL = `select d.value ->> 0 as start, (
    select json_array(count(*), ${SUMS}) from ${FROM_TIME}
    where first.company = ?1 and ${IN_TIME} and first.created_at >= d.value ->> 0 and first.created_at < d.value ->> 1) as sums
  from json_each(?2) d`;

const PRODUCTS_SQL = `select count(distinct m.product) as products from ${FROM_TIME}
  where first.company = ?1 and ${IN_TIME} and first.created_at >= ?2 and first.created_at < ?3`;

/**
 * What moved from one day to another (YYYY-MM-DD, both included) in the company's time zone, by when it was written, as the list
 * of movements has it. Late costs move no goods and are not in it. Fails with `report.too_many_movements`.
 */
export async function movementReport(
  ports: Pick<Ports, "reader">,
  company: number,
  period: { readonly first: string; readonly last: string; readonly timeZone: string },
  signal?: AbortSignal,
): Promise<MovementReport> {
  const { first, last, timeZone } = period;
  const range = { from: dayStart(first, timeZone), until: dayStart(nextDay(last), timeZone) };
  const { movements, total } = await listMovements(
    ports,
    company,
    range,
    { limit: MOST_LISTED, offset: 0 },
    signal,
  );
  if (total > MOST_MOVEMENTS)
    throw new Failed<MovementReportFailure>({
      code: "report.too_many_movements",
      limit: MOST_MOVEMENTS,
    });
  const bounds: [number, number][] = [];
  for (let day = first; day <= last; day = addDays(day, 1))
    bounds.push([dayStart(day, timeZone), dayStart(nextDay(day), timeZone)]);
  const rows = await ports.reader.rows(
    { sql: DAYS_SQL, args: [company, JSON.stringify(bounds)] },
    signal,
  );
  const days = rows.flatMap((row) => {
    const { count, ...sums } = sumsOf(String(row.sums));
    return count === 0 ? [] : [{ start: Number(row.start), ...sums }];
  });
  const [counted] = await ports.reader.rows(
    { sql: PRODUCTS_SQL, args: [company, range.from, range.until] },
    signal,
  );
  return {
    total: days.reduce<MovedSums>(added, NOTHING),
    movements: total,
    products: Number(counted?.products ?? 0),
    days,
    listed: movements,
  };
}

const NOTHING: MovedSums = { entered_e4: 0n, left_e4: 0n, entered_e2: 0n, left_e2: 0n };

const added = (one: MovedSums, other: MovedSums): MovedSums => ({
  entered_e4: one.entered_e4 + other.entered_e4,
  left_e4: one.left_e4 + other.left_e4,
  entered_e2: one.entered_e2 + other.entered_e2,
  left_e2: one.left_e2 + other.left_e2,
});

/** The array of DAYS_SQL: how many, and four sums, each in two parts. Every part is below 2⁵³. */
function sumsOf(json: string): MovedSums & { count: number } {
  const numbers = json.slice(1, -1).split(",");
  const sum = (n: number) => BigInt(numbers[n] ?? 0) * PART + BigInt(numbers[n + 1] ?? 0);
  return {
    count: Number(numbers[0]),
    entered_e4: sum(1),
    left_e4: sum(3),
    entered_e2: sum(5),
    left_e2: sum(7),
  };
}
