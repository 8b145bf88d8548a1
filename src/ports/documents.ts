import type { Result } from "../lib/result.ts";
import type { Document } from "../nfe/document.ts";
import type { NfeFailure } from "../nfe/failures.ts";
import type { SefazFault } from "./sefaz-fault.ts";

/** A docZip of the distribution as it was sent: a gzip, or where it is no base64 its text as bytes. */
export interface PackedDocument {
  readonly nsu: number | null;
  readonly schema: string;
  readonly isBase64: boolean;
  readonly packed: Uint8Array<ArrayBuffer>;
}

/** An answer of the distribution (retDistDFeInt 1.01) whose documents are not inflated. */
export interface PackedAnswer {
  readonly cStat: string;
  readonly xMotivo: string;
  readonly dhResp: string | null;
  /** Null where a refusal has none, or no number of at most 15 digits. */
  readonly ultNSU: number | null;
  readonly maxNSU: number | null;
  readonly zips: readonly PackedDocument[];
}

/**
 * Reads documents within bounds: small ones in place, large ones in a pool.
 * All fail with PlatformFailure `overloaded` when the pool's queue is full. A document that takes too long, or that ends its
 * thread twice, is refused for good by `read` (`nfe.malformed_xml`) and `distribution` (`malformed`); `compare` then fails with
 * `overloaded`.
 */
export interface DocumentReader {
  read(bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Result<Document, NfeFailure>>;
  /** How two documents with one access key compare (nfe/read/compare.ts). */
  compare(
    stored: Uint8Array<ArrayBuffer>,
    sent: Uint8Array<ArrayBuffer>,
    accessKey: string,
    signal?: AbortSignal,
  ): Promise<"same" | "completes" | "differs">;
  /** An answer of the tax office's distribution, alone or in SOAP. */
  distribution(bytes: Uint8Array, signal?: AbortSignal): Promise<Result<PackedAnswer, SefazFault>>;
}
