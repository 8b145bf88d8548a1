import { Failed } from "../../lib/result.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import type { BatchLimits } from "./limits.ts";

type LimitName = Extract<IngestFailure, { code: "batch.too_large" }>["what"];

/** The ratio of smaller entries is not checked: many blanks in a small XML are no bomb. */
const RATIO_FROM_BYTES = 65_536;

/** Counts the files of one request; throws `batch.too_large` with the name of the limit as soon as one is exceeded. */
export class LimitCounter {
  #entries = 0;
  #documents = 0;
  #inflated = 0;

  constructor(readonly limits: BatchLimits) {}

  /**
   * Returns a function that restores the counts of documents and inflated bytes: a file that is rejected uses none of the
   * limits of the others. The count of entries stays: listing them was work.
   */
  snapshot(): () => void {
    const [documents, inflated] = [this.#documents, this.#inflated];
    return () => {
      this.#documents = documents;
      this.#inflated = inflated;
    };
  }

  /** Counts one more part of the request or entry of a ZIP, of any kind. */
  countEntry(): void {
    this.#entries += 1;
    enforce("entries", this.limits.entries, this.#entries);
  }

  /** Checks an entry that will be inflated, at least its first KiB, by the sizes in bytes that it declares. */
  checkEntry(compressed: number, inflated: number): void {
    enforce("entry", this.limits.entryBytes, inflated);
    const ratio = compressed === 0 ? inflated : Math.ceil(inflated / compressed);
    if (inflated > RATIO_FROM_BYTES) enforce("ratio", this.limits.ratio, ratio);
    enforce("inflated", this.limits.inflatedBytes, this.#inflated + inflated);
  }

  /** Counts a document of these sizes in bytes. */
  countDocument(compressed: number, inflated: number): void {
    this.checkEntry(compressed, inflated);
    this.#documents += 1;
    this.#inflated += inflated;
    enforce("documents", this.limits.documents, this.#documents);
  }
}

function enforce(what: LimitName, limit: number, got: number): void {
  if (got > limit) throw new Failed<IngestFailure>({ code: "batch.too_large", what, limit, got });
}
