import type { Ports } from "../../ports/ports.ts";
import type { Row, Value } from "../../ports/sql.ts";
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

/** Products that the review names first. */
const TOP = 20;

/** The differences that are worth most, the greatest first. */
export async function greatestDifferences(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<CountedProduct[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${COLUMNS} from (${counted()}) as d ${WITH_BALANCE} where d.counted_e4 <> d.expected_e4
        order by value_e2 desc, abs(d.counted_e4 - d.expected_e4) desc, d.product limit ${TOP}`,
      args: [company, id, "", LAST_CODE],
    },
    signal,
  );
  return rows.map(toCounted);
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

/** A sum of amounts that SQLite may not be able to add: in two parts, as text. */
const PART = 1_000_000_000;
const sumOf = (value: string) =>
  `coalesce(sum(${value} / ${PART}), 0) || ' ' || coalesce(sum(${value} % ${PART}), 0)`;
function sumFrom(text: Value | undefined): bigint {
  const [high = 0n, low = 0n] = String(text ?? "0 0")
    .split(" ")
    .map(BigInt);
  return high * BigInt(PART) + low;
}

/** The sums of a review. */
export async function reviewSums(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<ReviewSums> {
  const args = [company, id, "", LAST_CODE];
  const [[found], [missing]] = await Promise.all([
    ports.reader.rows(
      {
        sql: `select count(*) as counted, coalesce(sum(q > 0), 0) as surplus, coalesce(sum(q < 0), 0) as shortage,
            ${sumOf("iif(q > 0, v, 0)")} as surplus_value, ${sumOf("iif(q < 0, v, 0)")} as shortage_value
          from (select d.counted_e4 - d.expected_e4 as q, ${DIFFERENCE_VALUE} as v from (${counted()}) as d ${WITH_BALANCE})`,
        args,
      },
      signal,
    ),
    ports.reader.rows(
      {
        sql: `select count(*) as products, ${sumOf("value_e2")} as value from (${notCounted()})`,
        args,
      },
      signal,
    ),
  ]);
  return {
    counted: Number(found?.counted),
    surplus: Number(found?.surplus),
    shortage: Number(found?.shortage),
    surplusValue_e2: sumFrom(found?.surplus_value),
    shortageValue_e2: sumFrom(found?.shortage_value),
    notCounted: Number(missing?.products),
    notCountedValue_e2: sumFrom(missing?.value),
  };
}
