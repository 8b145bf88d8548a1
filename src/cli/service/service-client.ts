import { DelegateBackoff, handleType, retry } from "cockatiel";
import { z } from "zod";

/**
 * Where the commands send their requests: a server, or the app in this process over an open
 * database.
 */
export interface Service {
  /** For people, e.g. `http://127.0.0.1:8003`. */
  readonly where: string;
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
  ) {
    super(message);
    this.name = "RequestRefused";
  }
}

/** A failure of the network, an overloaded service, or its rate limit: the request is retried. */
class TransientError extends Error {
  constructor(
    message: string,
    readonly waitMs: number | null,
  ) {
    super(message);
    this.name = "TransientError";
  }
}

const Problem = z.object({ code: z.string(), detail: z.string() });
const RETRIED_STATUSES = new Set([429, 502, 503, 504]);
const MAX_WAIT_MS = 30_000;

export type Fetch = (request: Request) => Response | Promise<Response>;

/** Options of a client; the wait before a retry begins with `firstWaitMs` and doubles. */
export interface ServiceOptions {
  readonly base: string;
  readonly where?: string;
  readonly token: string | null;
  readonly fetch: Fetch;
  readonly close?: () => Promise<void>;
  readonly firstWaitMs?: number;
}

/**
 * A client of the service over `fetch`. Retries a transient error up to 5 times, after the time in the
 * answer's Retry-After (at most 30 s). Every request of the commands may be repeated: a note that is
 * already registered is answered as a duplicate. Other refusals throw `RequestRefused`.
 */
export function serviceClient({
  base,
  where = base,
  token,
  fetch,
  close,
  firstWaitMs = 250,
}: ServiceOptions): Service {
  const withRetries = retry(handleType(TransientError), {
    maxAttempts: 5,
    backoff: new DelegateBackoff(({ attempt, result }) => {
      const retryAfterMs =
        "error" in result && result.error instanceof TransientError ? result.error.waitMs : null;
      return retryAfterMs ?? Math.min(MAX_WAIT_MS, firstWaitMs * 2 ** (attempt - 1));
    }),
  });
  return {
    where,
    ask: (path, init = {}) =>
      withRetries.execute(async () => {
        const headers = new Headers(init.headers);
        if (token !== null) headers.set("authorization", `Bearer ${token}`);
        const answer = await fetchOnce(fetch, new Request(`${base}${path}`, { ...init, headers }));
        if (answer.ok) return answer;
        throw await errorOf(answer);
      }),
    close: close ?? (async () => undefined),
  };
}

async function fetchOnce(fetch: Fetch, request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new TransientError(
      `Não foi possível falar com ${new URL(request.url).origin}: ${error instanceof Error ? error.message : String(error)}`,
      null,
    );
  }
}

async function errorOf(answer: Response): Promise<RequestRefused | TransientError> {
  const problem = Problem.safeParse(await answer.json().catch(() => null));
  const message = problem.success ? problem.data.detail : `O serviço respondeu ${answer.status}`;
  if (!RETRIED_STATUSES.has(answer.status))
    return new RequestRefused(answer.status, problem.success ? problem.data.code : "", message);
  // A full disk does not pass by itself: it is answered with 503 without Retry-After.
  if (problem.success && problem.data.code === "storage.full")
    return new RequestRefused(answer.status, problem.data.code, message);
  const after = answer.headers.get("retry-after");
  const waitMs = after !== null && /^\d+$/.test(after) ? Number(after) * 1_000 : null;
  return new TransientError(message, waitMs === null ? null : Math.min(waitMs, MAX_WAIT_MS));
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
