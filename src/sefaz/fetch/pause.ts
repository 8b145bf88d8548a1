import { FIRST_PAUSE_MS, HOUR_MS } from "./limits.ts";

/** One minute, two, four … up to an hour, and up to half of that more by `chance` (0 to 1). `faults`: those directly before. */
export function pauseAfterFaults(faults: number, chance: number): number {
  const pause = Math.min(HOUR_MS, FIRST_PAUSE_MS * 2 ** Math.min(faults, 10));
  return pause + Math.floor((chance * pause) / 2);
}

/** 0 to 1: the last digits of an id are random. */
export const chanceOf = (id: string): number => Number.parseInt(id.slice(-4), 16) / 0x10000;
