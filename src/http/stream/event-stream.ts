import { eventsAfter, type FeedEvent, type FeedPosition } from "../../journal/feed.ts";
import { type FeedSubscription, feedBroadcaster } from "../../journal/feed-broadcaster.ts";
import type { Holder } from "../../lib/quota.ts";
import { closeFrame, eventFrames, gapFrame, HEARTBEAT, openFrame } from "../views/event-frames.ts";

/** Bytes that may wait for a slow client; beyond, it is disconnected, and resumes with Last-Event-ID. */
const MAX_BUFFERED_BYTES = 256 * 1024;
/** Events of one read for a client that is behind. */
const PAGE = 200;
/** Proxies and Bun close a connection that is idle for ten seconds. */
const HEARTBEAT_MS = 8_000;

/** A client that has not read for so long is disconnected, so that another one can have its place. */
const UNREAD_MS = 60_000;
/** The same after the close frame: the stream stays open only until that is read. */
const CLOSING_MS = 10_000;

/** Whose stream it is, and where it begins. */
export interface StreamOptions {
  readonly holder: Holder;
  /** The client has every event up to this position. */
  readonly from: FeedPosition;
  /** Events after the client's own position were removed: it gets a gap frame first. */
  readonly expired: boolean;
  /** Called at every heartbeat; false (the token was revoked) ends the stream. Rejects when the database does not answer. */
  isAuthorised(): Promise<boolean>;
  /** Called each time the client has read. */
  onRead(): void;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
}

type StreamPorts = Parameters<typeof feedBroadcaster>[0];

/**
 * A company's feed from a position, as server-sent events: first those in the database, then new ones, each once and in order.
 * Bytes that wait for the client are bounded. Pages are read from the database only as the client reads; a client that stops
 * reading is disconnected. Fails with PlatformFailure `overloaded` or `share_exceeded` when there are too many streams.
 */
export function eventStream(
  ports: StreamPorts,
  options: StreamOptions,
): ReadableStream<Uint8Array> {
  const client = new StreamClient(ports, options);
  return new ReadableStream<Uint8Array>(
    {
      start: (out) => client.open(out),
      pull: (out) => client.pull(out),
      cancel: () => client.cancel(),
    },
    { highWaterMark: 0 },
  );
}

/** One connected client of the feed. */
class StreamClient {
  /** Frames for the client, oldest first; the bytes of new events are shared with other clients. */
  private readonly buffer: Uint8Array[] = [];
  private bufferedBytes = 0;
  private position: FeedPosition;
  /** Events come from the broadcaster; before that, from the database. */
  private live = false;
  /** No frame is added any more; those in the buffer are still sent. */
  private ended = false;
  /** The stream accepts no more bytes. */
  private closed = false;
  private checking = false;
  /** The client waits for bytes. */
  private reading = false;
  /** When the client last read, or (`ended`) when the close frame was added. */
  private lastReadAt: number;
  private lastHeartbeatAt: number;
  private readonly subscription: FeedSubscription;
  private out: ReadableStreamDefaultController<Uint8Array> | null = null;
  private wake: (() => void) | null = null;

  constructor(
    private readonly ports: StreamPorts,
    private readonly options: StreamOptions,
  ) {
    this.position = options.from;
    this.lastReadAt = ports.clock.now();
    this.subscription = feedBroadcaster(ports).subscribe(options.holder, {
      events: (batch) => this.events(batch),
      tick: (now) => this.tick(now),
      stop: () => this.end("A conexão é renovada de tempos em tempos; reconecte em instantes"),
    });
    // Spreads the heartbeats of clients that connected at the same time over eight seconds.
    this.lastHeartbeatAt = ports.clock.now() - (this.subscription.number % 8) * 1_000;
    this.push(openFrame(options.from));
    if (options.expired) this.push(gapFrame(options.from));
    options.signal.addEventListener("abort", () => this.leave(), { once: true });
    if (options.signal.aborted) this.leave();
  }

  open(out: ReadableStreamDefaultController<Uint8Array>): void {
    this.out = out;
  }

  /** Called by the runtime when the client has read all bytes so far. */
  async pull(out: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.options.onRead();
    this.reading = true;
    const bytes = await this.next()
      .catch((error) => {
        this.leave();
        throw error;
      })
      .finally(() => {
        this.reading = false;
        this.lastReadAt = this.ports.clock.now();
      });
    if (bytes !== null) return out.enqueue(bytes);
    this.leave();
    if (!this.closed) out.close();
  }

  /** Called when the client disconnects. */
  cancel(): void {
    this.closed = true;
    this.leave();
  }

  private leave(): void {
    this.ended = true;
    this.subscription.unsubscribe();
    this.wake?.();
  }

  private async next(): Promise<Uint8Array | null> {
    for (;;) {
      const bytes = this.buffer.shift();
      if (bytes !== undefined) {
        this.bufferedBytes -= bytes.byteLength;
        return bytes;
      }
      if (this.ended) return null;
      if (this.live) await this.nextFrame();
      else await this.catchUp();
    }
  }

  private nextFrame(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** Reads one page from the database; after the last one the broadcaster delivers the events. */
  private async catchUp(): Promise<void> {
    const { company } = this.options.holder;
    const batch = await eventsAfter(this.ports, company, this.position, PAGE);
    this.events(batch);
    if (batch.length === 0 && !this.ended) this.live = this.subscription.startFrom(this.position);
    await this.ports.yieldToEventLoop();
  }

  private events(batch: readonly FeedEvent[]): void {
    const bytes = eventFrames(batch, this.position);
    if (bytes === null || this.ended) return;
    this.position = batch.at(-1)?.id ?? this.position;
    this.push(bytes);
  }

  private push(bytes: Uint8Array): void {
    // An empty buffer accepts any size: the limit is for what is added before the client has read.
    if (this.buffer.length > 0 && this.bufferedBytes + bytes.byteLength > MAX_BUFFERED_BYTES) {
      this.disconnect();
      return;
    }
    this.buffer.push(bytes);
    this.bufferedBytes += bytes.byteLength;
    this.wake?.();
    this.wake = null;
  }

  /** For a client that does not read. No event is lost: it reconnects with the id of the last event that it read. */
  private disconnect(): void {
    this.ports.log("info", "stream.slow", {
      company: this.options.holder.company,
      bytes: this.bufferedBytes,
    });
    this.buffer.length = 0;
    this.cancel();
    this.out?.error(new DOMException("the client does not read", "AbortError"));
  }

  private end(message: string): void {
    if (this.ended) return;
    this.ended = true;
    this.lastReadAt = this.ports.clock.now();
    this.push(closeFrame(this.subscription.number, message));
  }

  private tick(now: number): void {
    const maxUnreadMs = this.ended ? CLOSING_MS : UNREAD_MS;
    const unread = !this.reading && now - this.lastReadAt >= maxUnreadMs;
    if (unread) this.disconnect();
    if (this.ended || this.checking || Math.abs(now - this.lastHeartbeatAt) < HEARTBEAT_MS) return;
    this.lastHeartbeatAt = now;
    // Frames in the buffer keep the connection open as a heartbeat would.
    if (this.buffer.length === 0) this.push(HEARTBEAT);
    this.checking = true;
    this.options
      .isAuthorised()
      .then((authorised) => authorised || this.end("A sessão foi encerrada; entre de novo"))
      // A database that does not answer now does not end the stream.
      .catch(() => undefined)
      .finally(() => {
        this.checking = false;
      });
  }
}
