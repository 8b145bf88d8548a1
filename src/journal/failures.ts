export type JobFailure =
  | { code: "job.not_found"; id: string }
  /** The company has reached its limit of unfinished jobs. */
  | { code: "job.too_many"; limit: number; retryAfterS: number }
  /** The job has nothing that failed, so nothing can be retried. */
  | { code: "job.nothing_parked"; id: string };

export type FeedFailure =
  /** Events after this cursor were deleted; `next_cursor` starts at the oldest event that is kept. */
  { code: "events.expired"; next_cursor: string };
