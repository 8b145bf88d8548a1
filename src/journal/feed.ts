import type { Ports } from "../ports/ports.ts";
import type { Row } from "../ports/sql.ts";

/**
 * A place in a company's feed: the id of the last event that was read, 0 before the first.
 * SQLite gives ids inside the write transaction, and only one writes at a time, in this process or in another: so an id
 * that a reader sees is larger than every id that was committed before, and none below it will ever appear.
 */
export type FeedPosition = number;

/** Something that happened, as `happened` (record.ts) wrote it. */
export interface FeedEvent {
  readonly id: FeedPosition;
  /** `nfe.registered`, `nfe.processed`, `job.done` … */
  readonly type: string;
  /** Milliseconds UTC. */
  readonly at: number;
  readonly payload: Record<string, unknown>;
}

/** Before the first event: the feed from the oldest that is kept. */
export const FEED_START: FeedPosition = 0;

/** A position as it travels: `e` and base 36. Stable for as long as the event is kept; clients do not read it. */
export const formatCursor = (position: FeedPosition): string => `e${position.toString(36)}`;

/** The position that a cursor stands for; null for a text that is none. */
export function parseCursor(cursor: string): FeedPosition | null {
  if (!/^e[0-9a-z]{1,11}$/.test(cursor)) return null;
  const position = Number.parseInt(cursor.slice(1), 36);
  return Number.isSafeInteger(position) && formatCursor(position) === cursor ? position : null;
}

type FeedPorts = Pick<Ports, "reader">;

/** Up to `limit` events of a company after a position, in the order in which they were committed. */
export async function eventsAfter(
  ports: FeedPorts,
  company: number,
  after: FeedPosition,
  limit: number,
  signal?: AbortSignal,
): Promise<FeedEvent[]> {
  const rows = await ports.reader.rows(
    {
      sql: "select id, type, at, payload from events where company = ?1 and id > ?2 order by id limit ?3",
      args: [company, after, limit],
    },
    signal,
  );
  return rows.map(eventOf);
}

const eventOf = (row: Row): FeedEvent => ({
  id: Number(row.id),
  type: String(row.type),
  at: Number(row.at),
  payload: JSON.parse(String(row.payload)),
});

/** Where the company's feed ends now. */
export async function lastPosition(ports: FeedPorts, company: number): Promise<FeedPosition> {
  const [row] = await ports.reader.rows({
    sql: "select max(id) as last from events where company = ?1",
    args: [company],
  });
  return Number(row?.last ?? FEED_START);
}

/**
 * Whether events after a position may be missing. The sweep leaves the newest of what it takes away, so a position that
 * was swept is below the oldest that is left; one above the newest is of a database that was restored since. The beginning
 * is never too old: it means what is kept.
 */
export async function hasExpired(
  ports: FeedPorts,
  company: number,
  after: FeedPosition,
): Promise<boolean> {
  if (after === FEED_START) return false;
  const [row] = await ports.reader.rows({
    sql: `select (select min(id) from events where company = ?1) as oldest,
      (select max(id) from events where company = ?1) as newest`,
    args: [company],
  });
  const { oldest, newest } = row ?? {};
  return oldest == null || after < Number(oldest) || after > Number(newest);
}
