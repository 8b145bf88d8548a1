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

/** Why a field of a document breaks the layout; src/messages has the text of each. */
export const FIELD_REASONS = [
  "absent",
  "empty",
  "not_listed",
  "format",
  "decimal",
  "cnpj",
  "cpf",
  "instant",
  "day",
  "too_long",
  "repeated",
  "one_note",
  "layout",
  "sum",
  "several_answers",
  "other_event",
  "two_authors",
  "too_many",
  "exclusive",
] as const;
export type FieldReason = (typeof FIELD_REASONS)[number];

/** A field of a document that breaks the layout, before it has a message. */
export interface NfeFieldError extends Omit<FieldError, "message"> {
  readonly reason: FieldReason;
  /** `exclusive`: the element that excludes this one. */
  readonly value?: string;
}

/** Why a document is not accepted as XML. `timeout`, `crashed`: reading it took too long, or ended its thread twice. */
export type XmlReason =
  | "unknown_entity"
  | "illegal_reference"
  | "reserved_namespace"
  | "cut_in_tag"
  | "no_blank_before_attribute"
  | "attribute_name"
  | "attribute_without_value"
  | "attribute_without_quotes"
  | "less_than_in_attribute"
  | "attribute_without_end"
  | "illegal_character"
  | "empty"
  | "not_utf16"
  | "not_ascii"
  | "declaration"
  | "doctype"
  | "unknown_markup"
  | "comment_without_end"
  | "hyphens_in_comment"
  | "instruction_without_end"
  | "instruction_name"
  | "declaration_not_first"
  | "text_before_root"
  | "content_after_root"
  | "cdata_without_end"
  | "element_name"
  | "slash_in_tag"
  | "cut_off"
  | "cdata_end_in_text"
  | "empty_prefix"
  | "undeclared_prefix"
  | "too_many_attributes"
  | "attribute_too_long"
  | "duplicate_attribute"
  | "too_many_elements"
  | "too_deep"
  | "text_too_long"
  | "wrong_end_tag"
  | "unknown_encoding"
  | "not_as_declared"
  | "timeout"
  | "crashed";

/** Why bytes are not an accepted note. All of them are final: the same bytes fail again. */
export type NfeFailure =
  /** Not well-formed, truncated, wrong bytes for its encoding, DOCTYPE, empty, or over a limit of depth, elements, text. */
  | {
      code: "nfe.malformed_xml";
      why: XmlReason;
      /** The name, label or limit that the sentence names. */
      value?: string;
      /** 1-based, where known. */
      line?: number;
      column?: number;
    }
  /** Well-formed, but another document; `got`: its root, `document_type`: its kind, where known. */
  | { code: "nfe.not_an_nfe"; got: string; document_type?: OtherDocument }
  | { code: "nfe.invalid"; errors: readonly NfeFieldError[] }
  | {
      code: "nfe.access_key";
      why: "length" | "charset" | "check_digit";
      got: string;
      expected?: string;
    };
