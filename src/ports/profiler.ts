/** Looks into the running process. Fails with PlatformFailure `profiler.busy` while another looks. */
export interface Profiler {
  /** Samples for so many seconds, or until the signal aborts: the text of a `.cpuprofile`. */
  cpu(seconds: number, signal?: AbortSignal): Promise<string>;
  /** Every object that is alive: the text of a `.heapsnapshot`. Nothing else runs meanwhile. */
  heap(): Promise<string>;
}
