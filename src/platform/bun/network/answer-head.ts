import type { OutgoingAnswer } from "../../../ports/outgoing.ts";
import { retryAfterOf } from "../../../resilience/retry-after.ts";

/**
 * The status and Retry-After in the first bytes of an HTTP/1.1 answer (RFC 9112, 4), behind interim answers (1xx). Null: its head
 * is not complete yet. `broken`: it is no HTTP.
 */
export function answerOf(bytes: string): OutgoingAnswer | "broken" | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (!"HTTP/1.".startsWith(bytes.slice(0, 7))) return "broken";
  if (end === -1) return null;
  const head = bytes.slice(0, end);
  const status = Number(/^HTTP\/1\.[01] ([1-5]\d\d)(?:[ \r]|$)/.exec(head)?.[1]);
  if (!Number.isInteger(status)) return "broken";
  if (status < 200 && status !== 101) return answerOf(bytes.slice(end + 4));
  return { status, retryAfterS: retryAfterOf(/\r\nretry-after:[ \t]*([^\r]*)/i.exec(head)?.[1]) };
}
