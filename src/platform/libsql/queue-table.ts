import type { Row, Statement } from "../../ports/sql.ts";
import { type Message, messageKey } from "../../queue-messages.ts";

/** A message that was handed out; `attempts` counts this time too. */
export interface Lease {
  readonly id: number;
  readonly body: unknown;
  readonly attempts: number;
  /** Who has it: what becomes of it is written only while that is so. */
  readonly holder: string;
}

/**
 * Puts messages into the table, ready at `now`. One that waits, or is in work, is not put there twice; one that was parked
 * begins anew.
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

/** What is ready in a lane, first come first; a read, so that an idle queue writes nothing. */
export const readyIds = (lane: string, now: number, most: number): Statement => ({
  sql: `select id from queue where dead_at is null and lane = ?1 and available_at <= ?2
    order by available_at, id limit ?3`,
  args: [lane, now, most],
});

/** Takes those of `ids` that nobody else has taken since. */
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

/** The rows of `take`, in the order sent. */
export const leasesOf = (rows: readonly Row[], holder: string): Lease[] =>
  rows
    .map((row) => ({
      id: Number(row.id),
      body: JSON.parse(String(row.body)),
      attempts: Number(row.attempts),
      holder,
    }))
    .sort((a, b) => a.id - b.id);

/** Keeps messages for longer: their work goes on. */
export const renewLeases = (ids: readonly number[], holder: string, until: number): Statement => ({
  sql: "update queue set available_at = ?3 where id in (select value from json_each(?1)) and leased_by = ?2",
  args: [JSON.stringify(ids), holder, until],
});

const MINE = "id = ?1 and leased_by = ?2 and attempts = ?3";
const mine = ({ id, holder, attempts }: Lease) => [id, holder, attempts];

/** Its work is done. */
export const ack = (lease: Lease): Statement => ({
  sql: `delete from queue where ${MINE}`,
  args: mine(lease),
});

/** To be tried again, not before `at`. */
export const retryLater = (lease: Lease, at: number, reason: string): Statement => ({
  sql: `update queue set leased_by = null, available_at = ?4, reason = ?5 where ${MINE}`,
  args: [...mine(lease), at, reason],
});

/** Given back by who could not go on; that was no attempt. */
export const release = (lease: Lease, now: number): Statement => ({
  sql: `update queue set leased_by = null, available_at = ?4, attempts = attempts - 1 where ${MINE}`,
  args: [...mine(lease), now],
});

/** Not tried any more, until it is sent again. */
export const park = (lease: Lease, now: number, reason: string): Statement => ({
  sql: `update queue set leased_by = null, dead_at = ?4, reason = ?5 where ${MINE}`,
  args: [...mine(lease), now, reason],
});

/** Of what nobody can read, so much is kept. */
const BURIED_CHARACTERS = 4_000;

/** Lays down what no queue of this table has handed out, under a name that it has elsewhere; twice is once. */
export const storeUnreadable = (
  key: string,
  body: unknown,
  reason: string,
  now: number,
): Statement => ({
  sql: `insert into queue (key, lane, body, available_at, dead_at, reason, created_at)
    values (?1, 'unreadable', json_quote(?2), ?4, ?4, ?3, ?4) on conflict (key) do nothing`,
  args: [key, textOf(body).slice(0, BURIED_CHARACTERS), reason, now],
});

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body) ?? String(body);
  } catch {
    return typeof body;
  }
}

/** Forgets what has been dead since before then. */
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
 * Frees what a clock that was set back would keep waiting in these lanes: nobody waits longer than `longestMs`. And forgets
 * what has been parked since before `deadBefore`; whoever replays it sends it anew.
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
 * How much waits, is in work, is parked, and since when the oldest is there that is not parked. Of more than 10,000 messages
 * the oldest are counted: anybody may ask for the health of a service.
 */
export const depth: Statement = {
  sql: `select count(*) filter (where dead_at is null and leased_by is null) as waiting,
      count(*) filter (where dead_at is null and leased_by is not null) as in_work,
      count(*) filter (where dead_at is not null) as parked,
      min(created_at) filter (where dead_at is null) as oldest from (select * from queue order by id limit 10000)`,
  args: [],
};
