import { expect, test } from "bun:test";
import {
  constraintOf,
  isStorageFull,
  isTransient,
  notApplied,
} from "../../src/resilience/transient-faults.ts";

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });
const wrapped = (cause: unknown) => new Error("Failed query", { cause });

// What a libSQL server says comes with the whole way in remote-faults.test.ts; here, what only a runtime can.
const SAFE = [coded("SQLITE_BUSY"), coded("SQLITE_LOCKED"), coded("ECONNREFUSED")];
const UNSURE = [
  coded("ECONNRESET"),
  new Error("Network connection lost."),
  new Error("internal error; reference = 0123456789abcdef"),
  coded("SERVER_ERROR", "SERVER_ERROR: Server returned HTTP status 502"),
];
const NOT = [
  coded("SQLITE_CONSTRAINT", "UNIQUE constraint failed: users.email"),
  coded("SQL_PARSE_ERROR"),
  coded("SERVER_ERROR", "SERVER_ERROR: Server returned HTTP status 401"),
  coded("SQLITE_FULL"),
  new RangeError("beyond 2^53"),
  "SQLITE_BUSY",
  null,
];

test("locks, the network and 5xx are transient, also within drizzle's errors; refusals are not", () => {
  for (const error of [...SAFE, ...UNSURE]) {
    expect(isTransient(error)).toBe(true);
    expect(isTransient(wrapped(error))).toBe(true);
  }
  for (const error of NOT) expect(isTransient(error)).toBe(false);
});

test("only a write that was certainly not applied may be retried", () => {
  for (const error of SAFE) expect(notApplied(wrapped(error))).toBe(true);
  for (const error of [...UNSURE, ...NOT]) expect(notApplied(error)).toBe(false);
});

test("a full disk is distinguished from other faults of the disk", () => {
  expect(isStorageFull(coded("SQLITE_FULL"))).toBe(true);
  expect(isStorageFull(wrapped(coded("ENOSPC")))).toBe(true);
  expect(isStorageFull(coded("SQLITE_CORRUPT"))).toBe(false);
});

test("a constraint is named by the database's bounded text; a ring of causes ends", () => {
  const refused = coded("SQLITE_CONSTRAINT", "SQLITE_CONSTRAINT: SQLite error: CHECK failed: a");
  expect(constraintOf(wrapped(refused))).toBe("CHECK failed: a");
  expect(constraintOf(coded("SQLITE_CONSTRAINT", "x".repeat(999)))).toHaveLength(200);
  const ring = new Error("ring");
  ring.cause = ring;
  expect(constraintOf(ring)).toBeNull();
});
