import { parameters } from "../lib/parameters.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row, Value } from "../ports/sql.ts";
import { actionsOf } from "./audit-actions.ts";

/** Lines that one search reads, the newest first; it goes on where it ended. */
export const SEARCHED_LINES = 20_000;

/** Which audit lines; instants in ms UTC, half-open. */
export interface AuditFilter {
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly userId?: number | undefined;
  /** An action, or a verb (audit-actions.ts). */
  readonly action?: string | undefined;
  readonly entity?: string | undefined;
  readonly entityId?: string | undefined;
}

/** A line of the audit log, with what is known of its user now. */
export interface AuditLine {
  readonly id: number;
  readonly at: number;
  readonly userId: number | null;
  readonly userName: string | null;
  readonly userEmail: string | null;
  readonly keyId: string | null;
  readonly action: string;
  readonly entity: string;
  readonly entityId: string | null;
  /** JSON as stored. */
  readonly detail: string;
  readonly requestId: string;
  readonly peer: string | null;
  /** Place in the chain and hash; null until the line is chained. */
  readonly seq: number | null;
  readonly hash: string | null;
}

export interface AuditPage {
  readonly lines: readonly AuditLine[];
  /** How many match, of the lines that were read; without a filter of all. */
  readonly total: number;
  /** The id before which the next page begins; null at the end. */
  readonly next: number | null;
}

/** SQL over audit `a` that selects the lines of a filter, and its parameters; those before them are `args`. */
export function auditConditions(
  filter: AuditFilter,
  args: readonly Value[],
): { where: string; args: Value[] } {
  const { args: all, add } = parameters<Value>(args);
  const parts = ["true"];
  if (filter.from !== undefined) parts.push(`a.at >= ${add(filter.from)}`);
  if (filter.until !== undefined) parts.push(`a.at < ${add(filter.until)}`);
  if (filter.userId !== undefined) parts.push(`a.user_id = ${add(filter.userId)}`);
  if (filter.action !== undefined)
    parts.push(
      `a.action in (select value from json_each(${add(JSON.stringify(actionsOf(filter.action)))}))`,
    );
  if (filter.entity !== undefined) parts.push(`a.entity = ${add(filter.entity)}`);
  if (filter.entityId !== undefined) parts.push(`a.entity_id = ${add(filter.entityId)}`);
  return { where: parts.join(" and "), args: all };
}

const LINE = `a.id, a.at, a.user_id, a.key_id, a.action, a.entity, a.entity_id, a.detail, a.request_id, a.peer,
  a.seq, a.hash, u.name, u.email`;

/**
 * A page of the audit log of a company, newest first. Without a filter it reads the lines of the page alone; with one, at most
 * SEARCHED_LINES from `before` (an id) on.
 */
export function auditPage(
  ports: Pick<Ports, "reader">,
  company: number,
  filter: AuditFilter,
  page: { before: number | undefined; limit: number; offset: number },
  signal?: AbortSignal,
): Promise<AuditPage> {
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (filtered ? foundLines : allLines)(ports, company, filter, page, signal);
}

type Pager = typeof auditPage;

const allLines: Pager = async ({ reader }, company, _, { before, limit, offset }, signal) => {
  const last = before ?? Number.MAX_SAFE_INTEGER;
  const rows = await reader.rows(
    {
      sql: `select ${LINE} from (select id from audit where company = ?1 and id < ?2 order by id desc limit ?3 offset ?4) as page join audit a
        on a.id = page.id left join users u on u.id = a.user_id order by a.id desc`,
      args: [company, last, limit, offset],
    },
    signal,
  );
  // Nothing is ever deleted: the place of the last chained line counts those up to it.
  const [count] = await reader.rows(
    {
      sql: `select coalesce(h.seq, 0) + (select count(*) from audit a where a.company = ?1 and a.id > coalesce(h.line, 0)) as total
        from (select 1) left join audit_heads h on h.company = ?1`,
      args: [company],
    },
    signal,
  );
  const lines = rows.map(toLine);
  const next = lines.length < limit ? null : (lines.at(-1)?.id ?? null);
  return { lines, total: Number(count?.total), next };
};

const foundLines: Pager = async (
  { reader },
  company,
  filter,
  { before, limit, offset },
  signal,
) => {
  const last = before ?? Number.MAX_SAFE_INTEGER;
  const [visited] = await reader.rows(
    {
      sql: `select count(*) as lines, min(id) as oldest from (
        select id from audit where company = ?1 and id < ?2 order by id desc limit ${SEARCHED_LINES})`,
      args: [company, last],
    },
    signal,
  );
  const oldest = Number(visited?.oldest ?? 0);
  const { where, args } = auditConditions(filter, [company, oldest, last]);
  const found = `from audit a where a.company = ?1 and a.id >= ?2 and a.id < ?3 and ${where}`;
  const [count] = await reader.rows({ sql: `select count(*) as total ${found}`, args }, signal);
  const [most, skipped] = [`?${args.length + 1}`, `?${args.length + 2}`];
  const rows = await reader.rows(
    {
      sql: `select ${LINE} from (select a.id ${found} order by a.id desc limit ${most} offset ${skipped}) as page join audit a
        on a.id = page.id left join users u on u.id = a.user_id order by a.id desc`,
      args: [...args, limit, offset],
    },
    signal,
  );
  const lines = rows.map(toLine);
  const total = Number(count?.total);
  const shown = offset + lines.length;
  const full = Number(visited?.lines) === SEARCHED_LINES;
  const next = shown < total ? (lines.at(-1)?.id ?? null) : full ? oldest : null;
  return { lines, total, next };
};

const textOrNull = (value: Value | undefined): string | null =>
  value === null || value === undefined ? null : String(value);
const numberOrNull = (value: Value | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

const toLine = (row: Row): AuditLine => ({
  id: Number(row.id),
  at: Number(row.at),
  userId: numberOrNull(row.user_id),
  userName: textOrNull(row.name),
  userEmail: textOrNull(row.email),
  keyId: textOrNull(row.key_id),
  action: String(row.action),
  entity: String(row.entity),
  entityId: textOrNull(row.entity_id),
  detail: String(row.detail),
  requestId: String(row.request_id),
  peer: textOrNull(row.peer),
  seq: numberOrNull(row.seq),
  hash: textOrNull(row.hash),
});
