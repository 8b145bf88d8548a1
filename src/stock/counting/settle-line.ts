import type { UserCause } from "../../accounts/actor.ts";
import type { AuditAction } from "../../journal/audit-actions.ts";
import { audit } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { StockFailure } from "../failures.ts";
import { failIfNotOpen, IN_SCOPE } from "./counts.ts";
import type { CountFailure } from "./failures.ts";

interface LineOptions {
  readonly cause: UserCause;
  readonly signal?: AbortSignal;
}

/** SQL: the count is open. ?1 company, ?2 count. */
const OPEN =
  "exists (select 1 from stock_counts where company = ?1 and id = ?2 and state = 'open')";
const OF_LINE = "company = ?1 and count = ?2 and line = ?3";

/**
 * Undoes a line of an open count: it counts no more, and stays in the list. Twice is once; gives whether this call did it.
 * Fails with `count.not_found`, `count.not_open`, `count.line_not_found`.
 */
export async function undoLine(
  ports: Ports,
  id: string,
  line: number,
  { cause, signal }: LineOptions,
): Promise<boolean> {
  const { company, userId } = cause.actor;
  const at = ports.clock.now();
  const mark = {
    sql: `update count_lines set undone_by = ?4, undone_at = ?5 where ${OF_LINE} and undone_at is null and ${OPEN}
      returning line`,
    args: [company, id, line, userId, at],
  };
  return optimistic(async () => {
    if (await marked(ports, mark, { action: "count.undo", id, line, at }, { cause, signal }))
      return true;
    const found = await lineOf(ports, company, id, line, signal);
    return found.undone_at === null ? CHANGED : false;
  });
}

/**
 * Gives a line that is kept aside its product; it keeps its moment. Twice with one product is once; gives whether this call did it.
 * Fails with `count.not_found`, `count.not_open`, `count.line_not_found`, `count.line_settled` (undone, or of another product),
 * `product.not_found`, `count.outside_scope`.
 */
export async function assignLine(
  ports: Ports,
  id: string,
  line: number,
  product: string,
  { cause, signal }: LineOptions,
): Promise<boolean> {
  const { company, userId } = cause.actor;
  const at = ports.clock.now();
  const mark = {
    sql: `update count_lines set product = ?6, assigned_by = ?4, assigned_at = ?5
      where ${OF_LINE} and product is null and undone_at is null and ${OPEN} and exists (${PRODUCT_IN_SCOPE("?6")})
      returning line`,
    args: [company, id, line, userId, at, product],
  };
  return optimistic(async () => {
    const written: Marked = { action: "count.assign", id, line, at, product };
    if (await marked(ports, mark, written, { cause, signal })) return true;
    const found = await lineOf(ports, company, id, line, signal);
    if (found.product === product && found.undone_at === null) return false;
    if (found.product !== null || found.undone_at !== null)
      throw new Failed<CountFailure>({ code: "count.line_settled", line });
    await failIfOutside(ports, company, id, product, signal);
    return CHANGED;
  });
}

const PRODUCT_IN_SCOPE = (
  product: string,
) => `select 1 from stock_counts c cross join products p on p.company = c.company
  where c.company = ?1 and c.id = ?2 and p.code = ${product} and ${IN_SCOPE}`;

interface Marked {
  readonly action: AuditAction;
  readonly id: string;
  readonly line: number;
  readonly at: number;
  readonly product?: string;
}

/** Commits a mark on a line, with its audit line; gives whether the mark was set. */
async function marked(
  ports: Pick<Ports, "writer">,
  mark: Statement,
  { action, id, line, at, product }: Marked,
  { cause, signal }: { cause: UserCause; signal: AbortSignal | undefined },
): Promise<boolean> {
  const detail = { line, ...(product === undefined ? {} : { product_code: product }) };
  const changed = { sql: "select 1 where changes() > 0", args: [] };
  const statements = [mark, audit(cause, at, { action, entity: "count", id, detail }, changed)];
  const read = ([rows]: readonly Row[][]) => (rows?.length ?? 0) > 0;
  return ports.writer.commit({ statements, read }, signal);
}

/** A line of an open count. Fails with `count.not_found`, `count.not_open`, `count.line_not_found`. */
async function lineOf(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  line: number,
  signal?: AbortSignal,
): Promise<Row> {
  await failIfNotOpen(ports, company, id, signal);
  const [row] = await ports.reader.rows(
    {
      sql: `select product, undone_at from count_lines where ${OF_LINE}`,
      args: [company, id, line],
    },
    signal,
  );
  if (row === undefined) throw new Failed<CountFailure>({ code: "count.line_not_found", line });
  return row;
}

async function failIfOutside(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  product: string,
  signal?: AbortSignal,
): Promise<void> {
  const [row] = await ports.reader.rows(
    {
      sql: `select p.active, exists (${PRODUCT_IN_SCOPE("?3")}) as inside from products p where p.company = ?1 and p.code = ?3`,
      args: [company, id, product],
    },
    signal,
  );
  if (row === undefined || row.active === 0)
    throw new Failed<StockFailure>({ code: "product.not_found", product_code: product });
  if (row.inside === 0)
    throw new Failed<CountFailure>({ code: "count.outside_scope", product_code: product });
}
