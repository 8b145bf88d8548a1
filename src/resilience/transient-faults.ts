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

/**
 * Another connection holds the lock, or has taken it over and rolled back what was begun (libSQL: after five seconds; a
 * stream, after ten idle ones). Nothing was written, and asking again soon is right.
 */
const LOCKED = new Set([
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "TRANSACTION_TIMEOUT",
  "TRANSACTION_BUSY",
  "STREAM_EXPIRED",
]);
/** No connection was made, so the request was never seen. */
const UNREACHED = new Set(["ECONNREFUSED", "ConnectionRefused", "ENOTFOUND", "EAI_AGAIN"]);
/** It failed on the way, or behind a replica that hides why: what was asked may have been done or not. */
const CUT = new Set([
  "ECONNRESET",
  "ConnectionClosed",
  "ETIMEDOUT",
  "EPIPE",
  "FailedToOpenSocket",
  "PROXY_ERROR",
]);

/** workerd has no codes: what it says of a connection that fell, and of what its own network did. */
const NETWORK =
  /(Network connection lost|fetch failed|Unable to connect|^internal error; reference = )/;

const HTTP_STATUS = /HTTP status (\d{3})/;
/** Said before anything was done: too many requests; and by Cloudflare before an origin, no connection could be made. */
const TURNED_AWAY = new Set([429, 521, 523]);

/** The status of an answer that was none of the database, but of the server before it; 0 for any other error. */
const statusOf = (error: Error): number =>
  codeOf(error) === "SERVER_ERROR" ? Number(HTTP_STATUS.exec(error.message)?.[1] ?? 0) : 0;

/**
 * Whether a fault is transient: a locked database, the network, an answer 5xx, a call that our policies ended. Never a
 * business refusal.
 * A read that failed so may be asked again; for a write see `neverHappened`.
 * Source: each seen (local, HTTP from Bun, HTTP from workerd), or in libSQL's server (hrana/stmt.rs, error.rs).
 */
export function isTransient(error: unknown): boolean {
  if (isShed(error)) return true;
  return causes(error).some((one) => {
    const code = codeOf(one);
    return (
      LOCKED.has(code) ||
      UNREACHED.has(code) ||
      CUT.has(code) ||
      statusOf(one) >= 500 ||
      TURNED_AWAY.has(statusOf(one)) ||
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
export function isRemoteFault(error: unknown): boolean {
  return (
    isTransient(error) &&
    !causes(error).some(
      (one) => one instanceof BrokenCircuitError || one instanceof BulkheadRejectedError,
    )
  );
}

/** Weather of which it is certain that nothing was written: only then may a write be sent again. */
export function notApplied(error: unknown): boolean {
  return causes(error).some((one) => {
    const code = codeOf(one);
    return LOCKED.has(code) || UNREACHED.has(code) || TURNED_AWAY.has(statusOf(one));
  });
}

/** Whether a write was on its way when the fault came: it may have been done, and may not. */
export const outcomeUnknown = (error: unknown): boolean =>
  isRemoteFault(error) && !notApplied(error);

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

/**
 * A write was refused where reads may go on: the file system or the file, a token that only reads (libSQL: HTTP 403), an
 * account whose writes are blocked (Turso).
 */
export function isReadOnly(error: unknown): boolean {
  return causes(error).some((one) => {
    const code = codeOf(one);
    return (
      code.startsWith("SQLITE_READONLY") ||
      code === "EROFS" ||
      code === "BLOCKED" ||
      statusOf(one) === 403
    );
  });
}

/** Why a server does not let us in at all. No weather: somebody has to give us another token, address or plan. */
export type Refusal = "database.token_refused" | "database.not_there" | "database.blocked";

/** The refusal that an error is; null for any other. Of a write ask `isReadOnly` first. */
export function refusalOf(error: unknown): Refusal | null {
  for (const one of causes(error)) {
    const status = statusOf(one);
    if (status === 401 || status === 403) return "database.token_refused";
    if (status === 404) return "database.not_there";
    if (codeOf(one) === "BLOCKED") return "database.blocked";
  }
  return null;
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
