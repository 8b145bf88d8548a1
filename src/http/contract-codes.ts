import { STATUS_OF } from "./failure-status.ts";

/** What a program may do with a refused request. */
export type Again = "mend" | "wait" | "look" | "no";

const statusOf: Readonly<Record<string, number>> = {
  ...STATUS_OF,
  "http.bad_request": 400,
  "http.not_found": 404,
  "http.method_not_allowed": 405,
  "request.invalid": 422,
  internal: 500,
};

/** Every code that a problem may have. */
export const PROBLEM_CODES: readonly [string, ...string[]] = [
  "internal",
  ...Object.keys(statusOf).filter((code) => code !== "internal"),
];

/** 503, but not for a while alone: a person must act. */
const STAYS: ReadonlySet<string> = new Set([
  "storage.full",
  "storage.gone",
  "storage.damaged",
  "storage.read_only",
  "not_configured",
]);

/**
 * Whether the same request may be sent again: `wait`: after Retry-After, it was not executed; `look`: it may have been executed;
 * `mend`: not before the request or the state has changed; `no`: a person must act.
 */
export function again(code: string): Again {
  const status = statusOf[code] ?? 500;
  if (STAYS.has(code)) return "no";
  if (status === 429 || status === 503) return "wait";
  if (status === 504) return "look";
  return status >= 500 ? "no" : "mend";
}

/** Codes with their statuses, as a text: `nfe.held (409)`. */
export const codeTable = (codes: readonly string[]): string =>
  codes.map((code) => `${code}${code in statusOf ? ` (${statusOf[code]})` : ""}`).join(", ");

/** For the contract: each code with its status, and whether to send the request again. */
export const problemCodes = () =>
  Object.fromEntries(
    PROBLEM_CODES.map((code) => [code, { status: statusOf[code], again: again(code) }]),
  );
