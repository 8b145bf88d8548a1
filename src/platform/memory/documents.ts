import type { DocumentReader } from "../../ports/documents.ts";

/** The functions of the domain that read documents: pure, so they are the same in a thread and in place. */
export interface DocumentDomain {
  readDocument(bytes: Uint8Array<ArrayBuffer>): Awaited<ReturnType<DocumentReader["read"]>>;
  compareDocuments(
    stored: Uint8Array<ArrayBuffer>,
    sent: Uint8Array<ArrayBuffer>,
    accessKey: string,
  ): Awaited<ReturnType<DocumentReader["compare"]>>;
  readPackedAnswer(bytes: Uint8Array): Awaited<ReturnType<DocumentReader["distribution"]>>;
}

/** Reads every document in place: for tests, and on Workers, which have no threads. */
export function inlineDocuments(domain: DocumentDomain): DocumentReader {
  return {
    async read(bytes, signal) {
      signal?.throwIfAborted();
      return domain.readDocument(bytes);
    },
    async compare(stored, sent, accessKey, signal) {
      signal?.throwIfAborted();
      return domain.compareDocuments(stored, sent, accessKey);
    },
    async distribution(bytes, signal) {
      signal?.throwIfAborted();
      return domain.readPackedAnswer(bytes);
    },
  };
}
