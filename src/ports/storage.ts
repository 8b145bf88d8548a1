import type { Original } from "../lib/original.ts";
import type { Guard, WriteStatement } from "./sql.ts";

/** The original bytes of documents, under their SHA-256 (hex), never changed. */
export interface Originals {
  /** The statements that the batch which names these bytes must include; a store outside the database is written before. */
  store(
    company: number,
    original: Original,
    /** Inside the database: stored only where the guard selects a row, so that a refused batch leaves no bytes. */
    guard: Guard,
    /** When they expire (ms UTC), unless a batch stores them for good before; absent: never. */
    until?: number,
  ): Promise<WriteStatement[]>;
  /**
   * The bytes, verified against the hash; null where there are none. Fails with PlatformFailure `original.damaged` where they
   * are not what was stored: such bytes are never returned.
   */
  get(company: number, sha256: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * Removes objects that no row names and that are older than a day, in one slice that begins after `after` ("": at the
   * start). `next`: where the next slice begins ("" after the last). Absent where the bytes are rows of the database.
   */
  readonly removeUnnamed?: (
    company: number,
    after: string,
  ) => Promise<{ gone: number; next: string }>;
}

/** Files too large for a row, by key: letters, digits, `-`, `_`, and between them `.` and `/` (`exports/1/a.csv`). */
export interface BlobStore {
  /**
   * Reads the content to its end and replaces what the key had, durably: under the key there is all of it, or what was there
   * before. Rejects as the stream does, when aborted, and with PlatformFailure `storage.full`; nothing is left then.
   */
  put(
    key: string,
    content: ReadableStream<Uint8Array> | Uint8Array,
    signal?: AbortSignal,
  ): Promise<{ size: number }>;
  /**
   * At most `length` bytes from `offset` on; all without a range. `size` is always that of the whole file. Bytes that are no
   * longer what was written are not returned: PlatformFailure `file.damaged`, at the call or in the stream.
   */
  get(
    key: string,
    range?: { readonly offset: number; readonly length: number },
  ): Promise<{ size: number; body: ReadableStream<Uint8Array> } | null>;
  /** An absent key is no error. */
  delete(key: string): Promise<void>;
  /** Sorted by key, those after `after`, at most 1,000; `at`: when it was written, ms UTC. */
  list(prefix: string, after?: string): Promise<{ key: string; size: number; at: number }[]>;
}
