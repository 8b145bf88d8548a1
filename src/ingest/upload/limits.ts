const MIB = 1_048_576;

/** Bytes of one document, as sent in a request or inflated from a ZIP. */
export const DOCUMENT_BYTES = 10 * MIB;

/** Limits of one batch. Over any of them the whole request is refused (`batch.too_large`) before anything is stored. */
export interface BatchLimits {
  readonly documents: number;
  /** Parts of the request and entries of its ZIPs, of any kind. */
  readonly entries: number;
  readonly sentBytes: number;
  /** Of all documents together. */
  readonly inflatedBytes: number;
  /** Of one document. */
  readonly entryBytes: number;
  /** Inflated bytes for one compressed byte of an entry of more than 64 KiB. */
  readonly ratio: number;
}

export const BATCH_LIMITS: BatchLimits = {
  documents: 500,
  entries: 10_000,
  sentBytes: 50 * MIB,
  inflatedBytes: 200 * MIB,
  entryBytes: DOCUMENT_BYTES,
  ratio: 100,
};
