import { trusted } from "../../lib/cast.ts";
import { isOfOtherSession, otherSession, sessionHeaders } from "./me.ts";
import { network, online } from "./online.ts";
import { Refused, Unreachable } from "./problem.ts";
import { signedInAgain } from "./session-end.ts";
import { fetchReporting } from "./upload.ts";

/** A request to the API. */
export interface Ask {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is: a form, a file. */
  readonly body?: XMLHttpRequestBodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** A write that carries a key is carried out once however often it is sent (docs/api.md); `newKey()` makes one. */
  readonly key?: string;
  /** Gets how many bytes of the body have left, while it travels. */
  readonly onSent?: (bytes: number) => void;
  /** A 401 is an answer, not the end of a session: the login itself. */
  readonly open?: boolean;
}

const MOST_TRIES = 5;
const LONGEST_WAIT_S = 30;

/**
 * Asks the API with the session's cookie. `T` is the type of the route's answer (`z.infer` of its schema); null where it has no body.
 * A GET, and a write with a key, is asked again after Retry-After (429, 503), four times. A session that ended waits for the person
 * to enter again, and is then asked again. Each request says the person and company of this tab. Throws Refused, Unreachable, or the AbortError of
 * its signal.
 */
export async function ask<T>(path: string, options: Ask = {}): Promise<T> {
  const answer = await answerTo(path, options);
  const type = answer.headers.get("content-type") ?? "";
  const read: unknown = /json/.test(type) ? await answer.json() : null;
  return trusted<T>(read);
}

/** The same, with the version (`ETag`) of what was read, for `If-Match` of a write. */
export async function askTagged<T>(
  path: string,
  options: Ask = {},
): Promise<{ readonly value: T; readonly etag: string | null }> {
  const answer = await answerTo(path, options);
  const read: unknown = await answer.json();
  return { value: trusted<T>(read), etag: answer.headers.get("etag") };
}

/** A file of the API, with the name that the API gives it. */
async function askFile(
  path: string,
  options: Ask = {},
): Promise<{ readonly blob: Blob; readonly name: string }> {
  const answer = await answerTo(path, options);
  const said = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
  const blob = await answer.blob().catch((fault: unknown) => {
    // The service breaks a file that it cannot complete.
    throw options.signal?.aborted === true ? fault : new Unreachable(network.value);
  });
  return { blob, name: said?.[1] ?? "arquivo" };
}

/** How long a file stays with the browser, which writes it to the disk meanwhile. */
const KEPT_MS = 60_000;

/** Downloads a file of the API and gives it to the browser, which keeps it under the API's own name. Throws as `ask` does: nothing is kept then. */
export async function save(path: string, signal?: AbortSignal): Promise<void> {
  const { blob, name } = await askFile(path, signal === undefined ? {} : { signal });
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

/** A key for a write: 32 hexadecimal digits. `crypto.randomUUID` is missing where the address is not secure. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

async function answerTo(path: string, options: Ask): Promise<Response> {
  const repeatable = (options.method ?? "GET") === "GET" || options.key !== undefined;
  for (let tries = 1; ; tries++) {
    const answer = await send(path, options);
    if (answer.ok) return answer;
    const refused = await refusalOf(answer);
    if (refused.status === 401 && options.open !== true) {
      await signedInAgain(options.signal);
      tries = 0;
      continue;
    }
    if (isOfOtherSession(refused.code)) otherSession.value = refused.code;
    const { retryAfterS, status } = refused;
    const passes = status === 429 || status === 503;
    if (!repeatable || !passes || retryAfterS === null || tries >= MOST_TRIES) throw refused;
    if (retryAfterS > LONGEST_WAIT_S) throw refused;
    await waited(retryAfterS * 1000, options.signal);
  }
}

async function send(path: string, options: Ask): Promise<Response> {
  const { json, key, signal = null, body, onSent, method = "GET" } = options;
  const sent = (json === undefined ? body : JSON.stringify(json)) ?? null;
  const headers = {
    accept: "application/json",
    ...sessionHeaders(path),
    ...(json === undefined ? {} : { "content-type": "application/json" }),
    ...(key === undefined ? {} : { "idempotency-key": key }),
    ...options.headers,
  };
  try {
    const answer = await (onSent === undefined
      ? fetch(path, { method, credentials: "same-origin", headers, body: sent, signal })
      : fetchReporting(path, { method, headers, body: sent, signal, onSent }));
    online.value = true;
    return answer;
  } catch (fault) {
    if (signal?.aborted === true) throw fault;
    online.value = false;
    throw new Unreachable(network.value);
  }
}

async function refusalOf(answer: Response): Promise<Refused> {
  const read: unknown = await answer.json().catch(() => null);
  const evidence = typeof read === "object" && read !== null ? { ...read } : {};
  const after = Number(answer.headers.get("retry-after") ?? Number.NaN);
  return new Refused(answer.status, evidence, Number.isFinite(after) ? after : null);
}

/** Resolves after `ms`; rejects with the signal's reason when it is aborted before. */
const waited = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
