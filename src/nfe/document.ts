import type { Result } from "../lib/result.ts";
import type { NfeFailure } from "./failures.ts";
import type { NfeFinding } from "./findings.ts";
import type { NfeEvent, Note } from "./note.ts";

/** A note that was read, and what was noticed on the way (nfe/check.ts). */
export interface Reading {
  readonly note: Note;
  readonly findings: readonly NfeFinding[];
}

/** What a document is. */
export type Document =
  /** nfeProc, NFe or enviNFe: one note, or in an enviNFe up to 50; each is judged by itself. Never empty. */
  | { readonly kind: "notes"; readonly notes: readonly Result<Reading, NfeFailure>[] }
  | { readonly kind: "event"; readonly event: NfeEvent; readonly findings: readonly NfeFinding[] };
