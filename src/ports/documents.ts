import type { Result } from "../lib/result.ts";
import type { Document } from "../nfe/document.ts";
import type { NfeFailure } from "../nfe/failures.ts";

/**
 * Reads documents within bounds: small ones in place, large ones in a pool.
 * Both fail with PlatformFailure `overloaded` when the pool's queue is full. A document that takes too long, or that ends its
 * thread twice, is refused for good by `read` (`nfe.malformed_xml`); `compare` then fails with `overloaded`.
 */
export interface DocumentReader {
  read(bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Result<Document, NfeFailure>>;
  /** How two documents with one access key compare (nfe/compare.ts). */
  compare(
    stored: Uint8Array<ArrayBuffer>,
    sent: Uint8Array<ArrayBuffer>,
    accessKey: string,
    signal?: AbortSignal,
  ): Promise<"same" | "completes" | "differs">;
}
