export type JobFailure =
  | { code: "job.not_found"; id: string }
  /** The company has as many jobs in work as it may. */
  | { code: "job.too_many"; limit: number; retryAfterS: number }
  /** There is nothing to be tried again. */
  | { code: "job.nothing_parked"; id: string };

export type FeedFailure =
  /** Events after this place are no longer kept; `next_cursor` begins again with what is, knowing that some were missed. */
  { code: "events.expired"; next_cursor: string };
