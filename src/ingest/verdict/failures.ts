import type { NoteStatus } from "../../lib/note-status.ts";
import type { FieldError } from "../../nfe/failures.ts";

export interface Hold {
  readonly code: HoldCode;
  /** For people, in Portuguese. */
  readonly message: string;
}

export const HOLD_CODES = [
  "homologation",
  "no_protocol",
  "not_authorised",
  "protocol_mismatch",
  "key_mismatch",
  "cancelled",
  "refused_by_recipient",
  "not_delivered",
  "goods_lost",
  "not_ours",
  "no_goods",
  "awaits_original",
  "original_reversed",
  "unknown_operation",
  "mapping",
  "rounds_to_zero",
  "signature_invalid",
  "retail",
] as const;
export type HoldCode = (typeof HOLD_CODES)[number];

export type IngestFailure =
  | { code: "nfe.many_notes"; count: number }
  /** `differs`: the key is known with other content. */
  | { code: "nfe.duplicate"; access_key: string; status: NoteStatus; differs: boolean }
  | { code: "nfe.not_found"; access_key: string }
  /** The note is registered, but its original bytes are missing. */
  | { code: "original.missing"; access_key: string; sha256: string }
  /** Today's reader refuses the original: it cannot be judged by today's rules. */
  | { code: "nfe.unreadable"; access_key: string }
  /** Today's reader refuses the original, or its texts are more than a paper has (danfe/danfe.ts). */
  | { code: "nfe.not_printable"; access_key: string; why: "unreadable" | "too_long" }
  /** Another event with other content is stored under this key, type (`event`) and sequence. */
  | {
      code: "nfe.event_differs";
      access_key: string;
      event: string;
      sequence: number;
      differs: true;
    }
  | { code: "nfe.event_not_found"; access_key: string; event_id: string }
  | { code: "nfe.held"; access_key: string; holds: readonly Hold[] }
  | { code: "nfe.final"; access_key: string; status: NoteStatus }
  /** Goods of the note have come back, or were sent back, by these notes in stock: they are to be reversed first. */
  | { code: "nfe.has_returns"; access_key: string; returns: readonly string[] }
  /** The corrections sent with an approval do not fit the note. */
  | { code: "nfe.correction"; errors: readonly FieldError[] }
  | { code: "nfe.override_denied"; holds: readonly HoldCode[] }
  /** Nothing of the note (of these items, where some are named) has entered the stock. */
  | { code: "nfe.no_entries"; access_key: string }
  | { code: "late_cost.not_found"; access_key: string; cost_id: string }
  /** The document has brought another amount to this note already. */
  | { code: "late_cost.differs"; access_key: string; cost_id: string; amount: string }
  /** It cannot have happened before the goods came, nor after now; both as instants. */
  | { code: "late_cost.date"; earliest: string; latest: string }
  | { code: "late_cost.too_many"; access_key: string; limit: number }
  /** One document over 10 MiB. */
  | { code: "too_large"; maxBytes: number; bytes?: number }
  /** The request's Content-Type, or a file that does not look like XML; `hint`: where it belongs (Portuguese). */
  | { code: "unsupported_media_type"; got: string; hint: string }
  | { code: "malformed_multipart"; why: string }
  | { code: "upload.missing_file"; field: string }
  | {
      code: "batch.too_large";
      what: "documents" | "entries" | "sent" | "inflated" | "ratio" | "entry";
      limit: number;
      got: number;
    }
  | { code: "batch.malformed_zip"; why: string }
  /**
   * One entry of a readable ZIP, or one document of a service's answer (`base64`, `gzip`, `nested_container`). `unsupported`:
   * compressed by an unknown method.
   */
  | {
      code: "batch.unreadable_entry";
      why:
        | "encrypted"
        | "nested_zip"
        | "corrupt"
        | "unsupported"
        | "base64"
        | "gzip"
        | "nested_container";
    }
  /** Attachments in Outlook's own format (TNEF): there may be notes in it. */
  | { code: "batch.winmail" }
  /** The stored bytes of a queued document or a ZIP are missing. */
  | { code: "batch.bytes_missing" }
  /** A dry run is always synchronous. */
  | { code: "batch.dry_run_async" };
