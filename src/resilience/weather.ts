import { BrokenCircuitError, BulkheadRejectedError, TaskCancelledError } from "cockatiel";

/** The error and what caused it, outermost first (drizzle wraps what the client threw). Bounded: a chain may be a ring. */
function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && chain.length < 5; next = next.cause)
    chain.push(next);
  return chain;
}

const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : "";

/** Another connection holds the lock. Nothing was written, and asking again soon is right. */
const LOCKED = new Set(["SQLITE_BUSY", "SQLITE_LOCKED"]);
/** No connection was made, so the request was never seen. */
const UNREACHED = new Set(["ECONNREFUSED", "ConnectionRefused", "ENOTFOUND", "EAI_AGAIN"]);
/** The connection fell on the way: what was asked may have been done or not. */
const CUT = new Set(["ECONNRESET", "ConnectionClosed", "ETIMEDOUT", "EPIPE", "FailedToOpenSocket"]);

const HTTP_5XX = /HTTP status 5\d\d/;
const NETWORK = /(Network connection lost|fetch failed|Unable to connect)/;

/**
 * Whether a fault is transient: a locked database, the network, an answer 5xx, a call that our policies ended. Never a
 * business refusal.
 * A read that failed so may be asked again; for a write see `neverHappened`.
 * Source: platform-facts of libSQL (local, HTTP from Bun, HTTP from workerd), each seen.
 */
export function isWeather(error: unknown): boolean {
  if (isShed(error)) return true;
  return causes(error).some((one) => {
    const code = codeOf(one);
    return (
      LOCKED.has(code) ||
      UNREACHED.has(code) ||
      CUT.has(code) ||
      (code === "SERVER_ERROR" && HTTP_5XX.test(one.message)) ||
      NETWORK.test(one.message)
    );
  });
}

/**
 * Whether a policy of our own ended the call: its time was over, its circuit open, no place free. Trying again at once
 * would make it worse.
 */
export function isShed(error: unknown): boolean {
  return causes(error).some(
    (one) =>
      one instanceof TaskCancelledError ||
      one instanceof BrokenCircuitError ||
      one instanceof BulkheadRejectedError,
  );
}

/** Whether the other side failed or was too slow: what a circuit counts. A refusal of ours is not its fault. */
export function isFault(error: unknown): boolean {
  return (
    isWeather(error) &&
    !causes(error).some(
      (one) => one instanceof BrokenCircuitError || one instanceof BulkheadRejectedError,
    )
  );
}

/** Weather of which it is certain that nothing was written: only then may a write be sent again. */
export function neverHappened(error: unknown): boolean {
  return causes(error).some((one) => LOCKED.has(codeOf(one)) || UNREACHED.has(codeOf(one)));
}

/** Whether a write was on its way when the fault came: it may have been done, and may not. */
export const mayHaveHappened = (error: unknown): boolean => isFault(error) && !neverHappened(error);

/** The disk has no room, or will not be written. */
export function isStorageFull(error: unknown): boolean {
  return causes(error).some((one) => {
    const code = codeOf(one);
    return (
      code === "SQLITE_FULL" ||
      code === "ENOSPC" ||
      (code === "SQLITE_IOERR" && /disk|space|full/i.test(one.message))
    );
  });
}

/** The database may be read only: its file system, its file, or a connection that must not write. */
export function isReadOnly(error: unknown): boolean {
  return causes(error).some(
    (one) => codeOf(one).startsWith("SQLITE_READONLY") || codeOf(one) === "EROFS",
  );
}

/**
 * The constraint that refused a statement, in the database's words and without values (`UNIQUE constraint failed: users.email`);
 * null for any other error. At most 200 characters.
 */
export function constraintOf(error: unknown): string | null {
  const refused = causes(error).find((one) => codeOf(one).startsWith("SQLITE_CONSTRAINT"));
  return refused === undefined
    ? null
    : refused.message.replace(/^((SQLITE_CONSTRAINT\w*|SQLite error): )+/, "").slice(0, 200);
}
