import type { Cause } from "../../accounts/actor.ts";
import { audit } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import { sha256 } from "../../lib/hash.ts";
import { Failed, orFail } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import { type EventReceipt, registerEvent } from "../event/register-event.ts";
import type { NoteReceipt } from "../note/receipt.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { registerAndApprove } from "./register-and-approve.ts";

export type Receipt =
  | { readonly kind: "note"; readonly note: NoteReceipt }
  | { readonly kind: "event"; readonly event: EventReceipt };

export interface ReceiveOptions {
  readonly cause: Cause;
  /** Null: as the company's `auto_approve` says. */
  readonly approve: boolean | null;
  /** The settings' version that this request has seen already. */
  readonly settingsSeen?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A document answered in the request: read, judged, kept, told, in one batch.
 * Fails with any NfeFailure, `nfe.many_notes`, `nfe.duplicate`; then an audit line is all that is left of it.
 */
export async function receive(
  ports: Ports,
  bytes: Uint8Array<ArrayBuffer>,
  options: ReceiveOptions,
): Promise<Receipt> {
  const sha = await sha256(bytes);
  try {
    const document = orFail(await ports.documents.read(bytes, options.signal));
    if (document.kind === "event")
      return {
        kind: "event",
        event: await registerEvent(ports, document.event, bytes, { ...options, sha256: sha }),
      };
    const [first, second] = document.notes;
    if (first === undefined || second !== undefined)
      throw new Failed<IngestFailure>({ code: "nfe.many_notes", count: document.notes.length });
    const note = await registerAndApprove(ports, orFail(first), bytes, { ...options, sha256: sha });
    return { kind: "note", note };
  } catch (error) {
    await auditRefusal(ports, error, sha, options.cause);
    throw error;
  }
}

/** Writes the audit line of a refusal; overload and faults of the world are not refusals and leave none. */
export async function auditRefusal(
  ports: Pick<Ports, "writer" | "clock" | "meter">,
  error: unknown,
  sha: string,
  cause: Cause,
): Promise<void> {
  if (!(error instanceof Failed) || !/^(nfe|stock)\./.test(error.failure.code)) return;
  ports.meter.count("nfe_refusals_total", { code: error.failure.code });
  await ports.writer.commit({
    statements: [refusalLine(error, sha, cause, ports.clock.now())],
    read: () => undefined,
  });
}

/** The audit line of a refusal; with a guard, only where that selects a row. */
export function refusalLine(
  error: Failed,
  sha: string,
  { actor, requestId, peer }: Cause,
  at: number,
  guard?: Guard,
): Statement {
  const failure = trusted<{ code: string; access_key?: string; differs?: boolean }>(error.failure);
  return audit(
    {
      company: actor.company,
      at,
      by: actor,
      action: "nfe.refuse",
      entity: "nfe",
      entityId: failure.access_key ?? null,
      detail: { code: failure.code, sha256: sha, differs: failure.differs ?? false },
      requestId,
      peer,
    },
    guard,
  );
}
