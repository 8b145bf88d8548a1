import { addDays } from "../../lib/days.ts";
import { monthBefore } from "../base/months.ts";

/** Days of a period, both included: `2026-10-01`. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

export type Preset = "este-mes" | "mes-passado" | "30-dias" | "este-ano" | "ano-passado" | "outro";

export const PRESETS: readonly { readonly value: Preset; readonly text: string }[] = [
  { value: "mes-passado", text: "Mês passado" },
  { value: "este-mes", text: "Este mês" },
  { value: "30-dias", text: "Últimos 30 dias" },
  { value: "este-ano", text: "Este ano" },
  { value: "ano-passado", text: "Ano passado" },
  { value: "outro", text: "Outro período" },
];

/** The last day of a month (`2026-10`), but no later than `until`. */
export function lastDay(month: string, until: string): string {
  const [year = "", number = ""] = month.split("-");
  const next =
    number === "12"
      ? `${Number(year) + 1}-01`
      : `${year}-${String(Number(number) + 1).padStart(2, "0")}`;
  const last = addDays(`${next}-01`, -1);
  return last < until ? last : until;
}

/** The days of a preset, seen from `day`; null for a period of one's own. */
export function periodOf(preset: Preset, day: string): Period | null {
  const year = Number(day.slice(0, 4));
  switch (preset) {
    case "este-mes":
      return { from: `${day.slice(0, 7)}-01`, to: day };
    case "mes-passado": {
      const month = monthBefore(day);
      return { from: `${month}-01`, to: lastDay(month, day) };
    }
    case "30-dias":
      return { from: addDays(day, -29), to: day };
    case "este-ano":
      return { from: `${year}-01-01`, to: day };
    case "ano-passado":
      return { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` };
    case "outro":
      return null;
  }
}

/** A longer period is prepared in the background: its file may have more rows than a browser waits for. */
const SHORT_DAYS = 92;

/** Whether a period is long; one without a beginning or an end is. */
export const isLong = ({ from, to }: Period): boolean =>
  from === "" || to === "" || addDays(from, SHORT_DAYS) <= to;
