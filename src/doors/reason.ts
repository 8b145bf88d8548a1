import type { Failure } from "../failures.ts";
import { sayFailure } from "../http/problem.ts";
import { trusted } from "../lib/cast.ts";
import { Failed } from "../lib/result.ts";

/** Why there is no service, in Portuguese, for the person who started it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Failed)) return error instanceof Error ? error.message : String(error);
  // Only our own flows construct Failed, and only with members of Failure.
  const failure = trusted<Failure>(error.failure);
  const { detail } = sayFailure(failure);
  return failure.code === "auth.weak_password" ? `ADMIN_PASSWORD: ${detail}` : detail;
}
