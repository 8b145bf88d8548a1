import { setTimeout as waited } from "node:timers/promises";
import { grouped } from "../../lib/amount.ts";
import { bodyOf } from "../service/exact-json.ts";
import { RequestRefused, type Service, ServiceUnreachable } from "../service/service-client.ts";
import { batchesOf } from "./find-files.ts";
import { type Fate, isComplete, sendWatched } from "./send-watched.ts";
import {
  codeOf,
  filesOf,
  isUnchanged,
  MOST_TAKEN,
  moveSent,
  prepareFolder,
  putBack,
  REFUSED,
  type Seen,
  TAKEN,
} from "./watched-folder.ts";

export interface WatchOptions {
  /** Undefined: the company's setting `auto_approve`. */
  readonly approve?: boolean | undefined;
  /** How long a file stays as it is before it is read; and how long one that is not complete. */
  readonly settleMs: number;
  readonly unfinishedMs: number;
  /** Ends when nothing is left that could be sent. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** Waits while the service is away: the first and the longest. */
  readonly offlineMs?: { readonly first: number; readonly most: number };
}

/** What a watch says: one line of --json each. */
export interface WatchLine {
  readonly event: "watching" | "taken" | "refused" | "later" | "offline" | "online" | "stopped";
  readonly file?: string;
  readonly moved_to?: string;
  readonly message?: string;
  readonly documents?: Fate["documents"];
}

/** What became of the files. */
export interface WatchTally {
  taken: number;
  refused: number;
  /** Files that are still in the folder, and were tried. */
  left: number;
}

/** Waits after an outage, and before a file that failed is sent again: the first and the longest. */
const OFFLINE_MS = { first: 2_000, most: 60_000 };
const LATER_MS = { first: 60_000, most: 3_600_000 };

interface Waiting {
  readonly seen: Seen;
  /** Since when it is as it is, and until when it is not tried again; ms of a clock that only goes on. */
  readonly since: number;
  readonly notBefore: number;
  readonly waitMs: number;
}

/**
 * Sends what comes into a folder until `signal` aborts, or once. A file is in the folder until the service has it, so that one killed
 * at any point is sent again, and is then a duplicate; several watches of one folder send some files twice, and move each once. While
 * the service is away it waits, and opens it again. Fails with `RequestRefused` where the service takes no credential, and with an
 * Error (Portuguese) where files cannot be moved.
 */
export async function watchFolder(
  folder: string,
  open: () => Promise<Service>,
  options: WatchOptions,
  say: (line: WatchLine) => void,
): Promise<WatchTally> {
  await prepareFolder(folder);
  const watch = new Watch(folder, open, options, say);
  try {
    await watch.run();
  } finally {
    await watch.close();
  }
  say({ event: "stopped" });
  return watch.tally;
}

class Watch {
  readonly tally: WatchTally = { taken: 0, refused: 0, left: 0 };
  private waiting = new Map<string, Waiting>();
  private service: Service | null = null;
  private proven = false;
  private offlineMs = 0;
  private isNamed = false;

  constructor(
    private readonly folder: string,
    private readonly open: () => Promise<Service>,
    private readonly options: WatchOptions,
    private readonly say: (line: WatchLine) => void,
  ) {}

  async run(): Promise<void> {
    const { once, settleMs, signal } = this.options;
    const pollMs = Math.min(2_000, Math.max(50, settleMs));
    while (!signal.aborted) {
      const paused = await this.pass().catch((error: unknown) => this.afterFault(error));
      if (signal.aborted || (once && this.isDone())) break;
      // A full pass has more to take at once.
      const waitMs = paused ?? pollMs;
      await waited(waitMs, undefined, { signal }).catch(() => undefined);
    }
    this.tally.left = this.waiting.size;
  }

  async close(): Promise<void> {
    const { service } = this;
    this.service = null;
    this.proven = false;
    await service?.close();
  }

  /** Once: every file that is still here was tried. */
  private isDone = (): boolean => [...this.waiting.values()].every((one) => one.waitMs > 0);

  private async pass(): Promise<number | null> {
    await this.connected();
    await putBack(this.folder, Date.now());
    const now = performance.now();
    const before = this.waiting;
    this.waiting = new Map();
    const ready: Seen[] = [];
    for (const seen of await filesOf(this.folder)) {
      const known = before.get(seen.name);
      const stays = known !== undefined && isUnchanged(known.seen, seen);
      const one = stays ? known : { seen, since: now, notBefore: 0, waitMs: 0 };
      this.waiting.set(seen.name, one);
      if (now - one.since < this.options.settleMs || now < one.notBefore) continue;
      if (ready.length < MOST_TAKEN) ready.push(seen);
    }
    const whole: Seen[] = [];
    for (const seen of ready)
      if (this.isOverdue(seen.name) || (await isComplete(seen))) whole.push(seen);
    const byPath = new Map(whole.map((seen) => [seen.path, seen]));
    const batches = batchesOf(
      whole.map(({ path, size, name }) => ({ path, size, zip: /\.zip$/i.test(name) })),
    );
    for (const batch of batches) {
      if (this.options.signal.aborted) break;
      const files = batch.flatMap(({ path }) => byPath.get(path) ?? []);
      const fates = await sendWatched(await this.connected(), files, this.options);
      this.sayBack();
      for (const fate of fates) await this.settle(fate);
    }
    return ready.length === MOST_TAKEN ? 0 : null;
  }

  private isOverdue(name: string): boolean {
    const one = this.waiting.get(name);
    return one !== undefined && performance.now() - one.since >= this.options.unfinishedMs;
  }

  /** The service, which has taken the credential: a 401 after that is of a token that has expired. */
  private async connected(): Promise<Service> {
    if (this.service !== null) return this.service;
    const service = await this.open();
    this.service = service;
    const { company } = await bodyOf(service.api.api.me.$get());
    this.proven = true;
    this.sayBack();
    if (!this.isNamed)
      this.say({
        event: "watching",
        file: this.folder,
        message: `${company.name}, ${service.where}`,
      });
    this.isNamed = true;
    return service;
  }

  /** Moves a file by what became of it, or keeps it for later. */
  private async settle(fate: Fate): Promise<void> {
    const { seen, outcome, documents, message } = fate;
    if (outcome === "gone") return void this.waiting.delete(seen.name);
    // A document that is cut off may still be in the writing.
    if (outcome === "cut" && !this.isOverdue(seen.name)) return this.hold(seen);
    if (outcome === "later") return this.keep(seen, message);
    const target = outcome === "taken" ? TAKEN : REFUSED;
    const why = outcome === "taken" ? null : message;
    try {
      const to = await moveSent(this.folder, target, { ...seen, hash: fate.hash }, why);
      this.waiting.delete(seen.name);
      if (to === null) return;
      if (outcome === "taken") this.tally.taken += 1;
      else this.tally.refused += 1;
      const event = outcome === "taken" ? "taken" : "refused";
      this.say({ event, file: seen.name, moved_to: to, message, documents });
    } catch (error) {
      this.keep(seen, `Não foi possível mover o arquivo (${codeOf(error) || String(error)})`);
    }
  }

  /** Until it has been as it is for long enough. */
  private hold(seen: Seen): void {
    const known = this.waiting.get(seen.name);
    if (known === undefined) return;
    const notBefore = known.since + this.options.unfinishedMs;
    this.waiting.set(seen.name, { ...known, notBefore });
  }

  private keep(seen: Seen, message: string): void {
    const known = this.waiting.get(seen.name);
    if (known === undefined) return;
    const waitMs = Math.min(LATER_MS.most, known.waitMs === 0 ? LATER_MS.first : known.waitMs * 2);
    this.waiting.set(seen.name, { ...known, notBefore: performance.now() + waitMs, waitMs });
    this.say({ event: "later", file: seen.name, message });
  }

  /** How long to wait after a fault of the service; throws what does not pass. */
  private async afterFault(error: unknown): Promise<number> {
    const { once, signal } = this.options;
    if (signal.aborted) return 0;
    const expired = error instanceof RequestRefused && error.status === 401 && this.proven;
    const away =
      error instanceof ServiceUnreachable ||
      (error instanceof RequestRefused && error.status >= 500);
    if (!expired && (!away || once)) throw error;
    await this.close();
    if (expired) return 0;
    if (this.offlineMs === 0) this.say({ event: "offline", message: error.message });
    const { first, most } = this.options.offlineMs ?? OFFLINE_MS;
    this.offlineMs = Math.min(most, Math.max(first, this.offlineMs * 2));
    return this.offlineMs;
  }

  private sayBack(): void {
    if (this.offlineMs === 0) return;
    this.offlineMs = 0;
    this.say({ event: "online" });
  }
}

/** The documents of a line for people: `nota 3526… aprovada; nota 3526… com pendência: …`. At most `most` of them. */
export function documentsText(documents: Fate["documents"], most: number): string {
  const shown = documents.slice(0, most).map((one) => {
    const holds = one.holds.map(({ message }) => message).join(" ");
    const key = one.access_key === null ? "" : `${one.access_key} `;
    return `${key}${one.message}${holds === "" ? "" : ` ${holds}`}`;
  });
  const more = documents.length - shown.length;
  return [...shown, ...(more > 0 ? [`e mais ${grouped(more)}`] : [])].join("; ");
}
