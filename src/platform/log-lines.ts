import type { Log } from "../ports/telemetry.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
type Level = (typeof LEVELS)[number];

/** Bounds of one log line. */
const MAX_TEXT = 500;
const MAX_FIELDS = 32;

/**
 * Ports.Log as one JSON line per event, from `least` upwards: `{"at":"…Z","level":"info","event":"…",…fields}`.
 * Texts are cut at 500 characters and fields at 32; `at`, `level` and `event` cannot be overwritten by a field.
 */
export function jsonLines(
  least: Level,
  clock: { now(): number },
  write: (line: string) => void,
): Log {
  const from = LEVELS.indexOf(least);
  return (level, event, fields = {}) => {
    if (LEVELS.indexOf(level) < from) return;
    const bounded = Object.entries(fields)
      .slice(0, MAX_FIELDS)
      .map(([name, value]) => [name, typeof value === "string" ? value.slice(0, MAX_TEXT) : value]);
    const head = { at: new Date(clock.now()).toISOString(), level, event };
    write(`${JSON.stringify({ ...head, ...Object.fromEntries(bounded), ...head })}\n`);
  };
}
