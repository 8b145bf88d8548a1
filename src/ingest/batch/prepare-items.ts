import { sha256 } from "../../lib/hash.ts";
import { JOB_KEPT_MS } from "../../lib/retention.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, WriteStatement } from "../../ports/sql.ts";
import { keyHint } from "../upload/key-hint.ts";
import type { UploadEntry } from "../upload/upload-entry.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import type { BatchResult } from "./batch-result.ts";
import type { NewJobItem } from "./job-items.ts";

/** A document's line, and the note that it seems to speak of. */
export type ItemDraft = Omit<NewJobItem, "follower"> & { readonly hint: string | null };

/** A line, with what its batch must write so that its bytes are kept, and how many they are. */
export interface PreparedItem {
  readonly draft: ItemDraft;
  readonly statements: readonly WriteStatement[];
  readonly bytes: number;
}

/** Opens a piece and keeps its bytes for as long as a batch is kept; one that has none has its result already. */
export async function prepareItem(
  ports: Pick<Ports, "originals" | "clock" | "meter">,
  company: number,
  position: number,
  piece: UploadEntry,
  signal?: AbortSignal,
): Promise<PreparedItem> {
  const { file } = piece;
  const opened = await open(ports, piece, signal);
  if (!(opened instanceof Uint8Array)) {
    const draft = { position, file, sha256: null, hint: null, results: [opened] };
    return { draft, statements: [], bytes: 0 };
  }
  const hash = await sha256(opened);
  const until = ports.clock.now() + JOB_KEPT_MS;
  return {
    draft: { position, file, sha256: hash, hint: keyHint(opened), results: [] },
    statements: await ports.originals.store(company, hash, opened, ALWAYS, until),
    bytes: opened.byteLength,
  };
}

const ALWAYS: Guard = { sql: "select 1", args: [] };

/** The bytes of a document, or what becomes of a piece that has none. */
async function open(
  ports: Pick<Ports, "meter">,
  piece: UploadEntry,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | BatchResult> {
  const { file } = piece;
  const rejected = (failure: IngestFailure): BatchResult => {
    ports.meter.count("nfe_refusals_total", { code: failure.code });
    return { file, outcome: "rejected", accessKey: null, failure };
  };
  if (piece.kind === "ignored") return { file, outcome: "ignored", why: piece.why };
  if (piece.kind === "rejected") return rejected(piece.failure);
  const inflated = await piece.bytes(signal);
  return inflated.ok ? inflated.value : rejected(inflated.error);
}

/**
 * Lines that seem to speak of one note wait for one another, in the order sent: `first` are those whose message is sent
 * now, and each other is sent when the one before has its result.
 */
export function linkFollowers<T extends Pick<ItemDraft, "position" | "sha256" | "hint">>(
  lines: readonly T[],
): { item: Omit<T, "hint"> & { readonly follower: number | null }; first: boolean }[] {
  const next = new Map<string, number>();
  const turns = lines
    .toReversed()
    .map(({ hint, ...line }) => {
      const follower = hint === null ? null : (next.get(hint) ?? null);
      if (hint !== null) next.set(hint, line.position);
      return { ...line, follower };
    })
    .toReversed();
  const following = new Set(turns.map(({ follower }) => follower));
  return turns.map((item) => ({
    item,
    first: item.sha256 !== null && !following.has(item.position),
  }));
}
