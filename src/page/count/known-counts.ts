import type { Said } from "../parts/badge.tsx";
import { keep, kept } from "./database.ts";
import type { Count } from "./scan.ts";

const MOST_KEPT = 50;

/** Counts that this browser has seen last, for working without a network. */
export const keptCounts = async (person: string): Promise<readonly Count[]> =>
  (await kept<readonly Count[]>(`${person}|counts`)) ?? [];

/** Keeps the counts that were read, the newest first. */
export const keepCounts = (person: string, counts: readonly Count[]): Promise<void> =>
  keep(`${person}|counts`, counts.slice(0, MOST_KEPT));

/** Keeps one count among them. */
export async function keepCount(person: string, count: Count): Promise<void> {
  const others = (await keptCounts(person)).filter(({ id }) => id !== count.id);
  await keepCounts(person, [count, ...others]);
}

/** What is counted, in words. */
export function scopeText(count: Count): string {
  if (count.scope === "all") return "Tudo";
  if (count.scope === "category") return "Uma categoria";
  if (count.scope === "location") return `Local ${count.location ?? ""}`;
  return "Lista de produtos";
}

export const STATES: Record<Count["state"], Said> = {
  open: { tone: "good", icon: "scan-barcode", text: "Aberta" },
  closing: { tone: "wait", icon: "clock", text: "Encerrando" },
  closed: { tone: "plain", icon: "check", text: "Encerrada" },
  cancelled: { tone: "plain", icon: "ban", text: "Cancelada" },
};
