import { eventsAfter, type FeedEvent, type FeedPosition } from "../../journal/feed.ts";
import { type FeedSubscription, feedBroadcaster } from "../../journal/feed-broadcaster.ts";
import type { Holder } from "../../lib/quota.ts";
import { closeFrame, eventFrames, gapFrame, HEARTBEAT, openFrame } from "../views/event-frames.ts";

/** Bytes that may wait for a client that does not read; beyond, it is cut off and resumes when it comes back. */
const WAITING_BYTES = 256 * 1024;
/** Events read at once for a client that catches up. */
const PAGE = 200;
/** Proxies and Bun cut what is quiet for ten seconds or more. */
const HEARTBEAT_MS = 8_000;

/** Longest time that a client may not ask for more: only one that reads keeps its place. */
const UNREAD_MS = 60_000;
/** The same for a stream that has said its last, which is only kept for that. */
const FAREWELL_MS = 10_000;

/** What a stream is for. */
export interface StreamOptions {
  readonly holder: Holder;
  /** Everything up to here is known to the client. */
  readonly from: FeedPosition;
  /** Events between `from` and what is kept may be missing. */
  readonly expired: boolean;
  /** Asked at every heartbeat: false ends the stream (the token was revoked). Rejects where it cannot be told now. */
  isAuthorised(): Promise<boolean>;
  /** The client took something: it is alive. */
  onRead(): void;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

type StreamPorts = Parameters<typeof feedBroadcaster>[0];

/**
 * A company's feed from a place on, as server-sent events: first what is in the database, then what comes. Every event
 * once and in order. What waits for the client is bounded; its pages are read when it asks for them, and one that does not ask
 * loses its place.
 * Fails with PlatformFailure `overloaded` or `share_exceeded` when there are too many streams, before anything is sent.
 */
export function eventStream(
  ports: StreamPorts,
  following: StreamOptions,
): ReadableStream<Uint8Array> {
  const client = new Client(ports, following);
  return new ReadableStream<Uint8Array>(
    {
      start: (out) => client.open(out),
      pull: (out) => client.pull(out),
      cancel: () => client.cancel(),
    },
    { highWaterMark: 0 },
  );
}

/** One reader of the feed. */
class Client {
  /** Bytes for the client, oldest first; the follower's are shared with other clients. */
  private readonly waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private position: FeedPosition;
  private live = false;
  /** Nothing more comes; what waits is still sent. */
  private ended = false;
  /** The stream itself takes nothing more. */
  private closed = false;
  private checking = false;
  /** The client waits for more. */
  private asking = false;
  /** When it last did, or (`ended`) when it was last to be told something. */
  private asked: number;
  private heard: number;
  private readonly place: FeedSubscription;
  private out: ReadableStreamDefaultController<Uint8Array> | null = null;
  private ring: (() => void) | null = null;

  constructor(
    private readonly ports: StreamPorts,
    private readonly following: StreamOptions,
  ) {
    this.position = following.from;
    this.asked = ports.clock.now();
    this.place = feedBroadcaster(ports).subscribe(following.holder, {
      events: (batch) => this.events(batch),
      tick: (now) => this.tick(now),
      stop: () => this.end("A conexão é renovada de tempos em tempos; reconecte em instantes"),
    });
    // Heartbeats of many clients that came together are spread over the seconds between two.
    this.heard = ports.clock.now() - (this.place.number % 8) * 1_000;
    this.push(openFrame(following.from));
    if (following.expired) this.push(gapFrame(following.from));
    following.signal.addEventListener("abort", () => this.leave(), { once: true });
    if (following.signal.aborted) this.leave();
  }

  open(out: ReadableStreamDefaultController<Uint8Array>): void {
    this.out = out;
  }

  /** Called when the client has taken what it got, and only then. */
  async pull(out: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.following.onRead();
    this.asking = true;
    const bytes = await this.next()
      .catch((error) => {
        this.leave();
        throw error;
      })
      .finally(() => {
        this.asking = false;
        this.asked = this.ports.clock.now();
      });
    if (bytes !== null) return out.enqueue(bytes);
    this.leave();
    if (!this.closed) out.close();
  }

  /** The client has gone. */
  cancel(): void {
    this.closed = true;
    this.leave();
  }

  private leave(): void {
    this.ended = true;
    this.place.unsubscribe();
    this.ring?.();
  }

  private async next(): Promise<Uint8Array | null> {
    for (;;) {
      const bytes = this.waiting.shift();
      if (bytes !== undefined) {
        this.waitingBytes -= bytes.byteLength;
        return bytes;
      }
      if (this.ended) return null;
      if (this.live) await this.rung();
      else await this.catchUp();
    }
  }

  private rung(): Promise<void> {
    return new Promise((resolve) => {
      this.ring = resolve;
    });
  }

  /** One page from the database; when there is none left, the follower takes over. */
  private async catchUp(): Promise<void> {
    const { company } = this.following.holder;
    const batch = await eventsAfter(this.ports, company, this.position, PAGE);
    this.events(batch);
    if (batch.length === 0 && !this.ended) this.live = this.place.startFrom(this.position);
    await this.ports.yieldToEventLoop();
  }

  private events(batch: readonly FeedEvent[]): void {
    const bytes = eventFrames(batch, this.position);
    if (bytes === null || this.ended) return;
    this.position = batch.at(-1)?.id ?? this.position;
    this.push(bytes);
  }

  private push(bytes: Uint8Array): void {
    // One piece is always taken: what is bounded is what comes before the client has read the last.
    if (this.waiting.length > 0 && this.waitingBytes + bytes.byteLength > WAITING_BYTES) {
      this.cut();
      return;
    }
    this.waiting.push(bytes);
    this.waitingBytes += bytes.byteLength;
    this.ring?.();
    this.ring = null;
  }

  /** The client does not read. It has lost nothing: it comes back with the id of the last event that it saw. */
  private cut(): void {
    this.ports.log("info", "stream.slow", {
      company: this.following.holder.company,
      bytes: this.waitingBytes,
    });
    this.waiting.length = 0;
    this.cancel();
    this.out?.error(new DOMException("the client does not read", "AbortError"));
  }

  private end(message: string): void {
    if (this.ended) return;
    this.ended = true;
    this.asked = this.ports.clock.now();
    this.push(closeFrame(this.place.number, message));
  }

  private tick(now: number): void {
    const patience = this.ended ? FAREWELL_MS : UNREAD_MS;
    const unread = !this.asking && now - this.asked >= patience;
    if (unread) this.cut();
    if (this.ended || this.checking || Math.abs(now - this.heard) < HEARTBEAT_MS) return;
    this.heard = now;
    // What waits is a sign of life already.
    if (this.waiting.length === 0) this.push(HEARTBEAT);
    this.checking = true;
    this.following
      .isAuthorised()
      .then((may) => may || this.end("A sessão foi encerrada; entre de novo"))
      // A database that does not answer now is no reason to send anybody away.
      .catch(() => undefined)
      .finally(() => {
        this.checking = false;
      });
  }
}
