import type { Result } from "../../lib/result.ts";
import type { IngestFailure } from "../verdict/failures.ts";

/** One file of an upload or one entry of a ZIP in it. `file`: a name to show, never a path. */
export type UploadEntry =
  | {
      readonly kind: "document";
      readonly file: string;
      /** Bytes of the document, as `bytes` gives them. */
      readonly size: number;
      /** Reads or inflates the bytes now, so that only documents in work are in memory. Rejects only when aborted. */
      readonly bytes: (
        signal?: AbortSignal,
      ) => Promise<Result<Uint8Array<ArrayBuffer>, IngestFailure>>;
    }
  /** Clearly not a document: a folder, a PDF. `why`: a sentence for the user. */
  | { readonly kind: "ignored"; readonly file: string; readonly why: string }
  /** Probably a document, or an archive of documents, that cannot be read. */
  | { readonly kind: "rejected"; readonly file: string; readonly failure: IngestFailure };
