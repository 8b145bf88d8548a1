/**
 * How long a job's results, the bytes of refused documents and dead messages are kept, ms. One time for all of them, so that the
 * reason of a failure is there as long as the bytes.
 */
export const JOB_KEPT_MS = 30 * 86_400_000;
