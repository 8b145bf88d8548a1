import type { UserCause } from "../../accounts/actor.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { audit } from "../../journal/record.ts";
import { today } from "../../lib/days.ts";
import { fromScaled } from "../../lib/decimal.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { StockFailure } from "../failures.ts";
import { stockFailureFrom } from "../posting/out-of-range.ts";
import { type Slice, sliceStatements, sliceTaken } from "./close-slice.ts";
import { type Count, findCount } from "./counts.ts";
import { counted, LAST_CODE, notCounted } from "./differences.ts";
import type { CountFailure } from "./failures.ts";

/** How a count is to be closed. */
export interface CloseOrder {
  /** Products of the scope without a line: they keep their balance, or have none afterwards. */
  readonly missing: "keep" | "zero";
  readonly reason: string;
}

export interface CloseOptions {
  readonly cause: UserCause;
  readonly signal?: AbortSignal;
  /** Products of one batch, and batches of one call. */
  readonly size?: number;
  readonly batches?: number;
}

/** Products of one batch. */
const SLICE = 2_000;
/** Batches of one request; maintenance makes the rest. */
const BATCHES = 10;

/**
 * Closes a count: a movement for each product whose count differs from the balance at the moment of its last line. Up to 2,000
 * products in one batch; a larger count stays `closing` between its batches, takes no line any more, and is gone on with by
 * maintenance or by the same call. Twice, or twice at once, is once.
 * Gives the state, and whether an earlier call had closed it. Fails with `count.not_found`, `count.not_open` (cancelled),
 * `stock.insufficient` (the company forbids a balance below zero, and later exits have taken more than was counted),
 * `stock.out_of_range`.
 */
export async function closeCount(
  ports: Ports,
  id: string,
  order: CloseOrder,
  options: CloseOptions,
): Promise<{ state: "closing" | "closed"; already: boolean }> {
  const { company } = options.cause.actor;
  const taken = await optimistic(async () => {
    const count = await findCount(ports, company, id, options.signal);
    if (count.state === "cancelled")
      throw new Failed<CountFailure>({ code: "count.not_open", id, state: count.state });
    if (count.state !== "open") return false;
    if (await takeFirst(ports, company, count, order, options)) return true;
    await failIfInsufficient(ports, company, id, options.signal);
    return CHANGED;
  });
  const state = await goOn(ports, company, id, options);
  return { state, already: !taken };
}

/**
 * Fails as a close would now: `count.not_found`, `count.not_open` (cancelled), `stock.insufficient`. Writes nothing.
 */
export async function failIfNotClosable(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  const { state } = await findCount(ports, company, id, signal);
  if (state === "cancelled") throw new Failed<CountFailure>({ code: "count.not_open", id, state });
  if (state === "open") await failIfInsufficient(ports, company, id, signal);
}

/** Goes on with the closes of a company that have not come to their end. Gives how many it has brought there. */
export async function resumeCloses(ports: Ports, company: number): Promise<number> {
  const rows = await ports.reader.rows({
    sql: "select id from stock_counts indexed by stock_counts_open where company = ?1 and state in ('open', 'closing') and state = 'closing'",
    args: [company],
  });
  let closed = 0;
  for (const { id } of rows)
    if ((await goOn(ports, company, String(id), {})) === "closed") closed += 1;
  return closed;
}

/** Makes the batches of a count that is closing, one after the other. */
async function goOn(
  ports: Ports,
  company: number,
  id: string,
  { signal, size, batches = BATCHES }: Partial<CloseOptions>,
): Promise<"closing" | "closed"> {
  for (let n = 0; ; n += 1) {
    const count = await findCount(ports, company, id, signal);
    if (count.state === "closed") return "closed";
    if (n === batches) return "closing";
    const slice = await nextSlice(ports, company, count, count.missing ?? "keep", { signal, size });
    await commitSlice(ports, slice, [takeNext(slice)], signal);
  }
}

/** The slice after the place that the close has come to: its end is the code of its last product. */
async function nextSlice(
  ports: Pick<Ports, "reader" | "clock" | "config" | "read">,
  company: number,
  { id, place }: Pick<Count, "id" | "place">,
  missing: CloseOrder["missing"],
  { signal, size = SLICE }: Pick<Partial<CloseOptions>, "signal" | "size">,
): Promise<Slice> {
  const first = (select: string) => `select product from (${select})`;
  const [end] = await ports.reader.rows(
    {
      sql: `select product from (${first(counted("limit ?5"))} ${missing === "zero" ? `union all ${first(notCounted("limit ?5"))}` : ""})
        order by product limit 1 offset ?5 - 1`,
      args: [company, id, place, LAST_CODE, size],
    },
    signal,
  );
  const at = ports.clock.now();
  return {
    company,
    count: id,
    token: newId(),
    from: place,
    to: end === undefined ? LAST_CODE : String(end.product),
    at,
    day: today(at, (await settingsOf(ports, company)).timeZone),
    missing,
  };
}

/** The first batch: it ends the counting, and makes the first movements. Gives whether it was this call's. */
async function takeFirst(
  ports: Ports,
  company: number,
  count: Count,
  { missing, reason }: CloseOrder,
  { cause, signal, size }: CloseOptions,
): Promise<boolean> {
  const slice = await nextSlice(ports, company, { id: count.id, place: "" }, missing, {
    signal,
    size,
  });
  const guard = sliceTaken(slice);
  return commitSlice(
    ports,
    slice,
    [
      {
        sql: `update stock_counts set state = iif(?5 = ?4, 'closed', 'closing'), slice = ?6, place = ?5, missing = ?7, reason = ?8,
            ended_by = ?9, ended_at = ?10
          where company = ?1 and id = ?2 and state = 'open'
            and (exists (select 1 from companies where id = ?1 and allow_negative = 1) or not exists (${FALLS_BELOW_ZERO}))
          returning id`,
        args: [
          company,
          count.id,
          "",
          LAST_CODE,
          slice.to,
          slice.token,
          missing,
          reason,
          cause.actor.userId,
          slice.at,
        ],
      },
      audit(
        cause,
        slice.at,
        { action: "count.close", entity: "count", id: count.id, detail: { missing, reason } },
        guard,
      ),
    ],
    signal,
  );
}

const takeNext = ({ company, count, token, from, to, at }: Slice): Statement => ({
  sql: `update stock_counts set state = iif(?4 = ?5, 'closed', 'closing'), slice = ?6, place = ?4, ended_at = ?7
    where company = ?1 and id = ?2 and state = 'closing' and place = ?3 returning id`,
  args: [company, count, from, to, LAST_CODE, token, at],
});

async function commitSlice(
  ports: Pick<Ports, "writer">,
  slice: Slice,
  [take, ...more]: [Statement, ...Statement[]],
  signal?: AbortSignal,
): Promise<boolean> {
  const statements = [take, ...more, ...sliceStatements(slice)];
  const read = ([rows]: readonly Row[][]) => (rows?.length ?? 0) > 0;
  return ports.writer.commit({ statements, read }, signal).catch((error) => {
    throw stockFailureFrom(error, slice.from);
  });
}

/** A product that later exits have taken more of than was counted. */
const FALLS_BELOW_ZERO = `select d.product, d.expected_e4 - d.counted_e4 as taken_e4, coalesce(b.quantity_e4, 0) as balance_e4
  from (${counted()}) as d left join balances b on b.company = ?1 and b.product = d.product
  where d.counted_e4 < d.expected_e4 and coalesce(b.quantity_e4, 0) + d.counted_e4 - d.expected_e4 < 0`;

async function failIfInsufficient(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  const [row] = await ports.reader.rows(
    {
      sql: `select * from (${FALLS_BELOW_ZERO}) where exists (
        select 1 from companies where id = ?1 and allow_negative = 0) order by product limit 1`,
      args: [company, id, "", LAST_CODE],
    },
    signal,
  );
  if (row === undefined) return;
  throw new Failed<StockFailure>({
    code: "stock.insufficient",
    product_code: String(row.product),
    requested: fromScaled(Number(row.taken_e4), 4),
    balance: fromScaled(Number(row.balance_e4), 4),
  });
}
