import type { z } from "zod";
import type { NoteCountsSchema } from "../../http/routes/notes/note-counts.ts";
import type { AnnouncedSchema } from "../../http/routes/sefaz/announced.ts";
import type { StatementSchema } from "../../http/routes/sefaz/statements.ts";
import type { HoldSchema } from "../../http/schemas.ts";
import type { ApprovalLineSchema, ApprovalsSchema } from "../../http/views/approval-view.ts";
import type { NoteCostSchema } from "../../http/views/cost-view.ts";
import type { NoteEventSchema } from "../../http/views/note-event-view.ts";
import type {
  NoteDetailSchema,
  NoteItemSchema,
  NoteSummarySchema,
} from "../../http/views/note-view.ts";
import type { PlanSchema } from "../../http/views/plan-view.ts";

/** What the API answers about notes. */
export type Note = z.infer<typeof NoteSummarySchema>;
export type NoteDetail = z.infer<typeof NoteDetailSchema>;
export type NoteItem = z.infer<typeof NoteItemSchema>;
export type NoteEvent = z.infer<typeof NoteEventSchema>;
export type NoteCost = z.infer<typeof NoteCostSchema>;
export type Announced = z.infer<typeof AnnouncedSchema>;
export type Statement = z.infer<typeof StatementSchema>;
export type NoteCounts = z.infer<typeof NoteCountsSchema>;
export type Hold = z.infer<typeof HoldSchema>;
export type Plan = z.infer<typeof PlanSchema>;
export type Approvals = z.infer<typeof ApprovalsSchema>;
export type ApprovalLine = z.infer<typeof ApprovalLineSchema>;
