import { originalFrom } from "../../lib/original.ts";
import { JOB_KEPT_MS } from "../../lib/retention.ts";
import { guessParts } from "../../nfe/container/open-container.ts";
import type { Ports } from "../../ports/ports.ts";
import { ALWAYS, type WriteStatement } from "../../ports/sql.ts";
import { keyHint } from "../upload/key-hint.ts";
import { BATCH_LIMITS } from "../upload/limits.ts";
import type { UploadEntry } from "../upload/upload-entry.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import type { BatchResult } from "./batch-result.ts";
import type { NewJobItem } from "./job-items.ts";

/** An item before its follower is known, and the access key that it probably has. */
export type ItemDraft = Omit<NewJobItem, "follower"> & { readonly hint: string | null };

/** A draft with the statements that store its bytes, and their number. */
export interface PreparedItem {
  readonly draft: ItemDraft;
  readonly statements: readonly WriteStatement[];
  readonly bytes: number;
}

/** How many documents the containers of a job may still have together: a small file holds many. */
export class PartsLimit {
  #parts = 0;

  /** Counts a document's parts; the failure, and no count, when they are too many. */
  count(bytes: Uint8Array): IngestFailure | null {
    const got = this.#parts + guessParts(bytes);
    const limit = BATCH_LIMITS.documents;
    if (got > limit) return { code: "batch.too_large", what: "documents", limit, got };
    this.#parts = got;
    return null;
  }
}

/** Reads an entry's bytes, to be stored for as long as a job is kept; an entry without bytes has its result already. */
export async function prepareItem(
  ports: Pick<Ports, "originals" | "clock" | "meter">,
  company: number,
  position: number,
  entry: UploadEntry,
  parts: PartsLimit,
  signal?: AbortSignal,
): Promise<PreparedItem> {
  const { file } = entry;
  const opened = await open(ports, entry, parts, signal);
  if (!(opened instanceof Uint8Array)) {
    const draft = { position, file, sha256: null, hint: null, results: [opened] };
    return { draft, statements: [], bytes: 0 };
  }
  const original = await originalFrom(opened);
  const until = ports.clock.now() + JOB_KEPT_MS;
  return {
    draft: { position, file, sha256: original.sha256, hint: keyHint(opened), results: [] },
    statements: await ports.originals.store(company, original, ALWAYS, until),
    bytes: opened.byteLength,
  };
}

/** The bytes of a document, or the result of an entry that has none. */
async function open(
  ports: Pick<Ports, "meter">,
  entry: UploadEntry,
  parts: PartsLimit,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | BatchResult> {
  const { file } = entry;
  const rejected = (failure: IngestFailure): BatchResult => {
    ports.meter.count("nfe_refusals_total", { code: failure.code });
    return { file, outcome: "rejected", accessKey: null, failure };
  };
  if (entry.kind === "ignored") return { file, outcome: "ignored", why: entry.why };
  if (entry.kind === "rejected") return rejected(entry.failure);
  const inflated = await entry.bytes(signal);
  if (!inflated.ok) return rejected(inflated.error);
  const tooMany = parts.count(inflated.value);
  return tooMany === null ? inflated.value : rejected(tooMany);
}

/**
 * Links the items that probably have one access key, in the order sent. The message of a `first` item is sent with its job; the
 * message of a follower is sent when the item before it is done.
 */
export function linkFollowers<T extends Pick<ItemDraft, "position" | "sha256" | "hint">>(
  drafts: readonly T[],
): { item: Omit<T, "hint"> & { readonly follower: number | null }; first: boolean }[] {
  const next = new Map<string, number>();
  const items = drafts
    .toReversed()
    .map(({ hint, ...draft }) => {
      const follower = hint === null ? null : (next.get(hint) ?? null);
      if (hint !== null) next.set(hint, draft.position);
      return { ...draft, follower };
    })
    .toReversed();
  const followers = new Set(items.map(({ follower }) => follower));
  return items.map((item) => ({
    item,
    first: item.sha256 !== null && !followers.has(item.position),
  }));
}
