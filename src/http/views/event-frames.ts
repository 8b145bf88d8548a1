import { type FeedEvent, type FeedPosition, formatCursor } from "../../journal/feed.ts";
import { shownEvent } from "../../journal/shown-event.ts";
import { newNoteSentence } from "../../messages/pt-BR/documents/hold-reasons.ts";

const encoder = new TextEncoder();

/**
 * One event of `text/event-stream` (WHATWG HTML, 9.2.6): name and data first, as in S.G.E., then further fields. The name is a
 * constant and JSON contains no line break, so that neither can begin a field.
 */
const frame = (name: string, json: string, ...rest: string[]): string =>
  `${[`event: ${name}`, `data: ${json}`, ...rest].join("\n")}\n\n`;

const idField = (id: FeedPosition): string => `id: ${formatCursor(id)}`;

/** The delay before a client reconnects, unless a close frame gives another. */
const RETRY = "retry: 3000";

/** The first frame of S.G.E., with the position of the stream, so that a client disconnected before any event loses none. */
export const openFrame = (from: FeedPosition): Uint8Array =>
  encoder.encode(frame("connected", '{"message": "SSE connected"}', idField(from), RETRY));

const GAP = JSON.stringify({
  message: "Os eventos anteriores não estão mais disponíveis; recarregue a tela",
});

/** Tells the client that events between its position and this one were removed. */
export const gapFrame = (from: FeedPosition): Uint8Array =>
  encoder.encode(frame("gap", GAP, idField(from)));

/** The last frame of a stream that the server ends. Clients reconnect spread over four seconds, by their `number`. */
export const closeFrame = (number: number, message: string): Uint8Array =>
  encoder.encode(
    frame("bye", JSON.stringify({ message }), `retry: ${1_000 + (number % 40) * 100}`),
  );

export const HEARTBEAT = encoder.encode(": heartbeat\n\n");

/** The frame of an event: a registered note in the form of S.G.E., every other event by its type. */
function eventFrame(event: FeedEvent): string {
  const id = idField(event.id);
  if (event.type !== "nfe.registered")
    return frame(event.type, JSON.stringify(shownEvent(event)), id);
  const { number, supplier, status, holds } = event.payload;
  const message = newNoteSentence(String(number), String(supplier), {
    status: String(status ?? ""),
    holds: Array.isArray(holds) ? holds.map(String) : [],
  });
  const data = { type: "NEW_NFE", message, data: { number, supplier } };
  return frame("NEW_NFE", JSON.stringify(data), id);
}

/** The bytes of a batch, made once for all clients that get it. */
const encoded = new WeakMap<readonly FeedEvent[], Uint8Array>();

/** The frames of a batch's events after a position, as one chunk; null when there are none. */
export function eventFrames(batch: readonly FeedEvent[], after: FeedPosition): Uint8Array | null {
  const [first] = batch;
  if (first === undefined) return null;
  if (first.id > after) {
    const bytes = encoded.get(batch) ?? encoder.encode(batch.map(eventFrame).join(""));
    encoded.set(batch, bytes);
    return bytes;
  }
  const rest = batch.filter(({ id }) => id > after);
  return rest.length === 0 ? null : encoder.encode(rest.map(eventFrame).join(""));
}
