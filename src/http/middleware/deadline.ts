import type { Context, MiddlewareHandler } from "hono";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import { deadline } from "../../resilience/deadline.ts";
import type { Env } from "../env.ts";

/** Routes with a longer deadline, as a multiple of REQUEST_TIMEOUT_MS. */
const MULTIPLES: readonly (readonly [RegExp, number])[] = [
  [/^\/api\/nfe\/batch$/, 12],
  [/^\/api\/nfe\/upload$/, 3],
  // The fifty documents of an answer are stored.
  [/^\/api\/sefaz\/calls\/[^/]+\/answer$/, 3],
  // A change judges every pending note again.
  [/^\/api\/company(\/units)?$/, 12],
  // As above, of the suppliers that the file names.
  [/^\/api\/supplier-items\/import$/, 12],
  // A close makes a movement for each product that differs.
  [/^\/api\/counts\/[^/]+\/close$/, 12],
  // A connection test that no server answers lasts until its own timeout.
  [/^\/api\/config\/email\/test$/, 3],
  // A long poll: `?wait=` delays the answer on purpose.
  [/^\/api\/events$/, 4],
  // A profile lasts as many seconds as the caller asks for.
  [/^\/api\/profile\//, 12],
];

/** Routes that read their body through `withDeadlinePaused`, which keeps the connection open only once it is there. */
const LARGE_BODY =
  /^\/api\/(?:nfe\/(?:batch|upload)|supplier-items\/import|sefaz\/calls\/[^/]+\/answer)$/;

/** Bun's default idle timeout of a connection. */
const IDLE_TIMEOUT_MS = 10_000;

/**
 * Limits the time until an answer begins. `c.var.signal` aborts when the deadline passes or the client disconnects; it is
 * checked before each statement and between pages, and a handler that ignores it is answered for. A stream that has begun
 * has no deadline: it lasts until its reader leaves. Fails with `deadline`.
 */
export const withinDeadline: MiddlewareHandler<Env> = async (c, next) => {
  const ms = msOf(c);
  const limit = deadline(ms, c.get("request").signal, timedOut);
  c.set("signal", limit.signal);
  c.set("deadline", limit);
  limit.begin();
  if (!LARGE_BODY.test(c.req.path)) keepConnectionOpen(c, ms);
  try {
    await Promise.race([next(), limit.over]);
  } finally {
    limit.end();
  }
};

/**
 * Reads a large body with the deadline stopped, because fifty megabytes over a slow line are no fault of the client. Only the
 * runtime's own guard against slow clients applies (Bun: 16 KB/s). After the body, the route's whole time begins again.
 */
export async function withDeadlinePaused<T>(c: Context<Env>, read: () => Promise<T>): Promise<T> {
  const deadline = c.get("deadline");
  if (deadline === undefined) return read();
  deadline.end();
  const body = await read();
  deadline.begin();
  keepConnectionOpen(c, msOf(c));
  return body;
}

/** Called only once a large body is complete, so that a client which sends it slowly keeps Bun's default idle timeout. */
function keepConnectionOpen(c: Context<Env>, ms: number): void {
  if (ms > IDLE_TIMEOUT_MS)
    c.get("ports").extendIdleTimeout(c.get("request"), Math.ceil(ms / 1_000) + 1);
}

/** The time of a request, ms. */
export function msOf(c: Context<Env>): number {
  const { path } = c.req;
  const multiple = MULTIPLES.find(([pattern]) => pattern.test(path))?.[1] ?? 1;
  return c.get("ports").config.REQUEST_TIMEOUT_MS * multiple;
}

const timedOut = () => new Failed<PlatformFailure>({ code: "deadline" });
