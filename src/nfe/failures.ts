import type { OtherDocument } from "./other-documents.ts";

/** One field that breaks the layout. `path` is an XPath into the document, by local names. */
export interface FieldError {
  readonly path: string;
  /** `missing`, `empty`, `pattern`, `range`, `enum`, `too_many`, `duplicate` … */
  readonly code: string;
  /** For people, in Portuguese. */
  readonly message: string;
  readonly expected?: string;
  readonly got?: string;
}

/** Why bytes are not an accepted note. All of them are final: the same bytes fail again. */
export type NfeFailure =
  /** Not well-formed, truncated, wrong bytes for its encoding, DOCTYPE, empty, or over a limit of depth, elements, text. */
  | {
      code: "nfe.malformed_xml";
      why: string;
      /** 1-based, where known. */
      line?: number;
      column?: number;
    }
  /** Well-formed, but another document; `got`: its root, `document_type`: its kind, where known. */
  | { code: "nfe.not_an_nfe"; got: string; document_type?: OtherDocument }
  | { code: "nfe.invalid"; errors: readonly FieldError[] }
  | {
      code: "nfe.access_key";
      why: "length" | "charset" | "check_digit";
      got: string;
      expected?: string;
    };
