import { effect, untracked } from "@preact/signals";
import { isOfOtherSession } from "../base/me.ts";
import { online } from "../base/online.ts";
import { Refused, Unreachable } from "../base/problem.ts";
import { halted } from "./state.ts";

const AGAIN_MS = 5_000;
let timer: ReturnType<typeof setTimeout> | null = null;

/** What goes on when it may; filled by take.ts. */
export const resumers = new Set<() => void>();

/**
 * Whether a refusal is none of the files': the service is busy, ill, or still at the same request, or the tab is of another session.
 * Anything else is an answer.
 */
export const isHalting = ({ status, code }: Refused): boolean =>
  status === 429 || status >= 500 || code === "idempotency.in_progress" || isOfOtherSession(code);

/** Keeps what waits: nothing leaves until the network is back, or the person tries again. */
export function halt(fault: unknown): void {
  halted.value = fault;
  const passes = fault instanceof Unreachable || (fault instanceof Refused && isHalting(fault));
  if (passes && timer === null)
    timer = setTimeout(() => {
      timer = null;
      resume();
    }, AGAIN_MS);
}

/** Sends again what waits. */
export function resume(): void {
  if (halted.peek() === null) return;
  halted.value = null;
  for (const go of resumers) go();
}

effect(() => {
  if (online.value && halted.peek() instanceof Unreachable) untracked(resume);
});
