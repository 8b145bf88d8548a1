import { z } from "@hono/zod-openapi";
import type { AnsweredFailure } from "../../failures.ts";
import type { BatchResult } from "../../ingest/batch/batch-result.ts";
import { trusted } from "../../lib/cast.ts";
import { problemOf } from "../problem.ts";
import {
  DirectionEnum,
  EventEffectEnum,
  FieldErrorSchema,
  FindingSchema,
  HoldSchema,
  NoteStatusEnum,
  ProblemCode,
} from "../schemas.ts";
import { lotsTaken, TakenLotSchema } from "./lot-view.ts";
import { eventMessage, receiptMessage } from "./note-view.ts";

export const BatchLineSchema = z
  .object({
    file: z.string(),
    outcome: z.enum([
      "registered",
      "approved",
      "completed",
      "duplicate",
      "rejected",
      "event",
      "ignored",
    ]),
    access_key: z.string().optional(),
    status: NoteStatusEnum.optional(),
    direction: DirectionEnum.optional(),
    holds: z.array(HoldSchema).optional(),
    findings: z.array(FindingSchema).optional(),
    lots: z.array(TakenLotSchema).optional(),
    effect: EventEffectEnum.optional(),
    code: ProblemCode.optional(),
    message: z.string().optional(),
    errors: z.array(FieldErrorSchema).optional(),
    differs: z.boolean().optional(),
  })
  .openapi("BatchLine");

export const BatchSchema = z
  .object({
    summary: z.object({
      registered: z.int(),
      approved: z.int(),
      completed: z.int(),
      duplicate: z.int(),
      rejected: z.int(),
      events: z.int(),
      ignored: z.int(),
    }),
    results: z.array(BatchLineSchema),
  })
  .openapi("BatchAnswer");

/** The result of one document, with the code and the sentence that a single upload would answer. */
export function batchLine(result: BatchResult): z.infer<typeof BatchLineSchema> {
  const { file, outcome } = result;
  switch (result.outcome) {
    case "ignored":
      return { file, outcome, message: result.why };
    case "event":
      return {
        file,
        outcome,
        access_key: result.event.accessKey,
        effect: result.event.effect,
        message: eventMessage(result.event),
      };
    case "duplicate":
    case "rejected": {
      // Only flows of this service write failures into results.
      const failure = trusted<AnsweredFailure>(result.failure);
      const { detail, evidence } = problemOf(failure);
      const { note_status: _, ...shown } = evidence;
      return {
        file,
        outcome,
        ...(result.accessKey === null ? {} : { access_key: result.accessKey }),
        ...(result.outcome === "duplicate" ? { status: result.status } : {}),
        ...shown,
        code: failure.code,
        message: detail,
      };
    }
    default: {
      const { note } = result;
      return {
        file,
        outcome,
        access_key: note.accessKey,
        status: note.status,
        direction: note.direction,
        holds: [...note.holds],
        findings: [...note.findings],
        ...lotsTaken(note.lots),
        message: receiptMessage(note),
      };
    }
  }
}
