import { columnsOf } from "../ports/columns.ts";
import type { Ports } from "../ports/ports.ts";
import { events } from "./tables.ts";

/**
 * A position in a company's feed: the id of the last event that was read, 0 before the first.
 * SQLite assigns ids inside the write transaction, and there is one writer at a time across all processes: an id that a
 * reader sees is larger than every id committed before, and no smaller id appears later.
 */
export type FeedPosition = number;

/** Something that happened, as `appendEvents` or `appendSelectedEvents` wrote it. */
export interface FeedEvent {
  readonly id: FeedPosition;
  /** `nfe.registered`, `nfe.processed`, `job.done` … */
  readonly type: string;
  /** Milliseconds UTC. */
  readonly at: number;
  readonly payload: Record<string, unknown>;
}

/** The position before the first event: reads the feed from the oldest event that is kept. */
export const FEED_START: FeedPosition = 0;

/** The cursor that clients get for a position: `e` and the id in base 36. Stable; opaque to clients. */
export const formatCursor = (position: FeedPosition): string => `e${position.toString(36)}`;

/** The position of a cursor; null for a text that is not a cursor. */
export function parseCursor(cursor: string): FeedPosition | null {
  if (!/^e[0-9a-z]{1,11}$/.test(cursor)) return null;
  const position = Number.parseInt(cursor.slice(1), 36);
  return Number.isSafeInteger(position) && formatCursor(position) === cursor ? position : null;
}

const EVENT = columnsOf(events, "events", ["id", "type", "at", "payload"]);

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
      sql: `select ${EVENT.sql} from events where company = ?1 and id > ?2 order by id limit ?3`,
      args: [company, after, limit],
    },
    signal,
  );
  return rows.map(EVENT.read);
}

/** The position of the company's newest event. */
export async function lastPosition(ports: FeedPorts, company: number): Promise<FeedPosition> {
  const [row] = await ports.reader.rows({
    sql: "select max(id) as last from events where company = ?1",
    args: [company],
  });
  return Number(row?.last ?? FEED_START);
}

/**
 * Whether events after a position may be missing. `expireEvents` keeps the newest expired event, so the position of a deleted
 * event is below the oldest that is kept; one above the newest is of a database that was restored since then. FEED_START never
 * expires: it means the oldest event that is kept.
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
