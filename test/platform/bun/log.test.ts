import { expect, test } from "bun:test";
import { jsonLines } from "../../../src/platform/log-lines.ts";
import { testClock } from "../../support/ports.ts";

function captured(least: "debug" | "info" | "warn" | "error") {
  const lines: string[] = [];
  return { lines, log: jsonLines(least, testClock(0), (line) => lines.push(line)) };
}

test("an event is one line of JSON, however many line ends its fields have", () => {
  const { lines, log } = captured("info");
  log("warn", "storage.slow", { ms: 12, where: "a\nb\u2028c", ok: false, peer: null });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toContain("\n");
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    at: "1970-01-01T00:00:00.000Z",
    level: "warn",
    event: "storage.slow",
    ms: 12,
    where: "a\nb\u2028c",
    ok: false,
    peer: null,
  });
});

test("events below the least level are not written", () => {
  const { lines, log } = captured("warn");
  for (const level of ["debug", "info", "warn", "error"] as const) log(level, level);
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(["warn", "error"]);
});

test("a field cannot take the place of the time, the level or the event, nor grow without bound", () => {
  const { lines, log } = captured("debug");
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, n]));
  log("info", "real", { at: "x", level: "x", event: "x", long: "y".repeat(10_000), ...many });
  const line = JSON.parse(lines[0] ?? "");
  expect(line).toMatchObject({ at: "1970-01-01T00:00:00.000Z", level: "info", event: "real" });
  expect(line.long).toHaveLength(500);
  expect(Object.keys(line).length).toBeLessThanOrEqual(35);
});
