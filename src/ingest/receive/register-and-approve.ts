import { settingsOf } from "../../accounts/settings.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { approve } from "../approve/approve.ts";
import { notApproved, stockFailureOf } from "../approve/not-approved.ts";
import { NO_CORRECTIONS } from "../approve/resolve-corrections.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import type { NoteReceipt, ReceivedNote } from "../note/receipt.ts";
import { registerNote } from "./register-note.ts";

/**
 * Registers a note, or completes the one that is known, and approves it where that was asked and nothing holds it. A new note
 * is registered and approved in one batch; one that is completed is approved in a second, as a person would.
 * Fails as `registerNote`.
 */
export async function registerAndApprove(
  ports: Ports,
  received: ReceivedNote,
  options: RegisterOptions,
): Promise<NoteReceipt> {
  const receipt = await registerNote(ports, received, options);
  if (!isReadyForApproval(receipt)) return receipt;
  try {
    return await approveCompleted(ports, receipt, options);
  } catch (error) {
    // It is kept and complete: what keeps it out of stock (a balance, an event that came meanwhile) is for a person.
    if (!(error instanceof Failed)) throw error;
    const failure = stockFailureOf(error);
    if (failure === null) return receipt;
    return {
      ...receipt,
      findings: [...receipt.findings, notApproved(failure, receipt.totalItems)],
    };
  }
}

/** Whether the note was completed and nothing holds it any more. */
export const isReadyForApproval = (receipt: NoteReceipt): boolean =>
  receipt.completed && receipt.status === "PENDENTE" && receipt.holds.length === 0;

/** Approves a note that was completed, where that was asked, and gives its receipt as it is then. Fails as `approve`. */
export async function approveCompleted(
  ports: Ports,
  receipt: NoteReceipt,
  { approve: asked, cause, signal }: Pick<RegisterOptions, "approve" | "cause" | "signal">,
): Promise<NoteReceipt> {
  const { autoApprove } = await settingsOf(ports, cause.actor.company);
  if (!(asked ?? autoApprove)) return receipt;
  const corrections = NO_CORRECTIONS;
  const { findings } = await approve(ports, receipt.accessKey, { cause, corrections, signal });
  return { ...receipt, status: "PROCESSADA", findings: [...receipt.findings, ...findings] };
}
