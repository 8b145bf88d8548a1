import type { Approval } from "../approve/approve.ts";
import type { NoteApproval } from "../approve/approve-many.ts";

/** The result of one note of an approval of many, as its job keeps it. */
export type ApprovalResult = NoteApproval & {
  readonly outcome: "approved" | "already_processed" | "refused";
};

export function approvedResult(accessKey: string, approval: Approval): ApprovalResult {
  const outcome = approval.alreadyProcessed ? "already_processed" : "approved";
  return { outcome, accessKey, approval };
}

export const refusedResult = (
  accessKey: string,
  failure: { readonly code: string },
): ApprovalResult => ({ outcome: "refused", accessKey, failure });

/** How many notes had each outcome. */
export interface ApprovalSummary {
  readonly approved: number;
  readonly already_processed: number;
  readonly refused: number;
}

export const approvalSummaryBy = (
  count: (outcome: ApprovalResult["outcome"]) => number,
): ApprovalSummary => ({
  approved: count("approved"),
  already_processed: count("already_processed"),
  refused: count("refused"),
});
