import type { UserCause } from "../../accounts/actor.ts";
import { audit } from "../../journal/record.ts";
import { sha256 } from "../../lib/hash.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Statement, Value } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { lastWrittenBefore } from "../reports/last-written.ts";
import { failIfNotOpen, IN_SCOPE } from "./counts.ts";
import type { CountFailure } from "./failures.ts";
import { countLines } from "./tables.ts";

/** A line as a device sends it: by product code or by barcode. */
export interface NewLine {
  readonly code: string | null;
  readonly barcode: string | null;
  /** 1/10⁴, 0 or more. */
  readonly quantity_e4: number;
  readonly lot: string | null;
  readonly device: string;
  /** When it was counted, ms UTC; null: now. */
  readonly countedAt: number | null;
  readonly note: string | null;
}

/** Lines of one request, and of one count. */
export const MOST_SENT = 500;
export const MOST_LINES = 200_000;

const LINE = columnsOf(countLines, "l", [
  "line",
  "product",
  "givenCode",
  "givenBarcode",
  "aside",
  "quantity_e4",
  "lot",
  "device",
  "note",
  "countedAt",
  "writtenAt",
  "assignedAt",
  "undoneAt",
]);
export type CountLine = Readonly<ReturnType<typeof LINE.read>>;

/** Selects a row where this request has written its lines. ?1 company, ?2 count, ?3 key, ?4 token. */
const WRITTEN =
  "select 1 from count_requests where company = ?1 and count = ?2 and key = ?3 and token = ?4";

/**
 * Adds lines to an open count, in one batch; lines of one product add up. What is no product of the scope is kept aside. The
 * same key with the same lines writes once and gives the same answer.
 * Fails with `count.not_found`, `count.not_open`, `count.key_reused`, `count.too_many_lines`.
 */
export async function addLines(
  ports: Ports,
  id: string,
  lines: readonly NewLine[],
  { cause, key, signal }: { cause: UserCause; key: string; signal?: AbortSignal },
): Promise<{ lines: CountLine[]; repeated: boolean }> {
  const { company } = cause.actor;
  const fingerprint = await sha256(JSON.stringify(lines));
  return optimistic(async () => {
    const token = newId();
    const head = [company, id, key, token];
    const first = await ports.writer.commit(
      {
        statements: statements(lines, head, fingerprint, cause, ports),
        read: ([rows]) => (rows?.[0] === undefined ? null : Number(rows[0].first_line)),
      },
      signal,
    );
    if (first !== null)
      return {
        lines: await written(ports, company, id, first, lines.length, signal),
        repeated: false,
      };
    const [earlier] = await ports.reader.rows(
      {
        sql: "select fingerprint, first_line, size from count_requests where company = ?1 and count = ?2 and key = ?3",
        args: [company, id, key],
      },
      signal,
    );
    if (earlier !== undefined) {
      if (earlier.fingerprint !== fingerprint)
        throw new Failed<CountFailure>({ code: "count.key_reused" });
      const from = Number(earlier.first_line);
      return {
        lines: await written(ports, company, id, from, Number(earlier.size), signal),
        repeated: true,
      };
    }
    const count = await failIfNotOpen(ports, company, id, signal);
    if (count.lines + lines.length > MOST_LINES)
      throw new Failed<CountFailure>({ code: "count.too_many_lines", limit: MOST_LINES });
    return CHANGED;
  });
}

function statements(
  lines: readonly NewLine[],
  head: readonly Value[],
  fingerprint: string,
  cause: UserCause,
  { clock }: Pick<Ports, "clock">,
): Statement[] {
  const { actor } = cause;
  const at = clock.now();
  const size = lines.length;
  return [
    {
      sql: `insert into count_requests (company, count, key, token, fingerprint, first_line, size)
        select ?1, ?2, ?3, ?4, ?5, lines + 1, ?6 from stock_counts
        where company = ?1 and id = ?2 and state = 'open' and lines + ?6 <= ${MOST_LINES}
        on conflict do nothing returning first_line`,
      args: [...head, fingerprint, size],
    },
    { sql: INSERT_LINES, args: [...head, JSON.stringify(lines), actor.userId, at] },
    {
      sql: `update stock_counts set lines = lines + ?5 where company = ?1 and id = ?2 and exists (${WRITTEN})`,
      args: [...head, size],
    },
    audit(
      cause,
      at,
      {
        action: "count.lines",
        entity: "count",
        id: String(head[1]),
        detail: { lines: size },
      },
      { sql: WRITTEN, args: head },
    ),
  ];
}

/**
 * A line's product is that of its code, or the only one with its barcode. Its place in the order of writing is the last movement
 * of its moment, and not before the count was opened. ?5 the lines, ?6 user, ?7 instant.
 */
const INSERT_LINES = `
  with given as materialized (
    select j.key as n, j.value ->> 'code' as code, j.value ->> 'barcode' as barcode, j.value ->> 'quantity_e4' as quantity_e4,
      j.value ->> 'lot' as lot, j.value ->> 'device' as device, j.value ->> 'note' as note,
      max(c.opened_at, min(coalesce(j.value ->> 'countedAt', ?7), ?7)) as counted_at, j.value ->> 'countedAt' as given_at,
      c.lines + 1 + j.key as line, c.after_id, c.scope, c.category_id, c.location
    from stock_counts c cross join json_each(?5) j where c.company = ?1 and c.id = ?2 and exists (${WRITTEN})
  ),
  found as materialized (
    select g.*, case when g.code is not null
        then (select p.code from products p where p.company = ?1 and p.code = g.code and p.active = 1)
        else (select min(p.code) from products p indexed by products_by_barcode
          where p.company = ?1 and p.barcode = g.barcode and p.barcode <> '' and p.active = 1) end as product,
      g.code is null and (select count(*) from (select 1 from products p indexed by products_by_barcode
          where p.company = ?1 and p.barcode = g.barcode and p.barcode <> '' and p.active = 1 limit 2)) > 1 as many
    from given g
  ),
  placed as (
    select f.*, case when f.product is null then 'unknown' when f.many then 'ambiguous'
      when not exists (select 1 from products p cross join stock_counts c on c.company = ?1 and c.id = ?2
        where p.company = ?1 and p.code = f.product and ${IN_SCOPE}) then 'outside' end as aside
    from found f
  )
  insert into count_lines (company, count, line, product, given_code, given_barcode, aside, quantity_e4, lot, device, note, user_id,
    counted_at, written_at, after_id)
  select ?1, ?2, line, iif(aside is null, product, null), code, barcode, aside, quantity_e4, lot, device, note, ?6, counted_at, ?7,
    max(after_id, coalesce(case when given_at is null or counted_at = ?7 then (select max(id) from movements)
      else ${lastWrittenBefore("?1", "counted_at")} end, 0))
  from placed`;

/** Lines of a request, as they were answered when they were written. */
async function written(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  first: number,
  size: number,
  signal?: AbortSignal,
): Promise<CountLine[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${LINE.sql} from count_lines l where l.company = ?1 and l.count = ?2 and l.line >= ?3 and l.line < ?4
        order by l.line`,
      args: [company, id, first, first + size],
    },
    signal,
  );
  return rows.map(LINE.read).map((line) => ({
    ...line,
    product: line.aside === null ? line.product : null,
    assignedAt: null,
    undoneAt: null,
  }));
}

/** Which lines of a count are asked for: those before a line number, newest first. */
export interface LineFilter {
  readonly before?: number | undefined;
  /** Only those that are kept aside still. */
  readonly aside: boolean;
  readonly product?: string | undefined;
  readonly limit: number;
}

const ASKED = {
  all: "from count_lines l where l.company = ?1 and l.count = ?2 and l.line < ?3",
  aside: `from count_lines l indexed by count_lines_aside
    where l.company = ?1 and l.count = ?2 and l.line < ?3 and l.product is null and l.undone_at is null`,
  product: `from count_lines l indexed by count_lines_by_product
    where l.company = ?1 and l.count = ?2 and l.line < ?3 and l.product = ?5 and l.undone_at is null`,
} as const;

/** A page of the lines of a count, newest first; of one product those that stand. Fails with `count.not_found` elsewhere. */
export async function listLines(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
  { before = Number.MAX_SAFE_INTEGER, aside, product, limit }: LineFilter,
  signal?: AbortSignal,
): Promise<CountLine[]> {
  const asked = product !== undefined ? "product" : aside ? "aside" : "all";
  const rows = await ports.reader.rows(
    {
      sql: `select ${LINE.sql} ${ASKED[asked]} order by l.line desc limit ?4`,
      args: [company, id, before, limit, ...(product === undefined ? [] : [product])],
    },
    signal,
  );
  return rows.map(LINE.read);
}
