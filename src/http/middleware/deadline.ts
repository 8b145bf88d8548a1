import type { Context, MiddlewareHandler } from "hono";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import { deadline } from "../../resilience/deadline.ts";
import type { Env } from "../env.ts";

/** What has longer than REQUEST_TIMEOUT_MS, and how many times as long. */
const LONGER: readonly (readonly [RegExp, number])[] = [
  [/^\/api\/nfe\/batch$/, 12],
  [/^\/api\/nfe\/upload$/, 3],
  // A change gives every waiting note its verdict again.
  [/^\/api\/company$/, 12],
  // A trial that meets nobody takes its full time on purpose.
  [/^\/api\/config\/email\/test$/, 3],
  // `?wait=` lets an answer begin late on purpose.
  [/^\/api\/events$/, 4],
  // A profile takes as long as it was asked to.
  [/^\/api\/profile\//, 12],
];

/** What reads its body through `withoutDeadline`. */
const LONG_BODY = /^\/api\/nfe\/(batch|upload)$/;

/** Bun cuts a connection that is quiet for longer. */
const QUIET_MS = 10_000;

/**
 * The time that each route has until its answer begins: `c.var.signal` aborts when it is over or the client has left, and
 * is looked at before each statement and between pages; what hangs all the same is answered for. A stream goes on without
 * a limit, until its reader leaves. Fails with `deadline`.
 */
export const withinDeadline: MiddlewareHandler<Env> = async (c, next) => {
  const ms = msOf(c);
  const time = deadline(ms, c.var.request.signal, late);
  c.set("signal", time.signal);
  c.set("time", time);
  time.begin();
  if (!LONG_BODY.test(c.req.path)) keepConnectionOpen(c, ms);
  try {
    await Promise.race([next(), time.over]);
  } finally {
    time.end();
  }
};

/**
 * Reads a large body, in as long as it takes: fifty megabytes over a thin line are no fault of anybody. Only the runtime's
 * guard against slow clients counts (Bun: 16 KB/s). Then the route's time begins anew.
 */
export async function withDeadlinePaused<T>(c: Context<Env>, read: () => Promise<T>): Promise<T> {
  const { time } = c.var;
  if (time === undefined) return read();
  time.end();
  const body = await read();
  time.begin();
  keepConnectionOpen(c, msOf(c));
  return body;
}

/** Not before a body is here: a client that sends it drop by drop is cut as early as any other. */
function keepConnectionOpen(c: Context<Env>, ms: number): void {
  if (ms > QUIET_MS) c.var.ports.extendIdleTimeout(c.var.request, Math.ceil(ms / 1_000) + 1);
}

function msOf(c: Context<Env>): number {
  const { path } = c.req;
  const times = LONGER.find(([pattern]) => pattern.test(path))?.[1] ?? 1;
  return c.var.ports.config.REQUEST_TIMEOUT_MS * times;
}

const late = () => new Failed<PlatformFailure>({ code: "deadline" });
