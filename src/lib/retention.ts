/**
 * How long what a job has left is kept, ms: its results, the bytes of what was refused, and messages that nobody could work
 * off. One time for all of them, so that whoever asks why finds either everything or nothing.
 */
export const JOB_KEPT_MS = 30 * 86_400_000;
