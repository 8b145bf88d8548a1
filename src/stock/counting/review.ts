import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { counted, DIFFERENCE_VALUE, LAST_CODE, notCounted, WITH_BALANCE } from "./differences.ts";

/** A product that was counted; quantities 1/10⁴, `value_e2` the difference at today's average, signed; instants ms UTC. */
export interface CountedProduct {
  readonly product: string;
  readonly name: string;
  readonly unit: string;
  readonly counted_e4: number;
  readonly expected_e4: number;
  readonly difference_e4: number;
  readonly value_e2: number;
  readonly lines: number;
  readonly countedFrom: number;
  readonly countedAt: number;
  /** The balance changed between its first and its last line: to be counted again. */
  readonly moved: boolean;
}

/** A product of the scope that has stock and no line. */
export interface NotCounted {
  readonly product: string;
  readonly name: string;
  readonly unit: string;
  readonly quantity_e4: number;
  readonly value_e2: number;
}

/** What the close would do; values 1/10², unsigned. */
export interface ReviewSums {
  readonly counted: number;
  readonly surplus: number;
  readonly shortage: number;
  readonly surplusValue_e2: bigint;
  readonly shortageValue_e2: bigint;
  readonly notCounted: number;
  readonly notCountedValue_e2: bigint;
}

interface Range {
  /** Products after this code. */
  readonly after: string;
  readonly limit: number;
}

const COLUMNS = `d.*, p.name, p.unit, ${DIFFERENCE_VALUE} as value_e2`;

/** A page of the products that were counted, in the order of codes. */
export async function countedPage(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  { after, limit }: Range,
  signal?: AbortSignal,
): Promise<CountedProduct[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${COLUMNS} from (${counted("limit ?5")}) as d ${WITH_BALANCE}`,
      args: [company, id, after, LAST_CODE, limit],
    },
    signal,
  );
  return rows.map(toCounted).sort((a, b) => (a.product < b.product ? -1 : 1));
}

function toCounted(row: Row): CountedProduct {
  const difference_e4 = Number(row.counted_e4) - Number(row.expected_e4);
  return {
    product: String(row.product),
    name: String(row.name),
    unit: String(row.unit),
    counted_e4: Number(row.counted_e4),
    expected_e4: Number(row.expected_e4),
    difference_e4,
    value_e2: Math.sign(difference_e4) * Number(row.value_e2),
    lines: Number(row.lines),
    countedFrom: Number(row.counted_from),
    countedAt: Number(row.counted_at),
    moved: row.moved === 1,
  };
}

/** A page of the products of the scope that have stock and no line, in the order of codes. */
export async function notCountedPage(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  { after, limit }: Range,
  signal?: AbortSignal,
): Promise<NotCounted[]> {
  const rows = await ports.reader.rows(
    { sql: notCounted("limit ?5"), args: [company, id, after, LAST_CODE, limit] },
    signal,
  );
  return rows.map((row) => ({
    product: String(row.product),
    name: String(row.name),
    unit: String(row.unit),
    quantity_e4: Number(row.quantity_e4),
    value_e2: Number(row.value_e2),
  }));
}

/** Products that the review names first, and products of one statement: none may take long. */
const TOP = 20;
const SLICE = 1_000;

/** The sums of a review, and the differences that are worth most, the greatest first. */
export async function summaryOf(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<{ sums: ReviewSums; greatest: readonly CountedProduct[] }> {
  let greatest: readonly CountedProduct[] = [];
  const sums = {
    counted: 0,
    surplus: 0,
    shortage: 0,
    surplusValue_e2: 0n,
    shortageValue_e2: 0n,
    notCounted: 0,
    notCountedValue_e2: 0n,
  };
  await eachPage(ports, countedPage, { company, id, signal }, (page) => {
    sums.counted += page.length;
    for (const { difference_e4, value_e2 } of page) {
      if (difference_e4 > 0) sums.surplus += 1;
      if (difference_e4 < 0) sums.shortage += 1;
      if (value_e2 > 0) sums.surplusValue_e2 += BigInt(value_e2);
      else sums.shortageValue_e2 -= BigInt(value_e2);
    }
    const differing = page.filter(({ difference_e4 }) => difference_e4 !== 0);
    greatest = [...greatest, ...differing].sort(byWorth).slice(0, TOP);
  });
  await eachPage(ports, notCountedPage, { company, id, signal }, (page) => {
    sums.notCounted += page.length;
    for (const { value_e2 } of page) sums.notCountedValue_e2 += BigInt(value_e2);
  });
  return { sums, greatest };
}

const byWorth = (a: CountedProduct, b: CountedProduct): number =>
  Math.abs(b.value_e2) - Math.abs(a.value_e2) ||
  Math.abs(b.difference_e4) - Math.abs(a.difference_e4) ||
  (a.product < b.product ? -1 : 1);

/** Reads all pages of a list of products, one after the other. */
async function eachPage<T extends { readonly product: string }>(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  pageOf: (
    ports: Pick<Ports, "reader">,
    company: number,
    id: string,
    range: Range,
    signal?: AbortSignal,
  ) => Promise<T[]>,
  of: { company: number; id: string; signal: AbortSignal | undefined },
  take: (page: readonly T[]) => void,
): Promise<void> {
  for (let after = ""; ; ) {
    const page = await pageOf(ports, of.company, of.id, { after, limit: SLICE }, of.signal);
    take(page);
    const last = page.at(-1);
    if (last === undefined || page.length < SLICE) return;
    after = last.product;
    await ports.yieldToEventLoop();
  }
}
