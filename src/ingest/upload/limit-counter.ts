import { Failed } from "../../lib/result.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import type { BatchLimits } from "./limits.ts";

type What = Extract<IngestFailure, { code: "batch.too_large" }>["what"];

/** Below this an entry may be as blank as it likes: blanks at the end of a small XML are no bomb. */
const RATIO_FROM_BYTES = 65_536;

/** Counts what one request brings, and throws `batch.too_large`, naming which, at the first step over a limit. */
export class LimitCounter {
  #entries = 0;
  #documents = 0;
  #inflated = 0;

  constructor(readonly limits: BatchLimits) {}

  /**
   * Gives a function that takes back what documents have counted since: a part that is refused takes no room from its
   * neighbours. What was listed was work, and stays counted.
   */
  snapshot(): () => void {
    const [documents, inflated] = [this.#documents, this.#inflated];
    return () => {
      this.#documents = documents;
      this.#inflated = inflated;
    };
  }

  /** One more part of the request, or entry of a ZIP, whatever it is. */
  countEntry(): void {
    this.#entries += 1;
    hold("entries", this.limits.entries, this.#entries);
  }

  /** An entry that will be inflated, at least its beginning, by the sizes that it declares. */
  checkEntry(compressed: number, inflated: number): void {
    hold("entry", this.limits.entryBytes, inflated);
    const ratio = compressed === 0 ? inflated : Math.ceil(inflated / compressed);
    if (inflated > RATIO_FROM_BYTES) hold("ratio", this.limits.ratio, ratio);
    hold("inflated", this.limits.inflatedBytes, this.#inflated + inflated);
  }

  /** A document of these sizes. */
  countDocument(compressed: number, inflated: number): void {
    this.checkEntry(compressed, inflated);
    this.#documents += 1;
    this.#inflated += inflated;
    hold("documents", this.limits.documents, this.#documents);
  }
}

function hold(what: What, limit: number, got: number): void {
  if (got > limit) throw new Failed<IngestFailure>({ code: "batch.too_large", what, limit, got });
}
