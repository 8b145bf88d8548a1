import type { Result } from "../../lib/result.ts";
import type { SefazFault } from "../../ports/sefaz-fault.ts";
import { BLOCKED, type DistributionAnswer, FOUND, NONE_FOUND } from "../wire/distribution.ts";
import { PACE_MS, REST_MS, SPREAD_MS, UNKNOWN_MS } from "./limits.ts";
import { pauseAfterFaults } from "./pause.ts";

/** When calls of a CNPJ may be made again, ms UTC. Null: as it is. */
export interface NextTimes {
  /** No call at all before. */
  readonly blockedUntil: number;
  /** No call by the cursor before. */
  readonly nextAt: number | null;
  /** When the next call by the cursor is planned. */
  readonly dueAt: number | null;
}

/** What became of a call. */
export type CallResult = Result<DistributionAnswer, SefazFault>;

/** The service is stopped, for a moment or for long. */
const RESTS: readonly string[] = ["108", "109"];

/** What an answer means for the calls that follow. */
export type Meaning = "found" | "none" | "blocked" | "paused" | "refused";

export function meaningOf(cStat: string): Meaning {
  if (cStat === FOUND) return "found";
  if (cStat === NONE_FOUND) return "none";
  if (cStat === BLOCKED) return "blocked";
  return RESTS.includes(cStat) ? "paused" : "refused";
}

interface Asked {
  readonly kind: "cursor" | "nsu" | "key";
  /** By the cursor: the NSU after which was asked. */
  readonly after: number;
  readonly claimedAt: number;
  /** Calls without a good answer directly before. */
  readonly faults: number;
}

/**
 * The times after a call. `now`: when its answer was read. `chance`: 0 to 1, spreads the calls of different CNPJs. After 137,
 * and where there is no more, an hour; after 656 an hour without any call; an answer that was not read may have been
 * either, so that it costs the same from the latest moment on at which the call can have been carried out.
 */
export function timesAfter(
  asked: Asked,
  result: CallResult,
  now: number,
  chance: number,
): NextTimes {
  const byCursor = asked.kind === "cursor";
  const free = (nextAt: number, dueAt: number): NextTimes =>
    byCursor ? { blockedUntil: 0, nextAt, dueAt } : { blockedUntil: 0, nextAt: null, dueAt: null };
  const pause = now + pauseAfterFaults(asked.faults, chance);
  // No limit of the service, only ours; an ask has no time of its own.
  const paused = byCursor ? free(0, pause) : { blockedUntil: pause, nextAt: null, dueAt: null };
  const rested = now + REST_MS;
  const later = rested + Math.floor(chance * SPREAD_MS);
  if (!result.ok) {
    if (isUnknown(result.error)) {
      const known = asked.claimedAt + UNKNOWN_MS;
      return {
        blockedUntil: known,
        nextAt: byCursor ? known : null,
        dueAt: byCursor ? known : null,
      };
    }
    return paused;
  }
  const answer = result.value;
  switch (meaningOf(answer.cStat)) {
    case "blocked":
      return { blockedUntil: rested, nextAt: rested, dueAt: later };
    case "found":
      // An answer that goes no further would be asked for again and again.
      return isBetween(asked.after, answer.ultNSU, answer.maxNSU)
        ? free(0, now + PACE_MS)
        : free(rested, later);
    case "paused":
      return paused;
    case "none":
    case "refused":
      return free(rested, later);
  }
}

/** The front refused it, in place of an answer: neither 137 nor 656 is behind it. */
const REFUSED_KINDS: readonly string[] = ["soap_fault", "web_page"];
const REFUSED_STATUS: readonly number[] = [429, 503];

/** Whether the service may have carried out a call, so that its answer is not known. */
const isUnknown = ({ kind, mayHaveArrived, status }: SefazFault): boolean =>
  mayHaveArrived &&
  !REFUSED_KINDS.includes(kind) &&
  !(status !== undefined && REFUSED_STATUS.includes(status));

const isBetween = (after: number, ult: number | null, max: number | null): boolean =>
  ult !== null && max !== null && after < ult && ult < max;
