import type { OutgoingAnswer, OutgoingFault } from "../ports/outgoing.ts";
import type { Ports } from "../ports/ports.ts";
import { VERSION } from "../version.ts";
import { signature } from "./secrets.ts";

/** Longest time until the head of an answer. */
const ATTEMPT_MS = 15_000;

/** One attempt to deliver an event. `status`: of the answer; `fault`: why there was none. Instants and durations in ms. */
export interface Attempt {
  readonly at: number;
  readonly status: number | null;
  readonly fault: Exclude<OutgoingFault, "private_address"> | null;
  readonly ms: number;
}

/** What came of an attempt, with the seconds of a header Retry-After. */
export interface Outcome extends Attempt {
  readonly retryAfterS: number | null;
}

/** An event in the shape of `GET /api/events`. */
export interface PostedEvent {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly payload: unknown;
}

/** Only a 2xx says that the event was received; a redirect is not followed. */
export const isReceived = ({ status }: Pick<Attempt, "status">): boolean =>
  status !== null && status >= 200 && status < 300;

/** The receiver does not want it any more (RFC 9110, 15.5.11). */
export const isGone = ({ status }: Pick<Attempt, "status">): boolean => status === 410;

/**
 * Posts an event as `GET /api/events` shows it, signed with each of `keys` (Standard Webhooks 1.0). `webhook-id` is the id of the
 * event, the same at every attempt. Rejects only when `signal` aborts.
 */
export async function attempt(
  ports: Pick<Ports, "outgoing" | "clock" | "meter" | "log">,
  url: string,
  keys: readonly string[],
  event: PostedEvent,
  { timeoutMs = ATTEMPT_MS, signal }: { timeoutMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<Outcome> {
  const at = ports.clock.now();
  const timestamp = Math.floor(at / 1_000);
  const body = JSON.stringify(event);
  const signatures = await Promise.all(
    keys.map((key) => signature(key, event.id, timestamp, body)),
  );
  const headers = {
    "content-type": "application/json",
    "user-agent": `sge/${VERSION}`,
    "webhook-id": event.id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
  const started = ports.meter.seconds();
  const answer = await ports.outgoing.post({ url, headers, body, timeoutMs }, signal);
  const ms = Math.round((ports.meter.seconds() - started) * 1_000);
  return { at, ms, ...outcomeOf(ports, answer) };
}

/** That a name leads to a private address only the log shows, so that no user can explore the names of our network. */
function outcomeOf(
  { log }: Pick<Ports, "log">,
  answer: OutgoingAnswer,
): Pick<Outcome, "status" | "fault" | "retryAfterS"> {
  if ("status" in answer) return { ...answer, fault: null };
  const { fault } = answer;
  if (fault !== "private_address") return { status: null, fault, retryAfterS: null };
  log("warn", "webhook.private_address");
  return { status: null, fault: "name_not_found", retryAfterS: null };
}
