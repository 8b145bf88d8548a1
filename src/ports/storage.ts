import type { Guard, WriteStatement } from "./sql.ts";

/** The original bytes of documents, under their SHA-256 (hex), never changed. */
export interface Originals {
  /** Statements that the batch naming these bytes must include; a store outside the database is written before it returns. */
  store(
    company: number,
    sha256: string,
    bytes: Uint8Array<ArrayBuffer>,
    /** Inside the database: kept only where the guard selects a row, so that a refusal leaves no bytes. */
    guard: Guard,
    /** When they may go (ms UTC) if nobody keeps them for good until then; absent: for good. */
    until?: number,
  ): Promise<WriteStatement[]>;
  /**
   * The bytes, proved against the hash; null where there are none. Fails with PlatformFailure `original.damaged` where they
   * are not what was kept: such bytes are given to nobody.
   */
  get(company: number, sha256: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * Lets go of what no row names, older than a day, in one slice that begins after `after` ("": at the beginning). `next`:
   * where the next slice begins ("" after the last). Absent where the bytes are rows, which go with their names.
   */
  readonly removeUnnamed?: (
    company: number,
    after: string,
  ) => Promise<{ gone: number; next: string }>;
}

/** Files too large for a row, by key: letters, digits, `-`, `_`, and between them `.` and `/` (`exports/1/a.csv`). */
export interface BlobStore {
  /**
   * Takes the content to its end and replaces what the key had. Under the key there is all of it, durably, or what was
   * there before. Rejects as the stream does, when aborted, and with PlatformFailure `storage.full`; then nothing is left.
   */
  put(
    key: string,
    content: ReadableStream<Uint8Array> | Uint8Array,
    signal?: AbortSignal,
  ): Promise<{ size: number }>;
  /**
   * The bytes from `offset` on, at most `length` of them; all of them without a range. `size` is always that of the whole.
   * Bytes that are no longer what was put are not given out: PlatformFailure `file.damaged`, at the call or in the stream.
   */
  get(
    key: string,
    range?: { readonly offset: number; readonly length: number },
  ): Promise<{ size: number; body: ReadableStream<Uint8Array> } | null>;
  /** A key that is not there is no fault. */
  delete(key: string): Promise<void>;
  /** By key, those after `after`, at most 1,000; `at`: when it was put, ms UTC. */
  list(prefix: string, after?: string): Promise<{ key: string; size: number; at: number }[]>;
}
