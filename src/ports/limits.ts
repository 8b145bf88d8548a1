/** One token bucket per key. */
export interface RateLimits {
  /**
   * Takes one token of the bucket `key`; `capacity` tokens, refilled at `perSecond`. `resetMs`: until it is full, or, when
   * refused, until there is one token. With `exact` it fails with PlatformFailure `overloaded` where who counts does not
   * answer; without, the next best count does.
   */
  take(
    key: string,
    bucket: { capacity: number; perSecond: number; exact?: boolean },
  ): Promise<{ allowed: boolean; remaining: number; resetMs: number }>;
  /** Whether a network may ask at all: a wall before everything, about right. Absent where the runtime has none. */
  admits?(network: string): Promise<boolean>;
}
