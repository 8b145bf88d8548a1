import type { Result } from "../lib/result.ts";
import type { NfeFailure } from "./failures.ts";
import type { NfeFinding } from "./findings.ts";
import type { NfeEvent, Note } from "./note.ts";
import type { OtherDocument } from "./other-documents.ts";

/** A note that was read, and what the checks of nfe/check/ have found in it. */
export interface Reading {
  readonly note: Note;
  readonly findings: readonly NfeFinding[];
}

/** What a document is. */
export type Document =
  /** nfeProc, NFe or enviNFe: one note, or in an enviNFe up to 50; each is judged by itself. Never empty. */
  | { readonly kind: "notes"; readonly notes: readonly Result<Reading, NfeFailure>[] }
  | { readonly kind: "event"; readonly event: NfeEvent; readonly findings: readonly NfeFinding[] }
  | Container;

/** An answer of a service of the tax office, with documents in it: each is read by itself. */
export interface Container {
  readonly kind: "container";
  /** The element of the answer, or the root where it is a message without one; and its kind. */
  readonly root: string;
  readonly type: OtherDocument;
  readonly parts: readonly Part[];
  /** `cStat` and `xMotivo` of the answer; null: it has none. */
  readonly answer: string | null;
}

/** One document in a container; `name`: its place there, as people see it (`NSU 123`). */
export type Part =
  /** A piece of the container, byte for byte. */
  | { readonly name: string; readonly kind: "piece"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** `docZip`: gzip, decoded from base64. */
  | { readonly name: string; readonly kind: "gzip"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** `docZip` that is no base64. */
  | { readonly name: string; readonly kind: "damaged" };
