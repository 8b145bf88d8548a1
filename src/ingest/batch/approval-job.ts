import { markJobRunning, requireInserted } from "../../journal/jobs.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { ALWAYS, commitStatements } from "../../ports/sql.ts";
import { type Approval, approve } from "../approve/approve.ts";
import { NO_CORRECTIONS } from "../approve/resolve-corrections.ts";
import type { FlowOptions } from "../note/flow-options.ts";
import { type ApprovalResult, approvedResult, refusedResult } from "./approval-result.ts";
import { endBatch } from "./end-batch.ts";
import { itemMessages } from "./item-messages.ts";
import { finishItem, type ItemRef, insertItems, recordResult, replaceResult } from "./job-items.ts";
import { openBatch } from "./open-batch.ts";

/**
 * Makes a job that approves notes, one item and one message for each key, in one commit; returns its id. Fails with
 * `job.too_many`.
 */
export async function enqueueApprovals(
  ports: Ports,
  accessKeys: readonly string[],
  { cause, signal }: FlowOptions,
): Promise<string> {
  const { company } = cause.actor;
  const id = newId();
  const at = ports.clock.now();
  const items = accessKeys.map((file, position) => ({
    position,
    file,
    sha256: null,
    follower: null,
    results: [],
  }));
  const kind = "approval" as const;
  const opening = { id, kind, total: items.length, createdAt: at };
  const positions = items.map(({ position }) => position);
  const sending = ports.queue.send(itemMessages({ company, job: id }, positions));
  const statements = [
    ...openBatch(ports, opening, { cause, approve: true }, { kind, items: items.length }),
    insertItems(company, id, items, at),
    ...sending.statements,
    ...endBatch(company, id, at),
  ];
  await ports.writer.commit({ statements, read: ([made]) => requireInserted(made) }, signal);
  await sending.afterCommit();
  return id;
}

/** A note of an approval that its message has asked for. */
export interface QueuedApproval {
  readonly ref: ItemRef;
  readonly accessKey: string;
  /** Of an earlier attempt that was interrupted. */
  readonly results: readonly ApprovalResult[];
  readonly options: FlowOptions;
}

/**
 * Approves one note of a job, as the single approval would. Its result is written in the commit of the posting, so that a
 * second delivery does not take it for one that was approved before. A refusal is a result. Rejects with a transient fault.
 */
export async function processApproval(ports: Ports, item: QueuedApproval): Promise<void> {
  const { ref, accessKey, results, options } = item;
  if (results.length > 0) return finish(ports, ref, null);
  // What the posting returns is written after it: an attempt that stops in between leaves a result without findings and lots.
  const posted: Approval = {
    accessKey,
    items: 0,
    alreadyProcessed: false,
    findings: [],
    lots: [],
  };
  const result = await approve(ports, accessKey, {
    ...options,
    corrections: NO_CORRECTIONS,
    along: (guard) => [
      recordResult(ref, 0, approvedResult(accessKey, posted), ports.clock.now(), guard),
    ],
  }).then(
    (approval) => approvedResult(accessKey, approval),
    (error) => {
      if (!isRefusal(error)) throw error;
      return refusedResult(accessKey, error.failure);
    },
  );
  await finish(ports, ref, result);
}

/** Whether a failure is a final refusal of the note; anything else is transient. */
const isRefusal = (error: unknown): error is Failed =>
  error instanceof Failed && /^(?:nfe|stock|product|original)\./.test(error.failure.code);

/** Writes the result, with the findings that the posting has returned, and ends the item; null: the one that is there stays. */
async function finish(
  ports: Pick<Ports, "writer" | "clock">,
  ref: ItemRef,
  result: ApprovalResult | null,
): Promise<void> {
  const at = ports.clock.now();
  await commitStatements(ports.writer, [
    markJobRunning(ref.company, ref.job, at),
    ...(result === null ? [] : [recordResult(ref, 0, result, at, ALWAYS)]),
    // Only this delivery has posted the note: another one's `already_processed` does not replace it.
    ...(result?.outcome === "approved" ? [replaceResult(ref, 0, result)] : []),
    finishItem(ref, 1),
    ...endBatch(ref.company, ref.job, at),
  ]);
}
