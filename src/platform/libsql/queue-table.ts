import type { Row, Statement } from "../../ports/sql.ts";
import { type Message, messageKey } from "../../queue-messages.ts";

/** A message that is being worked on; `attempts` includes the current one. */
export interface Lease {
  readonly id: number;
  readonly body: unknown;
  readonly attempts: number;
  /** The lease holder. Results are written only while it still holds the lease. */
  readonly holder: string;
}

/**
 * Inserts messages, ready at `now`. One that waits or is in work is not inserted again; a parked one starts again with no
 * attempts.
 */
export function enqueue(messages: readonly Message[], now: number): Statement {
  const rows = messages.map((body) => ({ key: messageKey(body), lane: body.kind, body }));
  return {
    sql: `insert into queue (key, lane, body, available_at, created_at)
      select value ->> 'key', value ->> 'lane', value -> 'body', ?2, ?2 from json_each(?1) where true
      on conflict (key) do update set attempts = 0, available_at = excluded.available_at, dead_at = null, reason = null
        where dead_at is not null`,
    args: [JSON.stringify(rows), now],
  };
}

/**
 * Ids and companies of ready messages of a lane: the oldest of each company, then the second of each, and so on, for at most
 * `most` companies whose numbers are above `after`. A company with many messages never stands before the first of another one.
 * A read, so that an idle queue writes nothing.
 */
export const readyIds = (lane: string, now: number, most: number, after: number): Statement => ({
  sql: `with recursive waiting (company, n) as (
      select (select min(company) from queue where dead_at is null and lane = ?1 and company > ?4), 1
      union all
      select (select min(company) from queue where dead_at is null and lane = ?1 and company > w.company), n + 1
        from waiting w where w.company is not null and n < ?3)
    select q.id, q.company, row_number() over (partition by q.company order by q.available_at, q.id) as turn
      from waiting w join queue q on q.id in (select id from queue
        where dead_at is null and lane = ?1 and company = w.company and available_at <= ?2
        order by available_at, id limit ?3)
      order by turn, q.company limit ?3`,
  args: [lane, now, most, after],
});

/** Leases those of `ids` that no other process has leased since, until `until`; counts an attempt. */
export const leaseMessages = (
  ids: readonly number[],
  holder: string,
  now: number,
  until: number,
): Statement => ({
  sql: `update queue set leased_by = ?2, attempts = attempts + 1, available_at = ?4
    where id in (select value from json_each(?1)) and dead_at is null and available_at <= ?3
    returning id, body, attempts`,
  args: [JSON.stringify(ids), holder, now, until],
});

/** The rows of `leaseMessages`, in the order of `ids`. */
export function leasesOf(rows: readonly Row[], holder: string, ids: readonly number[]): Lease[] {
  const place = new Map(ids.map((id, index) => [id, index]));
  return rows
    .map((row) => ({
      id: Number(row.id),
      body: JSON.parse(String(row.body)),
      attempts: Number(row.attempts),
      holder,
    }))
    .sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
}

/** Extends the leases of messages that are still in work. */
export const renewLeases = (ids: readonly number[], holder: string, until: number): Statement => ({
  sql: "update queue set available_at = ?3 where id in (select value from json_each(?1)) and leased_by = ?2",
  args: [JSON.stringify(ids), holder, until],
});

const HELD = "id = ?1 and leased_by = ?2 and attempts = ?3";
const heldBy = ({ id, holder, attempts }: Lease) => [id, holder, attempts];

/** The work is done: removes the message. */
export const ack = (lease: Lease): Statement => ({
  sql: `delete from queue where ${HELD}`,
  args: heldBy(lease),
});

/** The attempt failed: the message is ready again at `at`. */
export const retryLater = (lease: Lease, at: number, reason: string): Statement => ({
  sql: `update queue set leased_by = null, available_at = ?4, reason = ?5 where ${HELD}`,
  args: [...heldBy(lease), at, reason],
});

/** Ends the lease of a message whose work was not begun or was interrupted by a stop; the attempt does not count. */
export const release = (lease: Lease, now: number): Statement => ({
  sql: `update queue set leased_by = null, available_at = ?4, attempts = attempts - 1 where ${HELD}`,
  args: [...heldBy(lease), now],
});

/** Parks a message after its last attempt (a dead letter): it is not tried until it is sent again. */
export const park = (lease: Lease, now: number, reason: string): Statement => ({
  sql: `update queue set leased_by = null, dead_at = ?4, reason = ?5 where ${HELD}`,
  args: [...heldBy(lease), now, reason],
});

/** Characters that are stored of an unreadable message. */
const UNREADABLE_CHARACTERS = 4_000;

/** Stores an unreadable Cloudflare message as a parked row under its message id. Idempotent. */
export const storeUnreadable = (
  key: string,
  body: unknown,
  reason: string,
  now: number,
): Statement => ({
  sql: `insert into queue (key, lane, body, available_at, dead_at, reason, created_at)
    values (?1, 'unreadable', json_quote(?2), ?4, ?4, ?3, ?4) on conflict (key) do nothing`,
  args: [key, textOf(body).slice(0, UNREADABLE_CHARACTERS), reason, now],
});

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body) ?? String(body);
  } catch {
    return typeof body;
  }
}

/** Deletes messages that were parked before `deadBefore` (ms UTC). */
export const deleteParked = (deadBefore: number): Statement => ({
  sql: "delete from queue where dead_at is not null and dead_at < ?1",
  args: [deadBefore],
});

/** When the next message of a lane is ready. */
export const nextReady = (lane: string): Statement => ({
  sql: `select min(available_at) as at from queue where dead_at is null and lane = ?1`,
  args: [lane],
});

/**
 * Makes messages of these lanes ready that would wait longer than `longestMs`, which happens when the clock is set back, and
 * deletes those that were parked before `deadBefore`; a replay sends such a message again.
 */
export const cleanUp = (
  lanes: readonly string[],
  now: number,
  longestMs: number,
  deadBefore: number,
): Statement[] => [
  {
    sql: `update queue set available_at = ?1
      where dead_at is null and lane in (select value from json_each(?3)) and available_at > ?1 + ?2`,
    args: [now, longestMs, JSON.stringify(lanes)],
  },
  deleteParked(deadBefore),
];

/**
 * The numbers of messages that wait, are in work and are parked, and when the oldest that is not parked was sent. Only the
 * oldest 10,000 messages are counted: health checks are public, so they must be cheap.
 */
export const depth: Statement = {
  sql: `select count(*) filter (where dead_at is null and leased_by is null) as waiting,
      count(*) filter (where dead_at is null and leased_by is not null) as in_work,
      count(*) filter (where dead_at is not null) as parked,
      min(created_at) filter (where dead_at is null) as oldest from (select * from queue order by id limit 10000)`,
  args: [],
};
