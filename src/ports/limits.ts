/** One token bucket per key. */
export interface RateLimits {
  /**
   * Takes one token of the bucket `key`; `capacity` tokens, refilled at `perSecond`. `resetMs`: until it is full, or, when
   * refused, until there is one token. When the counter does not answer, `exact` fails with PlatformFailure `overloaded`;
   * without it a less exact counter is used.
   */
  take(
    key: string,
    bucket: { capacity: number; perSecond: number; exact?: boolean },
  ): Promise<{ allowed: boolean; remaining: number; resetMs: number }>;
  /** Whether a network may send requests at all: a coarse limit before all others. Absent where the runtime has none. */
  admits?(network: string): Promise<boolean>;
}
