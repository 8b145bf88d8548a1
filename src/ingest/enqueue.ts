import { mustBeOpen, ofJob, openJob } from "../journal/jobs.ts";
import { audit } from "../journal/record.ts";
import { sha256 } from "../lib/hash.ts";
import { newId } from "../lib/id.ts";
import type { Guard, Ports, Statement } from "../ports.ts";
import { orderOf } from "./batch-order.ts";
import type { BatchResult } from "./batch-result.ts";
import { endBatch } from "./end-batch.ts";
import type { IngestFailure } from "./failures.ts";
import { insertItems, KEPT_MS, type NewItem } from "./job-items.ts";
import { keyHint } from "./key-hint.ts";
import type { Piece } from "./piece.ts";
import type { ReceiveOptions } from "./receive.ts";

/** Bytes are kept in batches of about so many, so that no commit holds the others for long. */
const CHUNK_BYTES = 1_048_576;
const CHUNK_DOCUMENTS = 32;

/** What a job of documents is beside its documents; a batch of a request, where nothing else is said. */
export interface Manner {
  readonly kind: "batch" | "mail";
  /** The job is made only where this selects a row. */
  readonly only?: Guard;
  /** What is written with the job, and only where that is made: statements guarded by `ofJob`. */
  readonly along?: (job: string) => readonly Statement[];
}

/**
 * Takes many documents for later, and gives the job's id. First their bytes are kept, then one batch makes the job, a line
 * for each document, and their messages: what was promised survives whatever comes, and a crash before leaves only bytes
 * whose day comes. Fails with `job.too_many`, also where `only` has selected nothing.
 */
export async function enqueueBatch(
  ports: Ports,
  pieces: readonly Piece[],
  { cause, approve, signal }: Omit<ReceiveOptions, "settingsSeen">,
  { kind, only, along }: Manner = { kind: "batch" },
): Promise<string> {
  const { actor, requestId, peer } = cause;
  const { company, userId } = actor;
  const items = inTurns(await keptItems(ports, company, pieces, signal));
  const id = newId();
  const at = ports.clock.now();
  const sending = ports.queue.send(
    items
      .filter(({ first }) => first)
      .map(({ item: { position } }) => ({ v: 1, kind: "document", company, job: id, position })),
  );
  const statements = [
    openJob(
      {
        company,
        id,
        kind,
        total: items.length,
        params: orderOf(cause, approve),
        traceParent: ports.trace.parent,
        createdBy: userId,
        createdAt: at,
      },
      only,
    ),
    insertItems(
      company,
      id,
      items.map(({ item }) => item),
      at,
    ),
    ...sending.statements,
    audit(
      {
        company,
        at,
        by: actor,
        action: "nfe.enqueue",
        entity: "job",
        entityId: id,
        detail: { kind, items: items.length },
        requestId,
        peer,
      },
      ofJob(company, id),
    ),
    ...(along?.(id) ?? []),
    ...endBatch(company, id, at),
  ];
  await ports.writer.commit({ statements, mine: ([made]) => mustBeOpen(made) }, signal);
  await sending.afterCommit();
  return id;
}

/** A document's line, and the note that it seems to speak of. */
type Line = Omit<NewItem, "follower"> & { readonly hint: string | null };

/** The lines of a job in the order sent, the bytes kept. One document is in memory at a time, with what waits to be written. */
async function keptItems(
  ports: Ports,
  company: number,
  pieces: readonly Piece[],
  signal?: AbortSignal,
): Promise<Line[]> {
  const until = ports.clock.now() + KEPT_MS;
  const lines: Line[] = [];
  const waiting: Statement[] = [];
  let waitingBytes = 0;
  const write = async () => {
    const statements = waiting.splice(0);
    waitingBytes = 0;
    await ports.writer.commit({ statements, mine: () => undefined }, signal);
  };
  for (const [position, piece] of pieces.entries()) {
    const { file } = piece;
    const opened = await open(ports, piece, signal);
    if (!(opened instanceof Uint8Array)) {
      lines.push({ position, file, sha256: null, hint: null, results: [opened] });
      continue;
    }
    const hash = await sha256(opened);
    lines.push({ position, file, sha256: hash, hint: keyHint(opened), results: [] });
    waiting.push(...(await ports.originals.keep(company, hash, opened, ALWAYS, until)));
    waitingBytes += opened.byteLength;
    if (waitingBytes >= CHUNK_BYTES || waiting.length >= CHUNK_DOCUMENTS) await write();
    await ports.breathe();
  }
  if (waiting.length > 0) await write();
  return lines;
}

const ALWAYS: Guard = { sql: "select 1", args: [] };

/** The bytes of a document, or what becomes of a piece that has none. */
async function open(
  ports: Pick<Ports, "meter">,
  piece: Piece,
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
function inTurns(lines: readonly Line[]): { item: NewItem; first: boolean }[] {
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
