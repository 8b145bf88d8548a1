import { trusted } from "../../lib/cast.ts";
import type { NoteStatus } from "../../lib/note-status.ts";
import type { Failed } from "../../lib/result.ts";
import { otherDocumentName } from "../../messages/pt-BR/documents/other-documents.ts";
import type { Container } from "../../nfe/document.ts";
import type { NfeFailure } from "../../nfe/failures.ts";
import type { OtherDocument } from "../../nfe/other-documents.ts";
import type { EventReceipt } from "../event/register-event.ts";
import type { NoteReceipt } from "../note/receipt.ts";
import type { IngestFailure } from "../verdict/failures.ts";

/** The result of one document of a batch, or of one note in it. */
export type BatchResult =
  | {
      readonly file: string;
      readonly outcome: "registered" | "approved" | "completed";
      readonly note: NoteReceipt;
    }
  | {
      readonly file: string;
      readonly outcome: "duplicate";
      readonly accessKey: string;
      readonly status: NoteStatus;
      readonly failure: { code: string };
    }
  | { readonly file: string; readonly outcome: "event"; readonly event: EventReceipt }
  | {
      readonly file: string;
      readonly outcome: "rejected";
      readonly accessKey: string | null;
      readonly failure: { code: string };
    }
  | { readonly file: string; readonly outcome: "ignored"; readonly why: string };

/** The result of a note that was registered. */
export function noteResult(file: string, note: NoteReceipt): BatchResult {
  const approved = note.status === "PROCESSADA" ? "approved" : "registered";
  return { file, outcome: note.completed ? "completed" : approved, note };
}

/** The result of a document that was refused. */
export function refusalResult(file: string, error: Failed): BatchResult {
  // Failed is thrown by our flows only, with members of IngestFailure and NfeFailure.
  const failure = trusted<IngestFailure | NfeFailure>(error.failure);
  if (failure.code === "nfe.event_differs")
    return { file, outcome: "rejected", accessKey: failure.access_key, failure };
  return failure.code === "nfe.duplicate"
    ? {
        file,
        outcome: "duplicate",
        accessKey: failure.access_key,
        status: failure.status,
        failure,
      }
    : { file, outcome: "rejected", accessKey: null, failure };
}

/** Documents of a service's answer that tell of a note and are none. */
const WITHOUT_NOTE: readonly OtherDocument[] = ["note_summary", "event_summary", "protocol"];

/**
 * The result of a document that is ignored: another kind of fiscal document (a CT-e among notes), a summary, a protocol alone;
 * null when the document is refused.
 */
export function ignoredResult(file: string, error: { readonly code: string }): BatchResult | null {
  // The reader of documents fails with NfeFailure.
  const failure = trusted<NfeFailure>(error);
  if (failure.code !== "nfe.not_an_nfe" || failure.document_type === undefined) return null;
  const { name, instead } = otherDocumentName(failure.document_type, failure.got);
  if (instead !== null && !WITHOUT_NOTE.includes(failure.document_type)) return null;
  return { file, outcome: "ignored", why: `O arquivo não é uma NF-e: é ${name}` };
}

/** The result of a service's answer without any document in it; `answer`: its cStat and xMotivo. */
export const emptyResult = (file: string, { root, answer }: Container): BatchResult => ({
  file,
  outcome: "ignored",
  why: `O arquivo é um retorno da SEFAZ sem documentos (${answer ?? root})`,
});

/** How many documents have each outcome. */
export interface BatchSummary {
  readonly registered: number;
  readonly approved: number;
  readonly completed: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly events: number;
  readonly ignored: number;
}

/** The summary by a function that returns the count of one outcome. */
export const summaryBy = (count: (outcome: BatchResult["outcome"]) => number): BatchSummary => ({
  registered: count("registered"),
  approved: count("approved"),
  completed: count("completed"),
  duplicate: count("duplicate"),
  rejected: count("rejected"),
  events: count("event"),
  ignored: count("ignored"),
});

export const summaryOf = (results: readonly BatchResult[]): BatchSummary =>
  summaryBy((outcome) => results.filter((result) => result.outcome === outcome).length);
