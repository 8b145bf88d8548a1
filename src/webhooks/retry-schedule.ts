const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** How long an event is tried. */
export const RETRY_FOR_MS = 72 * HOUR;
/** A webhook without one success in this time is disabled. */
export const FAILING_MS = 5 * 24 * HOUR;
const FIRST_MS = 10 * SECOND;
const LONGEST_MS = 8 * HOUR;
/** The longest pause after runs in which every attempt failed. */
const LONGEST_PAUSE_MS = HOUR;
/** A receiver may ask for a pause of a day at most. */
const LONGEST_ASKED_MS = 24 * HOUR;

/**
 * When an event is tried again after its `attempts`-th attempt (from 1): after 10 s, 30 s, 90 s … up to 8 h, each made up to a
 * fifth shorter or longer by `chance` (0 to 1). Null: the next one would come more than three days after the first.
 */
export function nextAttempt(
  attempts: number,
  firstAt: number,
  now: number,
  { chance, retryAfterS }: { chance: number; retryAfterS: number | null },
): number | null {
  const planned = Math.min(FIRST_MS * 3 ** Math.min(attempts - 1, 12), LONGEST_MS);
  const spread = Math.round(planned * (0.8 + 0.4 * chance));
  const asked = Math.min((retryAfterS ?? 0) * SECOND, LONGEST_ASKED_MS);
  const at = now + Math.max(spread, asked);
  return at - firstAt > RETRY_FOR_MS ? null : at;
}

/** How long a webhook rests after its `runs`-th run in a row without a success: 10 s, 20 s, 40 s … up to an hour. */
export const pauseAfter = (runs: number): number =>
  Math.min(FIRST_MS * 2 ** Math.min(runs - 1, 12), LONGEST_PAUSE_MS);
