import { DelegateBackoff, handleType, retry } from "cockatiel";
import { z } from "zod";
import { type Client, createClient } from "../../client.ts";

/**
 * Where the commands send their requests: a server, or the app in this process over an open
 * database.
 */
export interface Service {
  /** For people, e.g. `http://127.0.0.1:8003`. */
  readonly where: string;
  /** The typed client: each call is sent as `ask` sends it, so every answer is a success. */
  readonly api: Client;
  /** Answers a request of the API; `path` begins with `/api/`. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** The service refused a request; `message` is the Portuguese text of its answer. */
export class RequestRefused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** The members of the problem that a person needs beside its sentence, as the API names them. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = "RequestRefused";
  }

  /** It is about who asks: no valid credential, or a role that may not. */
  get isOfCaller(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** The refusal of one of several requests; throws what would end each of them: one of the caller, the network, an interruption. */
export function refusalOfOne(error: unknown): RequestRefused {
  if (error instanceof RequestRefused && !error.isOfCaller) return error;
  throw error;
}

/** A failure of the network, an overloaded service, or its rate limit, also after every retry. */
export class ServiceUnreachable extends Error {
  constructor(
    message: string,
    readonly waitMs: number | null = null,
  ) {
    super(message);
    this.name = "ServiceUnreachable";
  }
}

const Problem = z.looseObject({ code: z.string(), detail: z.string() });
/** Members of every problem: what a person reads is their sentence. */
const OF_EVERY_PROBLEM = [
  "code",
  "detail",
  "type",
  "title",
  "status",
  "instance",
  "request_id",
  "error",
];
const RETRIED_STATUSES = new Set([429, 502, 503, 504]);
const MAX_WAIT_MS = 30_000;
/** A server that has not begun its answer by then is taken as gone; the longest request of the API has 60 s. */
const ANSWER_WITHIN_MS = 120_000;

export type Fetch = (request: Request) => Response | Promise<Response>;

/** Options of a client; the wait before a retry begins with `firstWaitMs` and doubles. */
export interface ServiceOptions {
  readonly base: string;
  readonly where?: string;
  readonly token: string | null;
  readonly fetch: Fetch;
  readonly close?: () => Promise<void>;
  readonly firstWaitMs?: number;
  readonly answerWithinMs?: number;
  /** Ends requests, and the waits between them. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A client of the service over `fetch`. Retries a transient error up to 5 times, after the time in the
 * answer's Retry-After (at most 30 s), then throws `ServiceUnreachable`. A POST has one Idempotency-Key for all its attempts, so that it
 * is carried out once; but documents have none, for one that is already registered is answered as a duplicate. Refusals throw
 * `RequestRefused`.
 */
export function serviceClient({
  base,
  where = base,
  token,
  fetch,
  close,
  firstWaitMs = 250,
  answerWithinMs = ANSWER_WITHIN_MS,
  signal,
}: ServiceOptions): Service {
  const withRetries = retry(handleType(ServiceUnreachable), {
    maxAttempts: 5,
    backoff: new DelegateBackoff(({ attempt, result }) => {
      const retryAfterMs =
        "error" in result && result.error instanceof ServiceUnreachable
          ? result.error.waitMs
          : null;
      return retryAfterMs ?? Math.min(MAX_WAIT_MS, firstWaitMs * 2 ** (attempt - 1));
    }),
  });
  const ask: Service["ask"] = (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    const keyed = init.method === "POST" && token !== null && !path.startsWith("/api/nfe/");
    if (keyed && !headers.has("idempotency-key"))
      headers.set("idempotency-key", crypto.randomUUID());
    return withRetries.execute(async () => {
      signal?.throwIfAborted();
      const request = (ends: AbortSignal) =>
        new Request(`${base}${path}`, { ...init, headers, signal: ends });
      const answer = await fetchOnce(fetch, request, signal, answerWithinMs);
      if (answer.ok) return answer;
      throw await errorOf(answer);
    }, signal);
  };
  const api = createClient(base, {
    fetch: (input, init) => ask(String(input).slice(base.length), init),
  });
  return { where, api, ask, close: close ?? (async () => undefined) };
}

async function fetchOnce(
  fetch: Fetch,
  make: (ends: AbortSignal) => Request,
  stop: AbortSignal | undefined,
  withinMs: number,
): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), withinMs);
  const request = make(stop === undefined ? late.signal : AbortSignal.any([stop, late.signal]));
  try {
    return await fetch(request);
  } catch (error) {
    if (stop?.aborted === true) throw error;
    const why = late.signal.aborted
      ? `sem resposta em ${withinMs / 1_000} s`
      : error instanceof Error
        ? error.message
        : String(error);
    throw new ServiceUnreachable(
      `Não foi possível falar com ${new URL(request.url).origin}: ${why}`,
    );
  } finally {
    clearTimeout(timer);
  }
}

async function errorOf(answer: Response): Promise<RequestRefused | ServiceUnreachable> {
  const problem = Problem.safeParse(await answer.json().catch(() => null));
  const message = problem.success ? problem.data.detail : `O serviço respondeu ${answer.status}`;
  const code = problem.success ? problem.data.code : "";
  const more = Object.entries(problem.success ? problem.data : {}).filter(
    ([name]) => !OF_EVERY_PROBLEM.includes(name),
  );
  // A full disk does not pass by itself: it is answered with 503 without Retry-After.
  if (!RETRIED_STATUSES.has(answer.status) || code === "storage.full")
    return new RequestRefused(answer.status, code, message, Object.fromEntries(more));
  const after = answer.headers.get("retry-after");
  const waitMs = after !== null && /^\d+$/.test(after) ? Number(after) * 1_000 : null;
  return new ServiceUnreachable(message, waitMs === null ? null : Math.min(waitMs, MAX_WAIT_MS));
}

/** Reads an answer as JSON of a schema; throws when it does not have that shape. */
export async function readAs<S extends z.ZodType>(
  schema: S,
  answer: Response,
): Promise<z.infer<S>> {
  const read = schema.safeParse(await answer.json().catch(() => null));
  if (read.success) return read.data;
  throw new Error(`O serviço deu uma resposta inesperada:\n${z.prettifyError(read.error)}`);
}

/** Signs in and returns the token. Throws `RequestRefused` when the e-mail or the password is wrong. */
export async function signIn(
  service: Service,
  who: { readonly email: string; readonly password: string; readonly company?: number | undefined },
): Promise<string> {
  const answer = await service.ask("/api/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(who),
  });
  const { token } = await readAs(z.object({ token: z.string() }), answer);
  return token;
}
