import { money, month, percent as per } from "../base/say.ts";
import type { Composition, Stats } from "./answers.ts";

/** `2026-11-01`: novembro. */
const monthName = (day: string): string => month(day.slice(0, 7)).split(" ")[0] ?? "";

/** What came in and went out this month, beside the same days of the month before: both figures and the per cent are the API's. */
export function trendSentences(trend: Stats["trend"]): string[] {
  const { now, before } = trend;
  const named = { now: monthName(now.from), before: monthName(before.from) };
  return [
    compared("Entraram", now.entries_value, trend.entries_percent, named),
    compared("Saíram", now.exits_value, trend.exits_percent, named),
  ];
}

function compared(
  verb: string,
  value: number,
  percent: number | null,
  named: { readonly now: string; readonly before: string },
): string {
  const begin = `${verb} ${money(value)} em ${named.now}, até hoje`;
  const days = `nos mesmos dias de ${named.before}`;
  if (percent === null) return value === 0 ? `${begin}.` : `${begin}; nada ${days}.`;
  if (percent === 0) return `${begin}: quase o mesmo que ${days}.`;
  return `${begin}: ${per(Math.abs(percent))} a ${percent > 0 ? "mais" : "menos"} que ${days}.`;
}

/** The name of a class of ages: it ends where the next one begins. */
export function ageName(ages: Composition["ages"], at: number): string {
  const from = ages[at]?.from_days ?? 0;
  const next = ages[at + 1]?.from_days;
  if (next === undefined) return `Há ${from} dias ou mais`;
  return from === 0 ? `Até ${next - 1} dias` : `De ${from} a ${next - 1} dias`;
}
