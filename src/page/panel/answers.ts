import type { z } from "zod";
import type { CompositionSchema } from "../../http/routes/stock/composition.ts";
import type { DaySchema, StatsSchema } from "../../http/routes/stock/dashboard.ts";
import type { NoteSummarySchema } from "../../http/views/note-view.ts";

/** What the API answers about a company's figures. */
export type Stats = z.infer<typeof StatsSchema>;
export type Day = z.infer<typeof DaySchema>;
export type Composition = z.infer<typeof CompositionSchema>;
export type Note = z.infer<typeof NoteSummarySchema>;
