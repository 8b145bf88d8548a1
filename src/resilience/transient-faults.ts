import { BrokenCircuitError, BulkheadRejectedError, TaskCancelledError } from "cockatiel";

/** The error and its causes, outermost first (drizzle wraps the client's errors). Bounded: a chain may be a ring. */
function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && chain.length < 5; next = next.cause)
    chain.push(next);
  return chain;
}

const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : "";

/**
 * Another connection has the lock, or the server rolled the transaction back (libSQL: after five seconds; a stream, after ten
 * idle seconds). Nothing was written, and a retry soon is right.
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
/** The connection failed after the request was sent, its answer cannot be read, or a replica hides the reason: it may have been applied or not. */
const CUT = new Set([
  "ECONNRESET",
  "ConnectionClosed",
  "ETIMEDOUT",
  "EPIPE",
  "FailedToOpenSocket",
  "PROXY_ERROR",
  "HRANA_PROTO_ERROR",
]);

/** workerd gives no codes: its messages for a lost connection, and for faults of its own network. */
const NETWORK =
  /(Network connection lost|fetch failed|Unable to connect|^internal error; reference = )/;

const HTTP_STATUS = /HTTP status (\d{3})/;
/** Answered before anything was done: too many requests; and by Cloudflare, where it could not connect to the origin. */
const TURNED_AWAY = new Set([429, 521, 523]);

/** The HTTP status of a server or proxy before the database; 0 for any other error. */
const statusOf = (error: Error): number =>
  codeOf(error) === "SERVER_ERROR" ? Number(HTTP_STATUS.exec(error.message)?.[1] ?? 0) : 0;

/**
 * Whether a fault is transient: a locked database, the network, an answer 5xx, a rejection by our policies. Never a business
 * refusal. A read may then be retried; for a write see `notApplied`.
 * Source: each was observed (local, HTTP from Bun, HTTP from workerd), or stands in libSQL's server (hrana/stmt.rs, error.rs).
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
 * Whether one of our policies ended the call: its time was over, its circuit open, its bulkhead full. A retry at once would
 * make the overload worse.
 */
export function isShed(error: unknown): boolean {
  return causes(error).some(
    (one) =>
      one instanceof TaskCancelledError ||
      one instanceof BrokenCircuitError ||
      one instanceof BulkheadRejectedError,
  );
}

/** Whether the remote side failed or was too slow: a circuit counts it. A rejection by our own policies does not count. */
export function isRemoteFault(error: unknown): boolean {
  return (
    isTransient(error) &&
    !causes(error).some(
      (one) => one instanceof BrokenCircuitError || one instanceof BulkheadRejectedError,
    )
  );
}

/** A transient fault after which it is certain that nothing was written: only then may a write be retried. */
export function notApplied(error: unknown): boolean {
  return causes(error).some((one) => {
    const code = codeOf(one);
    return LOCKED.has(code) || UNREACHED.has(code) || TURNED_AWAY.has(statusOf(one));
  });
}

/** Whether a write had been sent when the fault came: it may have been applied or not. */
export const outcomeUnknown = (error: unknown): boolean =>
  isRemoteFault(error) && !notApplied(error);

/** The disk is full. */
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
 * A write was refused while reads may work: a read-only file or file system, a token without write access (libSQL: HTTP 403),
 * an account whose writes are blocked (Turso).
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

/** Why a server refuses us altogether. Not transient: the operator has to change the token, the address or the plan. */
export type Refusal = "database.token_refused" | "database.not_there" | "database.blocked";

/** The refusal in an error; null for any other. For a write check `isReadOnly` first. */
export function refusalOf(error: unknown): Refusal | null {
  for (const one of causes(error)) {
    const status = statusOf(one);
    if (status === 401 || status === 403) return "database.token_refused";
    // A server that sends us on is not at this address.
    if (status === 404 || (status >= 300 && status < 400)) return "database.not_there";
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
