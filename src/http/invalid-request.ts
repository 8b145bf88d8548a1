import type { Context } from "hono";
import type { z } from "zod";
import { invalidFieldsSentence } from "../messages/pt-BR/failures/problems.ts";
import type { FieldError } from "../nfe/failures.ts";
import type { Env } from "./env.ts";
import { problem } from "./problem.ts";
import { jsonPointerOf } from "./strict-json.ts";

/** Routes that answer 400 for a field of the body, as S.G.E. did; new routes answer 422. */
const ANSWERED_400: ReadonlySet<string> = new Set([
  "/api/login",
  "/api/nfe/upload",
  "/api/movements",
  "/api/movements/batch",
  "/api/config/email",
  "/api/config/email/test",
  "/api/users",
]);
/** The one route of S.G.E. that answered 400 for what its query must have. */
const REPORT = "/api/reports/movements";
const answers400 = (path: string): boolean =>
  ANSWERED_400.has(path) || /^\/api\/(?:users\/[^/]+$|(?:products|categories)(?:\/|$))/.test(path);

/** Schema failures of a request (`defaultHook`): 422; 400 for the bodies of ANSWERED_400. */
export function invalidRequest(c: Context<Env>, target: string, error: z.core.$ZodError): Response {
  return invalidFields(
    c,
    target === "json" || target === "form",
    error.issues.map((issue) => ({
      path: jsonPointerOf(issue.path),
      code: issue.code ?? "invalid",
      message: issue.message,
    })),
  );
}

/** The answer for wrong fields of a request, in its body or elsewhere; it has the first MOST_FIELDS of them. */
export function invalidFields(
  c: Context<Env>,
  inBody: boolean,
  found: readonly FieldError[],
): Response {
  const errors = found.slice(0, MOST_FIELDS);
  const named = errors.slice(0, MOST_NAMED).map(({ path, message }) => `${path} ${message}`.trim());
  const more = found.length - named.length;
  return problem(
    c,
    (inBody && answers400(c.req.path)) || c.req.path === REPORT ? 400 : 422,
    "request.invalid",
    invalidFieldsSentence(named, more),
    { errors },
  );
}

/** Most fields in one answer, and most fields in its sentence: a body may have a hundred thousand wrong fields. */
const MOST_FIELDS = 100;
const MOST_NAMED = 10;
