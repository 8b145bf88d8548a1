import { holderOf } from "../../accounts/actor.ts";
import { type Quota, type QuotaLimits, quota } from "../../lib/quota.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Env } from "../env.ts";

/**
 * Files that are written while they are downloaded: each keeps two pages of rows in memory while its reader pauses. A file
 * that is complete is not counted: the runtime sends it with its length, which Bun removes from a stream of ours.
 */
const LIMITS: QuotaLimits = { person: 20, company: 200, all: 1_000 };

/** Of other companies than the one that is open a person has one download at a time, in all of them together. */
const ELSEWHERE: QuotaLimits = { person: 1, company: Infinity, all: Infinity };

/** A download that was not read for so long is cancelled when another one needs its place. */
const UNREAD_MS = 120_000;

interface Download {
  lastReadAt: number;
  cancel(): void;
}

interface Downloads {
  readonly quota: Quota;
  readonly elsewhere: Quota;
  readonly open: Set<Download>;
}

/** Keyed by the clock, which all requests of a process (on Workers: of an isolate) share. */
const downloadsByProcess = new WeakMap<Ports["clock"], Downloads>();

function downloadsOf({ clock }: Pick<Ports, "clock">): Downloads {
  const downloads = downloadsByProcess.get(clock) ?? {
    quota: quota(LIMITS),
    elsewhere: quota(ELSEWHERE),
    open: new Set(),
  };
  downloadsByProcess.set(clock, downloads);
  return downloads;
}

/** How many downloads are open now. */
export const openDownloads = (ports: Pick<Ports, "clock">): number => downloadsOf(ports).quota.used;

/**
 * The same bytes, counted as a download of the caller until they are read to the end, cancelled, or not read for UNREAD_MS
 * while another download needs the place. Fails with PlatformFailure `share_exceeded` at the limit of the user, with
 * `overloaded` at that of the company or of all; `bytes` are then cancelled.
 */
export function limitDownloads(
  c: { var: Env["Variables"] },
  bytes: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const { ports, actor, request } = c.var;
  const downloads = downloadsOf(ports);
  const reservation = downloads.quota.open(holderOf(actor));
  const elsewhere =
    actor.openCompany === undefined
      ? null
      : downloads.elsewhere.open({ company: 0, person: String(actor.userId) });
  const reserve = () => {
    if (elsewhere !== null && elsewhere.add(1) !== null) return refused(ELSEWHERE.person);
    const exceeded = reservation.add(1);
    if (exceeded === null) return null;
    elsewhere?.release();
    return refused(exceeded === "person" ? LIMITS.person : null);
  };
  let refusal = reserve();
  if (refusal !== null) {
    cancelUnread(downloads, ports);
    refusal = reserve();
  }
  if (refusal !== null) {
    bytes.cancel().catch(() => undefined);
    throw refusal;
  }
  const reader = bytes.getReader();
  const end = () => {
    downloads.open.delete(download);
    reservation.release();
    elsewhere?.release();
    request.signal.removeEventListener("abort", cancel);
  };
  const cancel = () => {
    end();
    reader.cancel().catch(() => undefined);
  };
  const download: Download = { lastReadAt: ports.clock.now(), cancel };
  downloads.open.add(download);
  request.signal.addEventListener("abort", cancel, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      async pull(out) {
        download.lastReadAt = ports.clock.now();
        const { done, value } = await reader.read().catch((error) => {
          end();
          throw error;
        });
        if (!done) return out.enqueue(value);
        end();
        out.close();
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
}

function cancelUnread({ open }: Downloads, { clock }: Pick<Ports, "clock">): void {
  const readBefore = clock.now() - UNREAD_MS;
  for (const download of [...open]) if (download.lastReadAt <= readBefore) download.cancel();
}

/** `limit`: the one of the user that refuses; null: it is another one. */
const refused = (limit: number | null): Failed<PlatformFailure> =>
  new Failed(
    limit !== null
      ? { code: "share_exceeded", what: "downloads", limit, retryAfterS: 5 }
      : { code: "overloaded", what: "streams", retryAfterS: 5 },
  );
