import { settingsOf } from "../accounts/settings.ts";
import { Failed } from "../lib/result.ts";
import type { Reading } from "../nfe/document.ts";
import type { NfeEvent } from "../nfe/note.ts";
import type { Ports } from "../ports.ts";
import { relationOf } from "./complete.ts";
import { cancels, type EventReceipt, isRegistered } from "./events.ts";
import type { IngestFailure } from "./failures.ts";
import { judge } from "./judge.ts";
import type { KeepOptions, NoteReceipt } from "./receipt.ts";
import { findNote } from "./stored-note.ts";

/**
 * What `keepNote` would answer now; writes nothing, not even an audit line.
 * Fails with `nfe.duplicate` where the note would be one.
 */
export async function foresee(
  ports: Ports,
  reading: Reading,
  bytes: Uint8Array<ArrayBuffer>,
  options: KeepOptions,
): Promise<NoteReceipt> {
  const { company } = options.cause.actor;
  const { accessKey } = reading.note;
  const settings = await settingsOf(ports, company);
  const judged = await judge(ports, reading, bytes, settings, true, options.signal);
  const receipt = {
    accessKey,
    totalItems: judged.items.length,
    direction: judged.verdict.direction,
    holds: judged.verdict.holds,
    findings: judged.findings,
  };
  const stored = await findNote(ports, company, accessKey, options.signal);
  if (stored !== null) {
    const relation = await relationOf(ports, bytes, stored, options);
    if (relation === "completes" && !stored.hasProtocol)
      return { ...receipt, status: stored.status, completed: true };
    throw new Failed<IngestFailure>({
      code: "nfe.duplicate",
      access_key: accessKey,
      status: stored.status,
      differs: relation === "differs",
    });
  }
  const approved = (options.approve ?? settings.autoApprove) && receipt.holds.length === 0;
  return { ...receipt, status: approved ? "PROCESSADA" : "PENDENTE", completed: false };
}

/** What `keepEvent` would answer now; writes nothing. */
export async function foreseeEvent(
  ports: Pick<Ports, "reader">,
  event: NfeEvent,
  company: number,
  signal?: AbortSignal,
): Promise<EventReceipt> {
  const { type, accessKey } = event;
  if (!isRegistered(event)) return { type, accessKey, effect: "none" };
  const note = await findNote(ports, company, accessKey, signal);
  if (note === null) return { type, accessKey, effect: "waiting" };
  if (!cancels(event) || note.status === "CANCELADA")
    return { type, accessKey, effect: "attached" };
  return { type, accessKey, effect: note.status === "PROCESSADA" ? "held" : "cancelled" };
}
