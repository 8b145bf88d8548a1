import type { Result } from "../lib/result.ts";
import type { NfeFailure } from "./failures.ts";
import type { NfeEvent, Note } from "./note.ts";

/** Something worth telling that does not refuse the document. */
export interface Finding {
  readonly code: string;
  readonly severity: "info" | "warning";
  /** XPath by local names, or null when the whole document is meant. */
  readonly path: string | null;
  /** For people, in Portuguese. */
  readonly message: string;
}

/** A note that was read, and what was noticed on the way (nfe/check.ts). */
export interface Reading {
  readonly note: Note;
  readonly findings: readonly Finding[];
}

/** What a document is. */
export type Document =
  /** nfeProc, NFe or enviNFe: one note, or in an enviNFe up to 50; each is judged by itself. Never empty. */
  | { readonly kind: "notes"; readonly notes: readonly Result<Reading, NfeFailure>[] }
  | { readonly kind: "event"; readonly event: NfeEvent; readonly findings: readonly Finding[] };
