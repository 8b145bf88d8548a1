import { settingsOf } from "../../accounts/settings/settings.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { approve } from "../approve/approve.ts";
import { notApproved, stockFailureOf } from "../approve/not-approved.ts";
import { NO_CORRECTIONS } from "../approve/resolve-corrections.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import type { NoteReceipt, ReceivedNote } from "../note/receipt.ts";
import { registerNote } from "./register-note.ts";
import { storedReceipt } from "./stored-receipt.ts";

/**
 * Registers a note, or completes the stored one, and approves it where that was requested and it has no holds. A new note is
 * registered and approved in one batch; a completed one, and one whose effect depends on others, in a second batch.
 * Fails as `registerNote`.
 */
export async function registerAndApprove(
  ports: Ports,
  received: ReceivedNote,
  options: RegisterOptions,
): Promise<NoteReceipt> {
  const receipt =
    (await resumedReceipt(ports, options)) ?? (await registerNote(ports, received, options));
  if (!isReadyForApproval(receipt)) return receipt;
  try {
    return await approveCompleted(ports, receipt, options);
  } catch (error) {
    // The note is stored and complete: what prevents its approval (a balance, a new event) is for a user to solve.
    if (!(error instanceof Failed)) throw error;
    const failure = stockFailureOf(error);
    if (failure === null) return receipt;
    return {
      ...receipt,
      findings: [...receipt.findings, notApproved(failure, receipt.totalItems)],
    };
  }
}

const resumedReceipt = async (
  ports: Pick<Ports, "reader">,
  { resumed, cause }: RegisterOptions,
): Promise<NoteReceipt | null> =>
  resumed === undefined
    ? null
    : storedReceipt(ports, cause.actor.company, resumed.accessKey, resumed.completed);

/** Whether the note is to be approved after its registration, or was completed, and has no holds left. */
export const isReadyForApproval = (receipt: NoteReceipt): boolean =>
  (receipt.completed || receipt.apart === true) &&
  receipt.status === "PENDENTE" &&
  receipt.holds.length === 0;

/** Approves a registered note where that was requested, and returns its new receipt. Fails as `approve`. */
export async function approveCompleted(
  ports: Ports,
  receipt: NoteReceipt,
  { approve: requested, cause, signal }: Pick<RegisterOptions, "approve" | "cause" | "signal">,
): Promise<NoteReceipt> {
  const { autoApprove } = await settingsOf(ports, cause.actor.company);
  if (!(requested ?? autoApprove)) return receipt;
  const corrections = NO_CORRECTIONS;
  const { findings } = await approve(ports, receipt.accessKey, { cause, corrections, signal });
  return { ...receipt, status: "PROCESSADA", findings: [...receipt.findings, ...findings] };
}
