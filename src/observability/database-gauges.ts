import { NOTE_STATUSES } from "../lib/note-status.ts";
import type { Figures } from "../metrics.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row } from "../ports/sql.ts";

/** Rows are counted up to this number: a scrape costs milliseconds, however large the database is. */
const MOST = 10_000;

/** The rows of all companies that a condition on `t` selects, at most MOST. */
const some = (table: string, condition: string, what = "1 as one"): string =>
  `(select ${what} from companies c cross join ${table} t on t.company = c.id and ${condition} limit ${MOST})`;

/** Totals since the start: ids only rise, and of these rows only events are removed, never the newest. */
const MADE = `select (select count(*) from companies) as companies, (select max(id) from notes) as notes,
  (select max(id) from movements) as movements, (select max(id) from events) as events,
  (select at from events where id = (select max(id) from events)) as newest_event_at`;

const NOTES = NOTE_STATUSES.map(
  (status) =>
    `select '${status}' as status, count(*) as notes from ${some("notes", `t.status = '${status}'`)}`,
).join(" union all ");

const JOBS = `select kind, state, count(*) as jobs, min(created_at) as oldest
  from ${some("jobs", "t.finished_at is null", "t.kind, t.state, t.created_at")} group by kind, state`;

const ITEMS = `select state, count(*) as items from ${some("job_items", "t.state <> 'done'", "t.state")} group by state`;

const EXPORTS = `select
  (select count(*) from ${some("jobs", "t.kind = 'export' and t.expires_at > ?1")}) as kept,
  (select count(*) from ${some("jobs", "t.kind = 'export' and t.expires_at <= ?1")}) as expired`;

const PARKED = `select count(*) as parked from (select 1 from queue where dead_at is not null limit ${MOST})`;

/** Rows whose size is read: each needs a page of its own, while counting needs the index alone. */
const SAMPLED = 1_000;

/** All are counted, and SAMPLED of them measured: SQLite stores the length of a blob before it, so no blob is read. */
const UNNAMED = `select (select count(*) from ${some("originals", "t.expires_at is not null")}) as documents,
  count(*) as sampled, coalesce(sum(bytes), 0) as bytes from (select length(t.gzip) as bytes from companies c
    cross join originals t on t.company = c.id and t.expires_at is not null limit ${SAMPLED})`;

/** One row for each company and task: few. */
const MAINTENANCE_RUNS = "select task, min(updated_at) as at from sweep_places group by task";

/**
 * The gauges of /metrics that come from the database, over all companies: the same in every process or isolate. Uses indices
 * alone, with a bound on what is counted. Fails as the reader does.
 */
export async function databaseGauges(
  { reader, clock }: Pick<Ports, "reader" | "clock">,
  signal?: AbortSignal,
): Promise<Figures> {
  const now = clock.now();
  const ask = (sql: string, ...args: number[]) => reader.rows({ sql, args }, signal);
  const [[made], notes, jobs, items, [exports], [queue], maintenance, [unnamed]] =
    await Promise.all([
      ask(MADE),
      ask(NOTES),
      ask(JOBS),
      ask(ITEMS),
      ask(EXPORTS, now),
      ask(PARKED),
      ask(MAINTENANCE_RUNS),
      ask(UNNAMED),
    ]);
  const since = (at: unknown) => (at == null ? 0 : Math.max(0, now - Number(at)) / 1_000);
  const oldest = jobs.reduce((least, { oldest }) => Math.min(least, Number(oldest)), now);
  const itemsOf = (state: string) => Number(items.find((row) => row.state === state)?.items ?? 0);
  return {
    sge_companies: number(made, "companies"),
    sge_notes: notes.map((row) => ({
      labels: { status: String(row.status) },
      value: number(row, "notes"),
    })),
    sge_notes_registered_total: number(made, "notes"),
    sge_movements_total: number(made, "movements"),
    sge_events_total: number(made, "events"),
    sge_feed_age_seconds: since(made?.newest_event_at),
    sge_jobs: jobs.map((row) => ({
      labels: { kind: String(row.kind), state: String(row.state) },
      value: number(row, "jobs"),
    })),
    sge_jobs_oldest_seconds: since(oldest),
    sge_job_items: ["received", "parked"].map((state) => ({
      labels: { state },
      value: itemsOf(state),
    })),
    sge_exports: ["kept", "expired"].map((state) => ({
      labels: { state },
      value: number(exports, state),
    })),
    sge_unnamed_bytes: estimated(unnamed),
    sge_sweep_age_seconds: maintenance.map((row) => ({
      labels: { task: String(row.task) },
      value: since(row.at),
    })),
    sge_queue_messages: [{ labels: { state: "parked" }, value: number(queue, "parked") }],
  };
}

/** The bytes of all counted rows, as if the rest were as large on average as the measured ones. */
function estimated(row: Row | undefined): number {
  const sampled = Math.max(1, number(row, "sampled"));
  return Math.round((number(row, "bytes") * number(row, "documents")) / sampled);
}

const number = (row: Row | undefined, name: string): number => Number(row?.[name] ?? 0);
