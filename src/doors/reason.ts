import type { Failure } from "../failures.ts";
import { sayFailure } from "../http/problem.ts";
import { trusted } from "../lib/cast.ts";
import { Failed } from "../lib/result.ts";
import { isWeather, type Refusal, refusalOf } from "../resilience/weather.ts";

const REFUSALS: Record<Refusal, string> = {
  "database.token_refused":
    "DATABASE_AUTH_TOKEN: o banco de dados recusa este token (vencido, de outro banco, ou sem permissão de gravar)",
  "database.not_there": "DATABASE_URL: não há banco de dados neste endereço",
  "database.blocked": "DATABASE_URL: a conta deste banco de dados está bloqueada",
};

/** Why there is no service, in Portuguese, for the person who started it. */
export function reasonOf(error: unknown): string {
  const refusal = refusalOf(error);
  if (refusal !== null) return REFUSALS[refusal];
  if (isWeather(error)) return "DATABASE_URL: o banco de dados não responde, ou está ocupado";
  if (!(error instanceof Failed)) return error instanceof Error ? error.message : String(error);
  // Only our own flows construct Failed, and only with members of Failure.
  const failure = trusted<Failure>(error.failure);
  const { detail } = sayFailure(failure);
  return failure.code === "auth.weak_password" ? `ADMIN_PASSWORD: ${detail}` : detail;
}
