import { addDays, dayAt, dayStart, nextDay, zoneOffset } from "../../lib/days.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { IS_FIRST } from "../found-movements.ts";
import { LAST_COST_E2, LAST_COST_QUANTITY_E4 } from "../last-cost.ts";
import { type Span, spansOf } from "../spans.ts";
import { happenedSpans } from "./happened-spans.ts";
import { averageCost, totalValue, valuationColumns } from "./valuation.ts";

/** The figures of a company's stock, on one of its days. */
export interface StockFigures {
  /** Of active products, summed over all units of measure, 1/10⁴. */
  readonly quantity_e4: bigint;
  readonly activeProducts: number;
  /** Postings with an entry since the month began: a note counts once, a manual movement once. */
  readonly entriesThisMonth: number;
  readonly trend: Trend;
  /** Active products below their minimum; one that was never moved has the balance 0. */
  readonly belowMinimum: number;
  /** The value of active products at their last cost, and at their sale price; 1/10². */
  readonly costValue_e2: bigint;
  readonly saleValue_e2: bigint;
  /** The value of active products at their average, negative balances too, 1/10². */
  readonly averageValue_e2: bigint;
  /** Of one unit of the stock with a known cost: decimal text of at most 4 places; null without such stock. */
  readonly averageCost: string | null;
  /** Active products in stock that have not moved for 30 days, today included. */
  readonly idle: number;
  /** Milliseconds UTC. */
  readonly lastMovementAt: number | null;
}

/** What was bought and what left since the month began, beside the same days of the month before it; values 1/10². */
export interface Trend {
  readonly now: TrendPeriod;
  readonly before: TrendPeriod;
}

/** Both days are included, YYYY-MM-DD. */
export interface TrendPeriod {
  readonly from: string;
  readonly to: string;
  readonly entered_e2: bigint;
  readonly left_e2: bigint;
}

/** The movements of one day: quantities 1/10⁴ over all units of measure, values 1/10² from the movements themselves. */
export interface DayFigures {
  /** YYYY-MM-DD in the company's time zone. */
  readonly day: string;
  readonly entered_e4: bigint;
  readonly left_e4: bigint;
  readonly entered_e2: bigint;
  readonly left_e2: bigint;
}

/** A company's day, and whether movements count by when they happened (`issued`) or by when they were written (`posted`). */
export interface DashboardDay {
  readonly day: string;
  readonly timeZone: string;
  readonly by: "issued" | "posted";
}

/** Days of the chart; a product that has not moved for so many days is idle. */
const DAYS = 30;

/** A product whose balance last changed before this instant is idle on a company's day; milliseconds UTC. */
export const idleSinceOf = (day: string, timeZone: string): number =>
  dayStart(addDays(day, 1 - DAYS), timeZone);

/** Products of one statement: no sum over them exceeds 64 bits. */
const SLICE = 1_000;

/**
 * The figures of the dashboard; `by` decides the entries of the month, all others are of now. Active products only, days of the company's time zone, an average cost weighted by the stock; a
 * product without a balance counts as empty. Reads the products in slices of 1,000.
 */
export async function stockFigures(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  company: number,
  { day, timeZone, by }: DashboardDay,
  signal?: AbortSignal,
): Promise<StockFigures> {
  const until = dayStart(nextDay(day), timeZone);
  const month = dayStart(firstOf(day), timeZone);
  const idleSince = idleSinceOf(day, timeZone);
  const earlier = sameDaysBefore(day);
  const spans = await SPANS[by](ports, company, dayStart(earlier.from, timeZone), until, signal);
  const monthSpans = spans.filter(({ start }) => start >= month);
  const earlierEnd = dayStart(nextDay(earlier.to), timeZone);
  const [newest] = await ports.reader.rows(
    {
      sql: `select created_at as at from movements
        where company = ?1 and quantity_e4 <> 0 and ${IS_FIRST} order by created_at desc limit 1`,
      args: [company],
    },
    signal,
  );
  const sums = await sumsOfProducts(ports, company, idleSince, signal);
  return {
    ...sums,
    entriesThisMonth: monthSpans.reduce((sum, span) => sum + span.entries, 0),
    trend: {
      now: { from: firstOf(day), to: day, ...valuesOf(monthSpans) },
      before: { ...earlier, ...valuesOf(spans.filter(({ start }) => start < earlierEnd)) },
    },
    lastMovementAt: newest?.at == null ? null : Number(newest.at),
  };
}

const firstOf = (day: string): string => `${day.slice(0, 8)}01`;

/** The same days of the month before a day's month: 31 March has all of February. */
function sameDaysBefore(day: string): { from: string; to: string } {
  const last = addDays(firstOf(day), -1);
  const same = `${last.slice(0, 8)}${day.slice(8)}`;
  return { from: firstOf(last), to: same < last ? same : last };
}

function valuesOf(spans: readonly Span[]): Pick<TrendPeriod, "entered_e2" | "left_e2"> {
  const { entered_e2, left_e2 } = figuresOf("", spans);
  return { entered_e2, left_e2 };
}

/** By how many per cent a value of 1/10² differs from an earlier one, half away from 0; null: there was nothing. */
export function percentChange(now: bigint, before: bigint): number | null {
  if (before <= 0n) return null;
  const doubled = (now - before) * 200n;
  const half = doubled < 0n ? -before : before;
  return Number((doubled + half) / (2n * before));
}

const SPANS = { issued: happenedSpans, posted: spansOf } as const;

const COST = valuationColumns("last_cost_e2", "last_cost_quantity_e4");
const SALE = valuationColumns("sale_price_e2", "10000");
const AVERAGE = valuationColumns("cost_in_stock_e2", "last_cost_quantity_e4");

const SLICE_SQL = `
  select count(*) as products, max(code) as last, cast(coalesce(sum(quantity_e4), 0) as text) as quantity_e4,
    coalesce(sum(quantity_e4 < min_stock_e4), 0) as low,
    coalesce(sum(quantity_e4 > 0 and moved_at < ?4), 0) as idle,
    cast(coalesce(sum(value_e2), 0) as text) as value_e2, ${COST.sum} as cost, ${COST.rest} as cost_rest, ${SALE.sum} as sale, ${SALE.rest} as sale_rest,
    ${AVERAGE.sum} as known, ${AVERAGE.rest} as known_rest,
    cast(coalesce(sum(case when cost_in_stock_e2 is not null then quantity_e4 end), 0) as text) as known_e4
  from (
    select p.code, coalesce(b.quantity_e4, 0) as quantity_e4, b.value_e2, b.updated_at as moved_at, p.min_stock_e4, p.sale_price_e2,
      ${LAST_COST_E2} as last_cost_e2, ${LAST_COST_QUANTITY_E4} as last_cost_quantity_e4,
      iif(b.quantity_e4 > 0, ${LAST_COST_E2}, null) as cost_in_stock_e2
    from products p left join balances b on b.company = p.company and b.product = p.code
    where p.company = ?1 and p.code > ?2 and p.active = 1 order by p.code limit ?3
  )`;

async function sumsOfProducts(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  company: number,
  idleSince: number,
  signal?: AbortSignal,
) {
  const sums = { activeProducts: 0, belowMinimum: 0, idle: 0 };
  const large = { quantity_e4: 0n, costValue_e2: 0n, saleValue_e2: 0n, averageValue_e2: 0n };
  const known = { e4: 0n, e2: 0n };
  let after: string | null = "";
  while (after !== null) {
    const slice: Row[] = await ports.reader.rows(
      { sql: SLICE_SQL, args: [company, after, SLICE, idleSince] },
      signal,
    );
    const row: Row = slice[0] ?? {};
    sums.activeProducts += Number(row.products);
    sums.belowMinimum += Number(row.low);
    sums.idle += Number(row.idle);
    large.quantity_e4 += BigInt(String(row.quantity_e4));
    large.costValue_e2 += totalValue(row.cost, row.cost_rest);
    large.saleValue_e2 += totalValue(row.sale, row.sale_rest);
    large.averageValue_e2 += BigInt(String(row.value_e2));
    known.e4 += BigInt(String(row.known_e4));
    known.e2 += totalValue(row.known, row.known_rest);
    after = Number(row.products) < SLICE ? null : String(row.last);
    if (after !== null) await ports.yieldToEventLoop();
  }
  return { ...sums, ...large, averageCost: averageCost(known.e2, known.e4) };
}

/** The last 30 days up to `day`, oldest first, with the days that have no movement. */
export async function evolution(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  company: number,
  { day, timeZone, by }: DashboardDay,
  signal?: AbortSignal,
): Promise<DayFigures[]> {
  const from = dayStart(addDays(day, 1 - DAYS), timeZone);
  const until = dayStart(nextDay(day), timeZone);
  const spans = await SPANS[by](ports, company, from, until, signal);
  const ahead = zoneOffset(timeZone);
  const ofDay = Map.groupBy(spans, ({ start }) => dayAt(start, ahead(start)));
  return Array.from({ length: DAYS }, (_, i) => {
    const date = addDays(day, 1 - DAYS + i);
    return figuresOf(date, ofDay.get(date) ?? []);
  });
}

function figuresOf(day: string, spans: readonly Span[]): DayFigures {
  const sum = (value: (span: Span) => number) =>
    spans.reduce((total, span) => total + BigInt(value(span)), 0n);
  return {
    day,
    entered_e4: sum((span) => span.entered_e4),
    left_e4: sum((span) => span.left_e4),
    entered_e2: sum((span) => span.entered_e2),
    left_e2: sum((span) => span.left_e2),
  };
}
