import type { UserCause } from "../../accounts/actor.ts";
import { audit } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import type { Original } from "../../lib/original.ts";
import { Failed, orFail } from "../../lib/result.ts";
import type { NfeFailure } from "../../nfe/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements, type Guard, type Statement } from "../../ports/sql.ts";
import { type EventReceipt, registerEvent } from "../event/register-event.ts";
import type { RegisterOptions } from "../note/flow-options.ts";
import type { NoteReceipt } from "../note/receipt.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { registerAndApprove } from "./register-and-approve.ts";

export type Receipt =
  | { readonly kind: "note"; readonly note: NoteReceipt }
  | { readonly kind: "event"; readonly event: EventReceipt };

/**
 * Reads one document and registers the note or the event in it, in one batch.
 * Fails with any NfeFailure, `nfe.many_notes`, `nfe.duplicate`; then only an audit line is written.
 */
export async function receive(
  ports: Ports,
  original: Original,
  options: RegisterOptions,
): Promise<Receipt> {
  try {
    const document = orFail(await ports.documents.read(original.bytes, options.signal));
    if (document.kind === "container")
      throw new Failed<NfeFailure>({
        code: "nfe.not_an_nfe",
        got: document.root.slice(0, 100),
        document_type: document.type,
      });
    if (document.kind === "event")
      return {
        kind: "event",
        event: await registerEvent(ports, { event: document.event, original }, options),
      };
    const [first, second] = document.notes;
    if (first === undefined || second !== undefined)
      throw new Failed<IngestFailure>({ code: "nfe.many_notes", count: document.notes.length });
    const note = await registerAndApprove(ports, { reading: orFail(first), original }, options);
    return { kind: "note", note };
  } catch (error) {
    await auditRefusal(ports, error, original, options.cause);
    throw error;
  }
}

/** Writes the audit line of a refusal. Overload and faults of the platform are no refusals and write none. */
export async function auditRefusal(
  ports: Pick<Ports, "writer" | "clock" | "meter">,
  error: unknown,
  original: Pick<Original, "sha256">,
  cause: UserCause,
): Promise<void> {
  if (!(error instanceof Failed) || !/^(nfe|stock)\./.test(error.failure.code)) return;
  ports.meter.count("nfe_refusals_total", { code: error.failure.code });
  await commitStatements(ports.writer, [refusalLine(error, original, cause, ports.clock.now())]);
}

/** The audit line of a refusal; with a guard, only where that selects a row. */
export function refusalLine(
  error: Failed,
  { sha256 }: Pick<Original, "sha256">,
  cause: UserCause,
  at: number,
  guard?: Guard,
): Statement {
  const failure = trusted<{ code: string; access_key?: string; differs?: boolean }>(error.failure);
  return audit(
    cause,
    at,
    {
      action: "nfe.refuse",
      entity: "nfe",
      id: failure.access_key ?? null,
      detail: { code: failure.code, sha256, differs: failure.differs ?? false },
    },
    guard,
  );
}
