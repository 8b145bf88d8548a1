import type { UserCause } from "../../accounts/actor.ts";
import { enqueueBatch } from "../../ingest/batch/enqueue.ts";
import type { UploadEntry } from "../../ingest/upload/upload-entry.ts";
import type { JobFailure } from "../../journal/failures.ts";
import { jobExists } from "../../journal/jobs.ts";
import { bumpTags } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import { err, Failed, ok } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { sefazFault } from "../../ports/sefaz-fault.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import type { DistributionAnswer } from "../wire/distribution.ts";
import type { CallPermit } from "./claim-call.ts";
import { PAUSE_FULL_MS, REST_MS } from "./limits.ts";
import { answeredNsu, keptGaps } from "./nsu-gaps.ts";
import { chanceOf } from "./pause.ts";
import { type Sorted, sortDocuments } from "./sort-documents.ts";
import { type CallResult, type Meaning, meaningOf, type NextTimes, timesAfter } from "./times.ts";
import {
  AWAITED,
  callEnded,
  cursorMoved,
  failingReported,
  keptSummaries,
  keyOf,
  type Moved,
  noteFault,
  parkedRows,
} from "./write-result.ts";

/** What a call has brought. `late`: its time was over, or it was received before; nothing was written. */
export interface Received {
  readonly outcome: "found" | "none" | "blocked" | "paused" | "refused" | "fault" | "late" | "full";
  /** Documents that became lines of `job`. */
  readonly documents: number;
  readonly announced: number;
  readonly parked: number;
  readonly job: string | null;
  /** The service has more for this cursor, and it may be asked now or soon. */
  readonly more: boolean;
}

export interface HowReceived {
  readonly signal?: AbortSignal;
  /** The end of the company's certificate that this service itself has made the call with, ms UTC: an answer proves the CNPJ. */
  readonly provenUntil?: number;
}

const NOTHING = { documents: 0, announced: 0, parked: 0, job: null, more: false } as const;

/**
 * Receives what became of a permitted call. What an answer has brought is kept in the same batch in which the cursor moves: its
 * documents as lines of a job, as the batch route keeps them, summaries as announced notes, and what cannot be taken parked by
 * its NSU. A result is received once: of a second one, or of one whose permit has expired, only a block counts, and only for this
 * company. Rejects as the writer does; then the permit's hour goes on, and the same documents come again.
 */
export async function receiveResult(
  ports: Ports,
  permit: CallPermit,
  given: CallResult,
  { signal, provenUntil = 0 }: HowReceived = {},
): Promise<Received> {
  const result = believed(permit, given);
  const now = ports.clock.now();
  const asked = {
    kind: permit.ask.kind,
    after: permit.ask.kind === "cursor" ? permit.ask.after : 0,
    claimedAt: permit.claimedAt,
    faults: permit.faults,
  };
  const times = timesAfter(asked, result, now, chanceOf(permit.id));
  if (!result.ok) {
    const { kind } = result.error;
    const reported = failingReported(permit, kind, now);
    const written = await write(ports, reported, noteFault(permit, kind, times, now));
    return { outcome: written ? "fault" : "late", ...NOTHING };
  }
  const answer = result.value;
  const meaning = meaningOf(answer.cStat);
  if (meaning !== "found") {
    const written = await write(
      ports,
      [
        ...passedOver(permit, answer, isAwaited(permit), now),
        ...callEnded(permit, answer, null, now),
        ...(isFailure(permit, meaning) ? failingReported(permit, answer.cStat, now) : []),
      ],
      cursorMoved(permit, answer, { times, provenUntil }, now),
    );
    if (!written && meaning === "blocked") await keepBlock(ports, permit, now);
    return { outcome: written ? meaning : "late", ...NOTHING };
  }
  return receiveFound(ports, permit, answer, { times, provenUntil }, now, signal);
}

/**
 * An answer whose cursor cannot be right is none: beyond the last NSU that it names itself, or before the one after which was
 * asked. Believed once, it would end the fetching of a CNPJ.
 */
function believed({ ask }: CallPermit, result: CallResult): CallResult {
  if (!result.ok || ask.kind !== "cursor") return result;
  const { cStat, ultNSU, maxNSU } = result.value;
  const meaning = meaningOf(cStat);
  if (ultNSU === null || (meaning !== "found" && meaning !== "none")) return result;
  const isRight = maxNSU !== null && ultNSU <= maxNSU && ultNSU >= ask.after;
  return isRight ? result : err(sefazFault("malformed"));
}

/** No answer to what was asked; a refusal of one key says nothing about the others. */
const isFailure = ({ ask }: CallPermit, meaning: Meaning): boolean =>
  meaning === "blocked" || meaning === "paused" || (meaning === "refused" && ask.kind === "cursor");

/** The rows that a call's answer may still change. */
export const isAwaited = (permit: CallPermit): Guard => ({
  sql: `select 1 from sefaz_cursors where ${AWAITED}`,
  args: keyOf(permit),
});

/** Writes while the permit's answer is awaited; `last` ends that, and returns a row. */
const write = (
  ports: Pick<Ports, "writer">,
  statements: readonly Statement[],
  last: Statement,
): Promise<boolean> =>
  ports.writer.commit({
    statements: [...statements, last],
    read: (rows) => (rows.at(-1)?.length ?? 0) > 0,
  });

/** A block counts also from an answer that came too late, which anyone may have written who was given a call once. */
const keepBlock = (
  ports: Pick<Ports, "writer">,
  { company, cnpj, environment }: CallPermit,
  now: number,
): Promise<void> =>
  ports.writer.commit({
    statements: [
      {
        sql: `update sefaz_cursors set own_block_until = max(own_block_until, ?4), updated_at = ?5
          where company = ?1 and cnpj = ?2 and environment = ?3`,
        args: [company, cnpj, environment, now + REST_MS, now],
      },
    ],
    read: () => undefined,
  });

async function receiveFound(
  ports: Ports,
  permit: CallPermit,
  answer: DistributionAnswer,
  moved: Moved,
  now: number,
  signal?: AbortSignal,
): Promise<Received> {
  const sorted = sortDocuments(answer);
  const counts = {
    documents: sorted.documents.length,
    announced: sorted.notes.length,
    parked: sorted.parked.length,
    more: moved.times.nextAt === 0,
  };
  if (sorted.documents.length === 0) {
    const written = await write(
      ports,
      whatCame(permit, answer, sorted, isAwaited(permit), null, now),
      cursorMoved(permit, answer, moved, now),
    );
    return written ? { outcome: "found", ...counts, job: null } : { outcome: "late", ...NOTHING };
  }
  const cause = await causeOf(ports, permit);
  if (cause === null) return { outcome: "late", ...NOTHING };
  try {
    const job = await enqueueBatch(
      ports,
      sorted.documents.map((document) => entryOf(permit, document)),
      { cause, approve: null, signal },
      {
        kind: "batch",
        onlyIf: isAwaited(permit),
        alsoWrite: (id) => [
          ...whatCame(permit, answer, sorted, jobExists(permit.company, id), id, now),
          cursorMoved(permit, answer, moved, now, jobExists(permit.company, id)),
        ],
      },
    );
    return { outcome: "found", ...counts, job };
  } catch (error) {
    if (!isTooMany(error)) throw error;
    // The company has too many jobs, or the answer is not awaited any more. Nothing was kept: the cursor stays.
    const full: NextTimes =
      permit.ask.kind === "cursor"
        ? { blockedUntil: 0, nextAt: 0, dueAt: now + PAUSE_FULL_MS }
        : { blockedUntil: now + PAUSE_FULL_MS, nextAt: null, dueAt: null };
    const written = await write(ports, [], noteFault(permit, "job.too_many", full, now));
    return { outcome: written ? "full" : "late", ...NOTHING };
  }
}

const whatCame = (
  permit: CallPermit,
  answer: DistributionAnswer,
  sorted: Sorted,
  guard: Guard,
  job: string | null,
  now: number,
): Statement[] => [
  ...keptSummaries(permit, sorted, guard, now),
  ...parkedRows(permit, sorted.parked, guard, now),
  ...(sorted.notes.length + sorted.events.length + sorted.parked.length > 0
    ? [bumpTags(permit.company, ["sefaz"], guard)]
    : []),
  ...passedOver(permit, answer, guard, now),
  ...callEnded(permit, answer, job === null ? null : { id: job, nsus: nsusOf(sorted) }, now),
];

/** NSUs that the cursor passes without a document, and the end of what was asked for by NSU. */
function passedOver(
  permit: CallPermit,
  answer: DistributionAnswer,
  guard: Guard,
  now: number,
): Statement[] {
  const statements = [
    ...keptGaps(permit, answer, guard, now),
    ...answeredNsu(permit, answer, guard),
  ];
  return statements.length === 0 ? [] : [...statements, bumpTags(permit.company, ["sefaz"], guard)];
}

/** Who has switched fetching on is the author of what comes; null: the answer is not awaited any more. */
async function causeOf(
  ports: Pick<Ports, "reader">,
  permit: CallPermit,
): Promise<UserCause | null> {
  const sql = `select saved_by from sefaz_cursors where ${AWAITED}`;
  const [row] = await ports.reader.rows({ sql, args: keyOf(permit) });
  if (row === undefined) return null;
  const actor = {
    company: permit.company,
    userId: Number(row.saved_by),
    role: "OPERADOR",
  } as const;
  return { actor, requestId: `sefaz-${permit.id}`, peer: null };
}

const nsusOf = ({ documents }: Sorted) => documents.map(({ nsu }) => nsu);

/** `file` is what people see of it. */
const entryOf = (
  { cnpj }: CallPermit,
  { nsu, bytes }: Sorted["documents"][number],
): UploadEntry => ({
  kind: "document",
  file: `SEFAZ ${cnpj}#${nsu === null ? "sem NSU" : `NSU ${nsu}`}`,
  size: bytes.byteLength,
  bytes: async () => ok(bytes),
});

const isTooMany = (error: unknown): boolean =>
  error instanceof Failed && trusted<JobFailure>(error.failure).code === "job.too_many";
