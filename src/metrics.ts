/**
 * All metrics, under the names that `/metrics`, the dashboard and the alert rules use. Each label has few values: codes of our
 * own tables, route patterns, states; never a path, a key, a user or a company. `_total` counts up, `_seconds` are seconds.
 */
export const COUNTERS = {
  http_requests_total: {
    help: "Requests answered",
    labels: ["method", "endpoint", "status"],
  },
  http_problems_total: {
    help: "Problem answers (RFC 9457), by code",
    labels: ["code"],
    zero: [
      { code: "internal" },
      { code: "overloaded" },
      { code: "storage.full" },
      { code: "storage.read_only" },
      { code: "storage.gone" },
      { code: "storage.damaged" },
      { code: "not_configured" },
    ],
  },
  nfe_processed_total: { help: "Notes that moved stock, each once", labels: [] },
  nfe_verdicts_total: {
    help: "Verdicts of notes as they were registered: approved, waiting or held",
    labels: ["direction", "outcome"],
  },
  nfe_holds_total: { help: "Holds of notes as they were registered", labels: ["hold"] },
  nfe_refusals_total: { help: "Documents refused, by code", labels: ["code"] },
  cache_reads_total: {
    help: "Cached reads, by their X-Cache",
    labels: ["result"],
    zero: [{ result: "HIT" }, { result: "MISS" }, { result: "REVALIDATED" }],
  },
  export_rows_total: {
    help: "Rows written into exports",
    labels: ["type"],
    zero: [
      { type: "movements" },
      { type: "stock" },
      { type: "nfes" },
      { type: "inventory" },
      { type: "supplier-items" },
      { type: "lots" },
      { type: "nfe-items" },
      { type: "archive" },
      { type: "audit" },
    ],
  },
  rate_limit_guesses_total: {
    help: "Requests that were counted by this isolate alone, because the exact counter did not answer",
    labels: [],
  },
  ledger_differences_total: {
    help: "Products whose balance was found not to be the sum of their movements",
    labels: [],
    zero: [{}],
  },
  mail_messages_total: {
    help: "Mails by their outcome; known: received before",
    labels: ["outcome"],
    zero: [{ outcome: "taken" }, { outcome: "known" }, { outcome: "refused" }],
  },
  mail_visits_total: {
    help: "Visits to mailboxes; failed: the mailbox could not be opened, or not read to its end",
    labels: ["outcome"],
    zero: [{ outcome: "done" }, { outcome: "failed" }],
  },
  sefaz_calls_total: {
    help: "Calls to the distribution of the tax office by what was asked for and their outcome",
    labels: ["kind", "outcome"],
    zero: [
      { kind: "cursor", outcome: "found" },
      { kind: "cursor", outcome: "blocked" },
      { kind: "cursor", outcome: "fault" },
    ],
  },
  alert_mails_total: {
    help: "Mails with alerts; failed: the SMTP server did not take it for every recipient",
    labels: ["outcome"],
    zero: [{ outcome: "done" }, { outcome: "failed" }],
  },
  webhook_attempts_total: {
    help: "Attempts to deliver an event to a webhook; failed: no answer 2xx",
    labels: ["outcome"],
    zero: [{ outcome: "done" }, { outcome: "failed" }],
  },
  trace_spans_total: {
    help: "Ended spans: sent, failed, or dropped because the queue was full",
    labels: ["outcome"],
    zero: [{ outcome: "sent" }, { outcome: "failed" }, { outcome: "dropped" }],
  },
} as const satisfies Record<string, Counted>;

/** From one millisecond, with bounds at the targets of 50 ms and 200 ms, up to the longest batch. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30];

export const HISTOGRAMS = {
  http_request_duration_seconds: {
    help: "From the request to its answer; of a stream, to its first byte",
    labels: ["method", "endpoint"],
    buckets: SECONDS,
  },
  sge_commit_seconds: {
    help: "One commit of a group of writes",
    labels: [],
    buckets: SECONDS,
  },
  sge_commit_writes: {
    help: "Writes that shared one commit",
    labels: [],
    buckets: [1, 2, 4, 8, 16, 32, 64],
  },
  sge_event_loop_delay_seconds: {
    help: "Delay of a timer: the event loop served nothing else meanwhile",
    labels: [],
    buckets: SECONDS,
  },
} as const satisfies Record<string, Measured & { readonly buckets: readonly number[] }>;

/** Metrics that are read when they are requested, not counted as events happen. */
export const FIGURES = {
  sge_build_info: { type: "gauge", help: "Always 1", labels: ["version"] },
  http_requests_in_work: { type: "gauge", help: "Requests without an answer yet", labels: [] },
  sge_writer_queue: { type: "gauge", help: "Writes that wait for their commit", labels: [] },
  sge_writer_overloaded_total: {
    type: "counter",
    help: "Writes refused: queue full, or the database busy for too long",
    labels: [],
  },
  sge_writer_split_total: {
    type: "counter",
    help: "Groups that were run again write by write, because one write failed",
    labels: [],
  },
  sge_reader_threads: {
    type: "gauge",
    help: "Threads that read large documents",
    labels: ["state"],
  },
  sge_reader_queue: { type: "gauge", help: "Documents that wait for a thread", labels: [] },
  sge_reader_timeouts_total: {
    type: "counter",
    help: "Threads that were ended after the time limit",
    labels: [],
  },
  sge_reader_crashes_total: { type: "counter", help: "Threads that crashed", labels: [] },
  sge_long_reads: {
    type: "gauge",
    help: "Reads of the first database that may walk far, beside the event loop: running, waiting",
    labels: ["state"],
  },
  sge_long_reads_interrupted_total: {
    type: "counter",
    help: "Long reads that were interrupted, or left the queue, because their caller had gone",
    labels: [],
  },
  sge_queue_messages: {
    type: "gauge",
    help: "Messages of the durable queue: waiting, in_work, parked",
    labels: ["state"],
  },
  sge_queue_oldest_seconds: {
    type: "gauge",
    help: "Age of the oldest message that is not parked",
    labels: [],
  },
  sge_queue_handled_total: {
    type: "counter",
    help: "Attempts of messages by their outcome: done, retried, parked",
    labels: ["outcome"],
  },
  sge_breaker_state: {
    type: "gauge",
    help: "0 closed, 1 half-open, 2 open",
    labels: ["name"],
  },
  sge_breaker_opened_total: { type: "counter", help: "Times the circuit opened", labels: ["name"] },
  sge_breaker_refused_total: { type: "counter", help: "Calls refused at once", labels: ["name"] },
  sge_companies: { type: "gauge", help: "Companies", labels: [] },
  sge_notes: {
    type: "gauge",
    help: "Notes by status; 10000 means that many or more",
    labels: ["status"],
  },
  sge_notes_registered_total: { type: "counter", help: "Notes ever registered", labels: [] },
  sge_movements_total: { type: "counter", help: "Movements in the ledger", labels: [] },
  sge_events_total: { type: "counter", help: "Events ever appended to the feed", labels: [] },
  sge_feed_age_seconds: { type: "gauge", help: "Time since the last event", labels: [] },
  sge_jobs: {
    type: "gauge",
    help: "Jobs that are not finished",
    labels: ["kind", "state"],
  },
  sge_jobs_oldest_seconds: {
    type: "gauge",
    help: "Age of the oldest job that is not finished; 0 without one",
    labels: [],
  },
  sge_job_items: {
    type: "gauge",
    help: "Documents of jobs: received and not processed yet, or parked; 10000 in all means that many or more",
    labels: ["state"],
  },
  sge_exports: {
    type: "gauge",
    help: "Exports with a file: kept, or expired and to be removed; 10000 means that many or more",
    labels: ["state"],
  },
  sge_sweep_age_seconds: {
    type: "gauge",
    help: "Time since the last slice of a maintenance task, of the company that waits longest",
    labels: ["task"],
  },
  sge_unnamed_bytes: {
    type: "gauge",
    help: "Compressed bytes in the database that no note names: waiting, or refused and stored for 30 days; of 10000 documents at most, beyond 1000 an estimate",
    labels: [],
  },
  sge_database_bytes: {
    type: "gauge",
    help: "Size of a local database: main, its write-ahead log, and previous databases of upgrades and restores (Bun)",
    labels: ["file"],
  },
  sge_disk_free_bytes: {
    type: "gauge",
    help: "Free space where the database and DATA_DIR are (Bun)",
    labels: ["folder"],
  },
  sge_backup_age_seconds: {
    type: "gauge",
    help: "Time since the last sge backup, or else since the first company was made (Bun, a local database)",
    labels: [],
  },
  sge_stream_clients: { type: "gauge", help: "Open event streams and long polls", labels: [] },
  process_cpu_seconds_total: { type: "counter", help: "User and system time", labels: [] },
  process_resident_memory_bytes: { type: "gauge", help: "Resident memory", labels: [] },
  process_heap_bytes: { type: "gauge", help: "JavaScript heap in use", labels: [] },
  process_start_time_seconds: { type: "gauge", help: "Unix time of the start", labels: [] },
  process_open_fds: { type: "gauge", help: "Open file descriptors", labels: [] },
} as const satisfies Record<string, Measured & { readonly type: "gauge" | "counter" }>;

interface Measured {
  readonly help: string;
  readonly labels: readonly string[];
}

interface Counted extends Measured {
  /** There from the start, as 0: Prometheus sees no increase in what begins at 1, and an alert would miss the first. */
  readonly zero?: readonly Readonly<Record<string, string>>[];
}

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;
export type FigureName = keyof typeof FIGURES;

/** A value for each label that the table gives to a name. */
export type LabelsOf<M extends Measured> = Readonly<Record<M["labels"][number], string | number>>;
export type CounterLabels<N extends CounterName> = LabelsOf<(typeof COUNTERS)[N]>;
export type HistogramLabels<N extends HistogramName> = LabelsOf<(typeof HISTOGRAMS)[N]>;

/** Figures as they stand: a number, or one for each set of label values. */
export type Figures = {
  readonly [N in FigureName]?:
    | number
    | readonly { readonly labels: LabelsOf<(typeof FIGURES)[N]>; readonly value: number }[];
};
