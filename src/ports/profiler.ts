/** Profiles the running process. Fails with PlatformFailure `profiler.busy` while another profile is taken. */
export interface Profiler {
  /** Samples for so many seconds, or until the signal aborts: the text of a `.cpuprofile`. */
  cpu(seconds: number, signal?: AbortSignal): Promise<string>;
  /** Every live object: the text of a `.heapsnapshot`. Nothing else runs meanwhile. */
  heap(): Promise<string>;
}
