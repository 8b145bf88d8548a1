export type JobFailure =
  | { code: "job.not_found"; id: string }
  /** The company has reached its limit of unfinished jobs. */
  | { code: "job.too_many"; limit: number; retryAfterS: number }
  /** The job has nothing that failed, so nothing can be retried. */
  | { code: "job.nothing_parked"; id: string };

export type FeedFailure =
  /** Events after this cursor were deleted; `next_cursor` starts at the oldest event that is kept. */
  { code: "events.expired"; next_cursor: string };

/** How a request with an Idempotency-Key may fail; nothing was written by it. */
export type IdempotencyFailure =
  /** The key has 1 to 200 visible characters of ASCII. */
  | { code: "idempotency.invalid_key" }
  /** The key came before with another request. */
  | { code: "idempotency.mismatch" }
  /** The first request with this key has not ended. */
  | { code: "idempotency.in_progress"; retryAfterS: number }
  /** The first request was carried out and its answer is not kept: what it made, as the audit log names it. */
  | { code: "idempotency.answer_lost"; entity: string; id: string | null };
