import type { Result } from "../../lib/result.ts";
import type { IngestFailure } from "../verdict/failures.ts";

/** One line of a batch, in the order sent. `file` may be shown; it is never a path. */
export type UploadEntry =
  | {
      readonly kind: "document";
      readonly file: string;
      /** Inflates or reads it now: who asks for few at a time holds few at a time. Rejects only when aborted. */
      readonly bytes: (
        signal?: AbortSignal,
      ) => Promise<Result<Uint8Array<ArrayBuffer>, IngestFailure>>;
    }
  /** Not a document, and nobody would take it for one: a folder, a PDF. `why` is for people. */
  | { readonly kind: "ignored"; readonly file: string; readonly why: string }
  /** Meant as a document or as several, and unreadable. */
  | { readonly kind: "rejected"; readonly file: string; readonly failure: IngestFailure };
