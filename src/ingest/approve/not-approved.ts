import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { StockFailure } from "../../stock/failures.ts";
import type { Finding } from "../note/written-verdict.ts";

/** Code of the finding on a note that was to be approved with its registration and could not be: it waits for a user. */
export const NOT_APPROVED = "not_approved";

/** The stock's failure in an error of an approval; null for any other error. */
export function stockFailureOf(error: unknown): StockFailure | null {
  if (!(error instanceof Failed) || !error.failure.code.startsWith("stock.")) return null;
  return trusted<StockFailure>(error.failure);
}

/** The finding `not_approved` for a note of so many items, with the reason. */
export function notApproved(failure: StockFailure, items: number): Finding {
  return {
    code: NOT_APPROVED,
    severity: "warning",
    path: null,
    message: NOTE_SENTENCES.notApproved(failure, items),
  };
}
