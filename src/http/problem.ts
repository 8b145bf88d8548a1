import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AnsweredFailure } from "../failures.ts";
import { trusted } from "../lib/cast.ts";
import { Failed } from "../lib/result.ts";
import { writtenFieldError } from "../messages/pt-BR/documents/field-errors.ts";
import { failureSentence } from "../messages/pt-BR/failures/failures.ts";
import { writtenImportError } from "../messages/pt-BR/failures/import-errors.ts";
import { problemTitle, statusSentence } from "../messages/pt-BR/failures/problems.ts";
import type { Env } from "./env.ts";
import { STATUS_OF } from "./failure-status.ts";
import { Refused } from "./refused.ts";

/** Members of a failure that are not on the wire. */
const INTERNAL_FIELDS = new Set([
  "code",
  "why",
  "value",
  "retryAfterS",
  "constraint",
  "what",
  "permission",
  "role",
  "maxBytes",
  "where",
  "file",
  "lines",
]);

/** The internal field that a code shows all the same. */
const SHOWN_FIELDS: Readonly<Record<string, string>> = {
  "batch.too_large": "what",
  "webhook.url": "why",
  "auth.forbidden": "permission",
  "certificate.unreadable": "why",
  "certificate.file": "file",
};

/** The codes of answers that have a status and no failure. */
const CODE_OF: Readonly<Partial<Record<number, string>>> = {
  400: "http.bad_request",
  401: "auth.required",
  403: "auth.forbidden",
  404: "http.not_found",
  405: "http.method_not_allowed",
  413: "too_large",
  415: "unsupported_media_type",
  503: "overloaded",
};

/** One RFC 9457 answer; `error` repeats `detail`, because clients of S.G.E. read it. */
export function problem(
  c: Context<Env>,
  status: ContentfulStatusCode,
  code: string,
  detail: string,
  evidence: Record<string, unknown> = {},
): Response {
  c.set("problemCode", code);
  return c.body(
    JSON.stringify({
      // RFC 9457, 4.2.1: there is no page about the problem; `code` identifies it.
      type: "about:blank",
      title: problemTitle(status),
      status,
      detail,
      error: detail,
      // The form of products of S.G.E.'s web client reads this one.
      ...(c.req.method === "PUT" && c.req.path.startsWith("/api/products/")
        ? { message: detail }
        : {}),
      code,
      instance: c.req.path,
      request_id: c.var.requestId ?? null,
      ...evidence,
    }),
    status,
    { "content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store" },
  );
}

/** A typed failure as it is on the wire; used for whole answers and for the lines of a batch. */
export function problemOf(failure: AnsweredFailure): {
  status: ContentfulStatusCode;
  detail: string;
  evidence: Record<string, unknown>;
} {
  // RFC 9457 uses `status` for the number; the status of a note is `note_status`.
  const evidence: Record<string, unknown> = Object.fromEntries(
    Object.entries(failure)
      .filter(([name]) => !INTERNAL_FIELDS.has(name) || SHOWN_FIELDS[failure.code] === name)
      .map(([name, value]) => [name === "status" ? "note_status" : name, value]),
  );
  if (failure.code === "nfe.invalid") evidence.errors = failure.errors.map(writtenFieldError);
  if (failure.code === "movement.bad_lines")
    evidence.errors = failure.lines.map(({ line, field, failure: of }) => ({
      path: `/items/${line}/${field}`,
      code: of.code,
      message: failureSentence(of),
    }));
  if (failure.code === "import.invalid_lines")
    evidence.errors = failure.errors.map(writtenImportError);
  return { status: STATUS_OF[failure.code], detail: failureSentence(failure), evidence };
}

/** Answered with 503, but not transient. */
const PERMANENT: ReadonlySet<string> = new Set([
  "not_configured",
  "storage.gone",
  "storage.damaged",
]);

/** The failure of an error, also where drizzle has wrapped the error of its client. */
const failedIn = (error: Error): Failed | null =>
  error instanceof Failed ? error : error.cause instanceof Failed ? error.cause : null;

/** The answer for every error thrown in a request (`app.onError`). */
export function toProblem(error: Error, c: Context<Env>): Response {
  const failed = failedIn(error);
  if (failed !== null) {
    // Only our own flows construct Failed, and only with members of Failure; those of a command end no request.
    const failure = trusted<AnsweredFailure>(failed.failure);
    const { status, detail, evidence } = problemOf(failure);
    if ("retryAfterS" in failure)
      c.header("retry-after", String(Math.max(1, Math.ceil(failure.retryAfterS))));
    // 503 stands for load and transient faults: one warning for each refusal, no alarm.
    const passes = status === 503 && !PERMANENT.has(failure.code);
    if (status >= 500)
      c.var.ports?.log(passes ? "warn" : "error", "request.failed", {
        code: failure.code,
        ...(failure.code === "not_configured" ? { why: failure.why ?? null } : {}),
        request_id: c.var.requestId,
        trace_id: c.var.ports.trace.id,
      });
    return problem(c, status, failure.code, detail, evidence);
  }
  if (error instanceof Refused) return refusedProblem(c, error);
  if (error instanceof HTTPException) return httpProblem(c, error.status);
  if (hasLeft(c, error)) return new Response(null, { status: CLIENT_LEFT });
  c.var.ports?.log("error", "request.crashed", {
    name: error.name,
    where: whereOf(error),
    request_id: c.var.requestId,
    trace_id: c.var.ports.trace.id,
  });
  return problem(c, 500, "internal", statusSentence(500));
}

/** The problem of an inner request, as one of this request. */
function refusedProblem(c: Context<Env>, { status, problem: of }: Refused): Response {
  const { type, title, status: _, detail, error, code, instance, request_id, ...evidence } = of;
  // A route's own answer, or one of a tool: each has both members.
  const known = trusted<ContentfulStatusCode>(status);
  return problem(c, known, String(code), String(detail), evidence);
}

/** The status of a request whose client disconnected (nginx's 499); it appears only in the log and the metrics. */
export const CLIENT_LEFT = 499;

/** Whether the work was aborted because the client disconnected: no error of the service, and no answer is sent. */
function hasLeft(c: Context<Env>, error: Error): boolean {
  const signal = c.var.request?.signal;
  return signal?.aborted === true && (error === signal.reason || error.name === "AbortError");
}

/** The function and line in our source that threw; never the message, which may contain request data. */
const whereOf = (error: Error): string | null =>
  /^\s+at (.*\/src\/.*)$/m.exec(error.stack ?? "")?.[1]?.replace(/\S*(?=\/src\/)/, "") ?? null;

/** A bare status as a problem: unknown path, wrong method, body limit, malformed JSON. */
export function httpProblem(c: Context<Env>, status: ContentfulStatusCode): Response {
  return problem(c, status, CODE_OF[status] ?? `http.${status}`, statusSentence(status));
}
