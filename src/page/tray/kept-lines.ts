import { KEPT_LINES } from "../base/sent-jobs.ts";
import { type Line, newLineId } from "./state.ts";

/** Enough for what a person reads after loading the page again. */
const MOST_LINES = 500;

interface Kept {
  readonly company: number;
  readonly lines: readonly Line[];
}

/** Keeps the lines of files of their own for this tab, so that loading the page again does not lose why one was refused. */
export function keepLines(company: number, lines: readonly Line[]): void {
  const own = lines.filter(({ zip }) => zip === null).slice(-MOST_LINES);
  try {
    if (own.length === 0) sessionStorage.removeItem(KEPT_LINES);
    else sessionStorage.setItem(KEPT_LINES, JSON.stringify({ company, lines: own }));
  } catch {
    // The browser's store is full: they are shown until the page is left.
  }
}

export function keptLines(company: number): readonly Line[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT_LINES) ?? "null");
    if (!isKept(kept) || kept.company !== company) return [];
    return kept.lines.map((line) => ({ ...line, id: newLineId() }));
  } catch {
    return [];
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null) return false;
  return "company" in value && "lines" in value && Array.isArray(value.lines);
}
