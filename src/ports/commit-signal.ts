/** Tells whoever follows what is written that it is time to look. */
export interface CommitSignal {
  /** How many commits of this process there were. */
  count(): number;
  /**
   * Resolves when there were more than `seen`, when about a second is over (other processes write too), or when the
   * signal aborts. Never rejects. `quiet`: how many looks in a row have found nothing; then it may be longer.
   */
  next(seen: number, signal?: AbortSignal, quiet?: number): Promise<void>;
}
