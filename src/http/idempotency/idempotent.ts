import type { Context, MiddlewareHandler } from "hono";
import type { ContentfulStatusCode, StatusCode } from "hono/utils/http-status";
import { holderOf } from "../../accounts/actor.ts";
import type { IdempotencyFailure } from "../../journal/failures.ts";
import {
  type Effect,
  endRequest,
  findKey,
  inProgress,
  type KeptAnswer,
  type KeyHolder,
  type KeyState,
  type KnownKey,
  keyedWriter,
  MOST_KEPT,
  type RequestKey,
} from "../../journal/idempotency.ts";
import { trusted } from "../../lib/cast.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Writer } from "../../ports/sql.ts";
import type { Env } from "../env.ts";
import { msOf } from "../middleware/deadline.ts";
import { accessOf, requirePermission } from "../middleware/permissions.ts";
import { goesOn, hasOwnKey, onlyReads, showsSecret } from "./after-crash.ts";
import { fingerprintOf } from "./fingerprint.ts";

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Time for a write that was begun at the end of the request's own time. */
const LAST_WRITE_MS = 5_000;

/**
 * Carries out a POST with an `Idempotency-Key` once. The key is written in the first batch of the request (journal/idempotency.ts);
 * the answer is kept when it ends. The same request again gets that answer, with `Idempotency-Replayed: true`. A request that
 * writes nothing keeps no key, so a refusal may be sent again once its cause is gone.
 * Fails with `idempotency.invalid_key`, `idempotency.mismatch`, `idempotency.in_progress`, `idempotency.answer_lost`,
 * and as `fingerprintOf`.
 */
export const idempotent: MiddlewareHandler<Env> = async (c, next) => {
  const given = c.req.method === "POST" ? c.req.header("idempotency-key") : undefined;
  if (given === undefined) return next();
  const { actor, ports, signal } = c.var;
  if (actor === undefined || hasOwnKey(c.req.path)) return next();
  if (!KEY.test(given)) throw new Failed<IdempotencyFailure>({ code: "idempotency.invalid_key" });
  const access = accessOf(c);
  if (access === "open" || access === "undeclared" || access === "unrouted") return next();
  requirePermission(c, access);
  const fingerprint = await fingerprintOf(c);
  const key = { company: actor.company, actor: holderOf(actor).person, key: given };
  const known = await findKey(ports, key, signal);
  const kept = known === null ? null : keptAnswer(c, known, fingerprint);
  if (kept !== null) return replayed(c, kept);
  const holdMs = msOf(c) + LAST_WRITE_MS;
  const holder = { ...key, token: newId(), fingerprint, seen: known, holdMs };
  const state = { sent: false, lost: false };
  const done = known?.effect ?? null;
  if (done !== null) c.set("resumed", done);
  const isWritten = done !== null && onlyReads(c.req.path);
  c.set("ports", {
    ...ports,
    writer: isWritten ? refusing(done) : keyedWriter(ports, holder, state),
  });
  await next();
  await end(c, { key, holder, state }, ports);
};

/**
 * The kept answer of a known key; null: the request is to be carried out, for the first one has written nothing, or may run
 * again. Fails as `idempotent`.
 */
function keptAnswer(c: Context<Env>, known: KnownKey, fingerprint: string): KeptAnswer | null {
  if (known.fingerprint !== fingerprint)
    throw new Failed<IdempotencyFailure>({ code: "idempotency.mismatch" });
  if (known.answer !== null && known.answer.body !== null) return known.answer;
  if (known.answer === null && known.heldUntil > c.var.ports.clock.now()) throw inProgress();
  if (known.effect === null || goesOn(c.req.path) || onlyReads(c.req.path)) return null;
  throw answerLost(known.effect);
}

const answerLost = ({ entity, id }: Effect) =>
  new Failed<IdempotencyFailure>({ code: "idempotency.answer_lost", entity, id });

/** The writer of a repetition that has nothing left to write. */
const refusing = (done: Effect): Writer => ({ commit: () => Promise.reject(answerLost(done)) });

function replayed(c: Context<Env>, { status, headers, body }: KeptAnswer): Response {
  const sent = { ...headers, "idempotency-replayed": "true" };
  return body === null || body === ""
    ? c.body(null, trusted<StatusCode>(status), sent)
    : c.body(body, trusted<ContentfulStatusCode>(status), sent);
}

interface Keyed {
  readonly key: RequestKey;
  readonly holder: KeyHolder;
  readonly state: KeyState;
}

/** Keeps the answer; where another request with the key was faster, its answer is this one's too, once it is there. */
async function end(
  c: Context<Env>,
  { key, holder, state }: Keyed,
  ports: Env["Variables"]["ports"],
): Promise<void> {
  if (state.lost) {
    const known = await findKey(ports, key);
    if (known === null) return;
    try {
      const kept = keptAnswer(c, known, holder.fingerprint);
      if (kept !== null) c.res = replayed(c, kept);
    } catch (error) {
      // A mismatch is answered as such; the other cases stay `idempotency.in_progress`, and a repetition tells more.
      if (error instanceof Failed && error.failure.code === "idempotency.mismatch") throw error;
    }
    return;
  }
  if (!state.sent) return checkAgain(c, { key, holder }, ports);
  const answer = await answerToKeep(c);
  await endRequest(ports, holder, answer).catch((error) => {
    // The effect is written with its key; only the answer is not kept, as after a crash.
    ports.log("warn", "idempotency.not_kept", {
      name: error instanceof Error ? error.name : "unknown",
      request_id: c.var.requestId,
    });
  });
}

/**
 * A request that has written nothing may have been answered by what another one with its key has written meanwhile ("already
 * registered"): it gets that one's answer, or `idempotency.in_progress` until there is one.
 */
async function checkAgain(
  c: Context<Env>,
  { key, holder }: Omit<Keyed, "state">,
  ports: Env["Variables"]["ports"],
): Promise<void> {
  if (mayDiffer(c.res.status)) return;
  const known = await findKey(ports, key);
  const { seen } = holder;
  const isAsSeen =
    known?.token === seen?.token &&
    known?.heldUntil === seen?.heldUntil &&
    (known?.effect === null) === (seen?.effect === null);
  if (known === null || isAsSeen) return;
  const kept = keptAnswer(c, known, holder.fingerprint);
  if (kept === null) throw inProgress();
  c.res = replayed(c, kept);
}

/** A fault, a limit, a client that left: a repetition may get another answer. */
const mayDiffer = (status: number): boolean => status === 429 || status >= 499;

/** Headers that belong to the answer itself. */
const KEPT_HEADERS = ["content-type", "location", "cache-control"];

/** The answer as it is kept; null: it must not be, because a repetition may get another (faults, limits, a client that left). */
async function answerToKeep(c: Context<Env>): Promise<KeptAnswer | null> {
  const { status } = c.res;
  if (mayDiffer(status)) return null;
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = c.res.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const body = c.res.body === null ? "" : await c.res.clone().text();
  const keep = body.length <= MOST_KEPT && !(showsSecret(c.req.path) && status < 300);
  return { status, headers, body: keep ? body : null };
}
