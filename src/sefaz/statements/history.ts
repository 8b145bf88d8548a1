import { err, ok, type Result } from "../../lib/result.ts";
import { AWARE, mostSequences, type StatementType } from "./evento.ts";

/** A statement of the company about a note that counts, or may count: one of ours that was not refused, or an event made elsewhere. */
export interface Stated {
  /** Null: made elsewhere. */
  readonly id: string | null;
  readonly type: StatementType;
  readonly sequence: number;
  readonly reason: string | null;
  /** When the service has registered it, ms UTC; null: it waits. */
  readonly registeredMs: number | null;
}

/** What a new statement becomes: one of a sequence, or one that is there already. */
export type Place = { readonly sequence: number } | { readonly id: string };

/**
 * The place of a wanted statement among those of its note, in any order. The last conclusive one counts, each may be made twice,
 * ciência once and before them. The same as the last one is not made again; another reason makes another statement.
 */
export function placeOf(
  history: readonly Stated[],
  type: StatementType,
  reason: string | null,
): Result<Place, "after_conclusive" | "already_stated" | "used_up"> {
  const known = sameAs(history, type, reason);
  if (known !== undefined) return known.id === null ? err("already_stated") : ok({ id: known.id });
  if (type === AWARE && history.length > 0) return err("after_conclusive");
  const used = history.filter((one) => one.type === type).map(({ sequence }) => sequence);
  const sequence = Math.max(0, ...used) + 1;
  return sequence > mostSequences(type) ? err("used_up") : ok({ sequence });
}

function sameAs(
  history: readonly Stated[],
  type: StatementType,
  reason: string | null,
): Stated | undefined {
  if (type === AWARE) return history.find((one) => one.type === AWARE);
  const last = lastConclusive(history);
  const isSame = last?.type === type && (reason === null || last.reason === reason);
  return isSame ? last : undefined;
}

/** The conclusive statement that counts once all are registered. */
export const lastConclusive = (history: readonly Stated[]): Stated | undefined =>
  history
    .filter(({ type }) => type !== AWARE)
    .toSorted(inOrder)
    .at(-1);

/** Those that wait come last, in the order in which they were asked for. */
function inOrder(a: Stated, b: Stated): number {
  const [from, to] = [
    a.registeredMs ?? Number.MAX_SAFE_INTEGER,
    b.registeredMs ?? Number.MAX_SAFE_INTEGER,
  ];
  return from - to || (a.id ?? "").localeCompare(b.id ?? "") || a.sequence - b.sequence;
}
