import { z } from "@hono/zod-openapi";
import type { AnsweredFailure } from "../../failures.ts";
import type { NoteApproval } from "../../ingest/approve/approve-many.ts";
import { approvalSummaryBy } from "../../ingest/batch/approval-result.ts";
import { trusted } from "../../lib/cast.ts";
import { problemOf } from "../problem.ts";
import { FindingSchema, HoldSchema, ProblemCode } from "../schemas.ts";
import { lotsTaken, TakenLotSchema } from "./lot-view.ts";

export const ApprovalLineSchema = z
  .object({
    access_key: z.string(),
    outcome: z.enum(["approved", "already_processed", "refused"]),
    findings: z.array(FindingSchema).optional(),
    lots: z.array(TakenLotSchema).optional(),
    code: ProblemCode.optional(),
    message: z.string().optional(),
    holds: z.array(HoldSchema).optional(),
  })
  .openapi("ApprovalLine");

export const ApprovalsSchema = z
  .object({
    summary: z.object({ approved: z.int(), already_processed: z.int(), refused: z.int() }),
    results: z.array(ApprovalLineSchema),
  })
  .openapi("Approvals");

type Line = z.infer<typeof ApprovalLineSchema>;

/** The result of one note of an approval of many. */
export function approvalLine(result: NoteApproval): Line {
  const { accessKey: access_key } = result;
  if ("approval" in result) {
    const { alreadyProcessed, findings, lots } = result.approval;
    const outcome = alreadyProcessed ? "already_processed" : "approved";
    return { access_key, outcome, findings: [...findings], ...lotsTaken(lots) };
  }
  // Failed is thrown by our flows only, with members of Failure; those of a command end no request.
  const { detail, evidence } = problemOf(trusted<AnsweredFailure>(result.failure));
  const { code } = result.failure;
  return {
    access_key,
    outcome: "refused",
    code,
    message: detail,
    ...(evidence.holds === undefined ? {} : { holds: trusted<Line["holds"]>(evidence.holds) }),
  };
}

/** How many notes had each outcome. */
export const approvalSummary = (lines: readonly Line[]) =>
  approvalSummaryBy((outcome) => lines.filter((line) => line.outcome === outcome).length);
