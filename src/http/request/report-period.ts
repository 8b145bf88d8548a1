import { z } from "@hono/zod-openapi";
import { addDays, dayStart, today } from "../../lib/days.ts";
import type { CompletenessPeriod } from "../../reports/completeness.ts";
import { dayRange, daysOfMonth, plainDays } from "../days.ts";
import { Day, daysOf, Flag, Month, wholeNumber } from "../schemas.ts";

/** The longest period of a report, in days: a quarter. */
const MOST_DAYS = 92;
/** A note that waits for longer is named, where the client names no other number of days. */
const HELD_DAYS = 7;

/** Statements whose last day comes within so many days are named, where the client names no other number. */
export const DUE_DAYS = 10;

/** Which days a report of notes covers: a month, or two days, both inclusive. */
export const ReportPeriod = z.object({
  month: Month.optional(),
  ...daysOf("da emissão; no lugar de month, até 92 dias"),
  held_days: wholeNumber(0, 365)
    .optional()
    .transform((days) => days ?? HELD_DAYS)
    .openapi({ description: "Notas pendentes há mais dias do que isto; sem ele, 7" }),
  due_days: wholeNumber(0, 60)
    .optional()
    .transform((days) => days ?? DUE_DAYS)
    .openapi({
      description:
        "Manifestações cujo prazo acaba hoje ou em até tantos dias, de qualquer mês; sem ele, 10",
    }),
  all_waiting: Flag.optional().openapi({
    description: "true: todas as notas pendentes, também as de hoje; held_days não conta",
  }),
});
type Period = z.infer<typeof ReportPeriod>;

/** What a period must be, for `superRefine`; a wrong one names its field. */
export function checkPeriod(
  { month, from, to }: Pick<Period, "month" | "from" | "to">,
  { addIssue }: z.RefinementCtx,
): void {
  const wrong = (field: string, message: string) =>
    addIssue({ code: "custom", path: [field], message });
  const isWhole =
    month === undefined ? from !== undefined && to !== undefined : (from ?? to) === undefined;
  if (!isWhole) wrong("month", "informe o mês, ou o primeiro e o último dia");
  // A field that is no day has its own error.
  if (from === undefined || to === undefined) return;
  if (!Day.safeParse(from).success || !Day.safeParse(to).success) return;
  if (to < from) wrong("to", "não pode ser anterior ao primeiro dia (from)");
  if (to >= addDays(from, MOST_DAYS)) wrong("to", `o período tem no máximo ${MOST_DAYS} dias`);
}

/** From the beginning of today to the end of the last of so many days after it, in the days of the company; `now` in ms UTC. */
export function dueWithin(days: number, timeZone: string, now: number): CompletenessPeriod["due"] {
  const day = today(now, timeZone);
  return {
    from: dayStart(day, timeZone),
    until: dayStart(addDays(day, days + 1), timeZone),
  };
}

/** The period of a query, in the days of the company; `now` in ms UTC. */
export function reportPeriodOf(
  { month, from, to, held_days, due_days, all_waiting = false }: Period,
  timeZone: string,
  now: number,
): CompletenessPeriod {
  const days = month === undefined ? { from, to } : daysOfMonth(month);
  const day = today(now, timeZone);
  return {
    issued: { ...dayRange(days, timeZone), ...plainDays(days) },
    heldBefore: dayStart(addDays(day, all_waiting ? 1 : -held_days), timeZone),
    due: dueWithin(due_days, timeZone, now),
  };
}
