import { type FeedEvent, type FeedPosition, formatCursor } from "../../journal/feed.ts";
import { instant } from "../numbers.ts";

const encoder = new TextEncoder();

/** An event of the feed, as `GET /api/events` and the stream show it. */
export interface EventView {
  /** A cursor: `?after=` and `Last-Event-ID` take it. */
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly payload: Record<string, unknown>;
}

export const eventView = (event: FeedEvent): EventView => ({
  id: formatCursor(event.id),
  type: event.type,
  at: instant(event.at),
  payload: event.payload,
});

/**
 * One event of `text/event-stream` (WHATWG HTML, 9.2.6): name and data first, as S.G.E. wrote them, then what it did not
 * have. JSON has no line break of its own, and the name is one of ours.
 */
const frame = (name: string, json: string, ...rest: string[]): string =>
  `${[`event: ${name}`, `data: ${json}`, ...rest].join("\n")}\n\n`;

const placed = (id: FeedPosition): string => `id: ${formatCursor(id)}`;

/** How long a client waits before it connects again, when nobody has told it otherwise. */
const RETRY = "retry: 3000";

/** S.G.E.'s greeting, with the place from which the stream goes on: who is cut before the first event loses nothing. */
export const openFrame = (from: FeedPosition): Uint8Array =>
  encoder.encode(frame("connected", '{"message": "SSE connected"}', placed(from), RETRY));

const GAP = JSON.stringify({
  message: "Os eventos anteriores não estão mais disponíveis; recarregue a tela",
});

/** Events between the place that was asked for and this one may be missing. */
export const gapFrame = (from: FeedPosition): Uint8Array =>
  encoder.encode(frame("gap", GAP, placed(from)));

/** The end of a stream that is not the client's fault. Clients come back over four seconds, each at its own time. */
export const closeFrame = (number: number, message: string): Uint8Array =>
  encoder.encode(
    frame("bye", JSON.stringify({ message }), `retry: ${1_000 + (number % 40) * 100}`),
  );

export const HEARTBEAT = encoder.encode(": heartbeat\n\n");

/** A note that came in is told as S.G.E. tells it; everything else by its own type. */
function text(event: FeedEvent): string {
  const id = placed(event.id);
  if (event.type !== "nfe.registered")
    return frame(event.type, JSON.stringify(eventView(event)), id);
  const { number, supplier } = event.payload;
  const message = `Nova Nota Fiscal Detectada! Nº ${number} de ${supplier} aguarda aprovação.`;
  const told = { type: "NEW_NFE", message, data: { number, supplier } };
  return frame("NEW_NFE", JSON.stringify(told), id);
}

/** A batch is written once, however many clients it goes to; the bytes are theirs together. */
const written = new WeakMap<readonly FeedEvent[], Uint8Array>();

/** The events of a batch that come after a place, in one piece; null where there are none. */
export function eventFrames(batch: readonly FeedEvent[], after: FeedPosition): Uint8Array | null {
  const [first] = batch;
  if (first === undefined) return null;
  if (first.id > after) {
    const bytes = written.get(batch) ?? encoder.encode(batch.map(text).join(""));
    written.set(batch, bytes);
    return bytes;
  }
  const rest = batch.filter(({ id }) => id > after);
  return rest.length === 0 ? null : encoder.encode(rest.map(text).join(""));
}
