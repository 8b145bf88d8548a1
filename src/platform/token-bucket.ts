/** How many tokens a bucket holds, and how fast it fills. */
export interface BucketRules {
  readonly capacity: number;
  readonly perSecond: number;
}

/** The result of one try. `resetMs`: until the bucket is full, or, when refused, until there is one token. */
export interface Taken {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly resetMs: number;
}

/** Rounding error that a chain of instants may collect as doubles: one is exact to 1/4096 ms in this century. */
const SLACK_MS = 0.05;

/**
 * Takes one token of a bucket that is one number, the instant at which it will be full again (the generic cell rate
 * algorithm, which counts exactly as a token bucket does); instants are ms UTC. Returns the new state of the bucket. A clock
 * that is set back adds no token and empties a bucket at most: no caller waits until the clock is where it was.
 */
export function takeToken(
  fullAt: number,
  now: number,
  { capacity, perSecond }: BucketRules,
): { taken: Taken; fullAt: number } {
  const perToken = 1_000 / perSecond;
  const latest = now + capacity * perToken;
  const known = Math.min(fullAt, latest);
  const missing = Math.max(0, known - now) / perToken;
  const tokens = capacity - missing;
  const slack = SLACK_MS / perToken;
  if (tokens + slack < 1)
    return {
      taken: { allowed: false, remaining: 0, resetMs: (1 - tokens) * perToken },
      fullAt: known,
    };
  const full = now + (missing + 1) * perToken;
  const remaining = Math.max(0, Math.floor(tokens - 1 + slack));
  return { taken: { allowed: true, remaining, resetMs: full - now }, fullAt: full };
}
