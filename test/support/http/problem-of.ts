import type { Answer } from "../app.ts";

/** What is wrong with an answer; null: nothing. */
export function complaint({ status, headers, body, text }: Answer): string | null {
  if (status === 500 || status === 503) return `${status}: ${text.slice(0, 300)}`;
  if (status < 400) return null;
  if (!headers.get("content-type")?.startsWith("application/problem+json"))
    return `${status} is ${headers.get("content-type")}`;
  const { type, title, detail, error, code, instance } = body ?? {};
  for (const [name, value] of Object.entries({ type, title, detail, code, instance }))
    if (typeof value !== "string" || value === "") return `no ${name}: ${text}`;
  if (detail !== error) return "error is not detail";
  if (body.request_id !== headers.get("x-request-id")) return "request_id is another";
  if (/\bat [\w.]+ \(|select |insert |SQLITE|libsql|\/src\//i.test(text)) return `tells: ${text}`;
  return null;
}
