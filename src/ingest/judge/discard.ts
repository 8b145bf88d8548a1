import type { UserCause } from "../../accounts/actor.ts";
import type { AuditAction } from "../../journal/audit-actions.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import type { NoteStatus } from "../../lib/note-status.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { findNote } from "../note/stored-note.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { rejudgeKeys } from "./rejudge.ts";

/** Discards a PENDENTE note. A discarded note stays as it is. Fails with `nfe.not_found`, `nfe.final`. */
export const discard = (ports: Ports, accessKey: string, reason: string, cause: UserCause) =>
  change(ports, accessKey, cause, {
    from: "PENDENTE",
    to: "DESCARTADA",
    action: "nfe.discard",
    reason,
  });

/**
 * Restores a DESCARTADA note to PENDENTE and judges it again, because settings, protocol and events may have changed
 * meanwhile. A PENDENTE note stays as it is. Returns its status: CANCELADA where it was cancelled. Fails with `nfe.not_found`, `nfe.final`.
 */
export async function restore(
  ports: Ports,
  accessKey: string,
  cause: UserCause,
): Promise<NoteStatus> {
  await change(ports, accessKey, cause, {
    from: "DESCARTADA",
    to: "PENDENTE",
    action: "nfe.restore",
    reason: null,
  });
  const { company } = cause.actor;
  await rejudgeKeys(ports, company, [accessKey]);
  return (await findNote(ports, company, accessKey))?.status ?? "PENDENTE";
}

interface Change {
  readonly from: NoteStatus;
  readonly to: NoteStatus;
  readonly action: AuditAction;
  readonly reason: string | null;
}

async function change(ports: Ports, accessKey: string, cause: UserCause, wanted: Change) {
  await optimistic(async () => {
    const note = await findNote(ports, cause.actor.company, accessKey);
    if (note === null)
      throw new Failed<IngestFailure>({ code: "nfe.not_found", access_key: accessKey });
    if (note.status === wanted.to) return;
    if (note.status !== wanted.from)
      throw new Failed<IngestFailure>({
        code: "nfe.final",
        access_key: accessKey,
        status: note.status,
      });
    if (!(await commitChange(ports, accessKey, cause, wanted))) return CHANGED;
  });
}

/** False where the note was not in the status `from`; then nothing is written. */
function commitChange(
  ports: Ports,
  accessKey: string,
  cause: UserCause,
  { from, to, action, reason }: Change,
): Promise<boolean> {
  const { actor } = cause;
  const at = ports.clock.now();
  // The registration is the id of the last write that changed the note; it guards the other statements.
  const id = newId();
  const guard: Guard = {
    sql: "select 1 from notes where company = ?1 and access_key = ?2 and registration = ?3",
    args: [actor.company, accessKey, id],
  };
  return ports.writer.commit({
    statements: [
      {
        // One that was cancelled meanwhile does not wait: it is void.
        sql: `update notes set status = iif(?4 = 'PENDENTE' and exists (
            select 1 from json_each(holds) where value ->> 'code' = 'cancelled'), 'CANCELADA', ?4), registration = ?3, reason = ?5, updated_at = ?6
          where company = ?1 and access_key = ?2 and status = ?7 returning id`,
        args: [actor.company, accessKey, id, to, reason, at, from],
      },
      appendEvents(
        actor.company,
        at,
        [
          {
            type: to === "DESCARTADA" ? "nfe.discarded" : "nfe.restored",
            payload: { access_key: accessKey },
          },
        ],
        guard,
      ),
      bumpTags(actor.company, ["nfes"], guard),
      audit(
        cause,
        at,
        { action, entity: "nfe", id: accessKey, detail: reason === null ? {} : { reason } },
        guard,
      ),
    ],
    read: ([rows]) => rows !== undefined && rows.length > 0,
  });
}
