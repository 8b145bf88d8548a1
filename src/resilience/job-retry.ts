/**
 * When a queued message that failed is tried again: full jitter below a delay that doubles at each attempt, up to a longest.
 * `attempts` counts the attempts so far, from 1; `random` gives 0 up to 1.
 */
const ceiling = (attempts: number, first: number, longest: number): number =>
  Math.min(longest, first * 2 ** (attempts - 1));

/** On Bun, ms. */
const LOCAL = { first: 1_000, longest: 300_000 };

/** No message of the local queue waits longer for its next attempt, ms. */
export const LONGEST_LOCAL_DELAY_MS = LOCAL.longest;

/** Milliseconds until the next attempt on Bun. */
export const localRetryMs = (attempts: number, random: () => number): number =>
  random() * ceiling(attempts, LOCAL.first, LOCAL.longest);

/**
 * On Cloudflare, seconds; its queues delay a message by twelve hours at most. With ten attempts (wrangler.toml) a database
 * that is away for 30 s parks one message of twenty million, and one that is away for good is tried for 13 minutes.
 */
const EDGE = { first: 3, longest: 43_200 };

/** Seconds until the next attempt on Cloudflare: a whole number, from 0 to twelve hours. */
export const edgeRetrySeconds = (attempts: number, random: () => number): number =>
  Math.floor(random() * (ceiling(attempts, EDGE.first, EDGE.longest) + 1));
