/** Notifies the readers of the feed, and others that wait for a write, after a commit. */
export interface CommitSignal {
  /** Commits of this process so far. */
  count(): number;
  /**
   * Resolves at the first commit after number `seen`, after about a second (other processes write too), or when the signal
   * aborts. Never rejects. `quiet`: how many looks in a row have found nothing; the wait may then be longer.
   */
  next(seen: number, signal?: AbortSignal, quiet?: number): Promise<void>;
}
