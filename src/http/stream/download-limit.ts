import { holderOf } from "../../accounts/actor.ts";
import { type Quota, type QuotaLimits, quota, type Reservation } from "../../lib/quota.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Env } from "../env.ts";

/**
 * Files that are being read at a time while they are made: a reader that pauses holds a page of rows, and the next one. (One
 * that is there already is the runtime's to send, with its length, which Bun takes off a stream of ours.)
 */
const MOST: QuotaLimits = { person: 20, company: 200, all: 1_000 };

/** A download that nobody has asked for more is given up when another one wants its place. */
const UNREAD_MS = 120_000;

interface Download {
  readonly part: Reservation;
  asked: number;
  giveUp(): void;
}

interface Downloads {
  readonly places: Quota;
  readonly open: Set<Download>;
}

/** By the clock, which all requests of a process (on Workers: of an isolate) have in common. */
const known = new WeakMap<Ports["clock"], Downloads>();

function downloadsOf({ clock }: Pick<Ports, "clock">): Downloads {
  const made = known.get(clock) ?? { places: quota(MOST), open: new Set() };
  known.set(clock, made);
  return made;
}

/** How many files are being read now. */
export const openDownloads = (ports: Pick<Ports, "clock">): number =>
  downloadsOf(ports).places.used;

/**
 * The bytes as they are, counted as a download of whoever asks until they are read, given up, or not asked for any more.
 * Fails with PlatformFailure `share_exceeded` where the person has as many, with `overloaded` where the others have; then
 * `bytes` are given up.
 */
export function limitDownloads(
  c: { var: Env["Variables"] },
  bytes: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const { ports, actor, request } = c.var;
  const downloads = downloadsOf(ports);
  const part = downloads.places.open(holderOf(actor));
  let full = part.add(1);
  if (full !== null) {
    giveUpUnread(downloads, ports);
    full = part.add(1);
  }
  if (full !== null) {
    bytes.cancel().catch(() => undefined);
    throw refused(full === "person");
  }
  const reader = bytes.getReader();
  const end = () => {
    downloads.open.delete(download);
    part.release();
    request.signal.removeEventListener("abort", leave);
  };
  const leave = () => {
    end();
    reader.cancel().catch(() => undefined);
  };
  const download: Download = { part, asked: ports.clock.now(), giveUp: leave };
  downloads.open.add(download);
  request.signal.addEventListener("abort", leave, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      async pull(out) {
        download.asked = ports.clock.now();
        const { done, value } = await reader.read().catch((error) => {
          end();
          throw error;
        });
        if (!done) return out.enqueue(value);
        end();
        out.close();
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

function giveUpUnread({ open }: Downloads, { clock }: Pick<Ports, "clock">): void {
  const before = clock.now() - UNREAD_MS;
  for (const download of [...open]) if (download.asked <= before) download.giveUp();
}

const refused = (mine: boolean): Failed<PlatformFailure> =>
  new Failed(
    mine
      ? { code: "share_exceeded", what: "downloads", limit: MOST.person, retryAfterS: 5 }
      : { code: "overloaded", what: "streams", retryAfterS: 5 },
  );
