import type { UserCause } from "../../accounts/actor.ts";
import type { Settings } from "../../accounts/company.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { type PreparedExits, prepareExits } from "../approve/change-event-exits.ts";
import type { Judgement } from "../judge/judge.ts";
import { NO_EXITS } from "../note/event-exits.ts";
import { EVENTS_VERSION, type KnownEvents, knownEvents } from "../note/known-events.ts";
import { findNote, type StoredNote } from "../note/stored-note.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import type { KnownEvent } from "../verdict/known-event.ts";
import { judgeStoredNote, verdictByEvents } from "./event-verdict.ts";
import { unchangedGuard } from "./insert-event.ts";
import { cancels } from "./register-event.ts";

/**
 * Withdraws an event by its id: it stays visible without effect, and its note is judged again without it, in one batch: a
 * CANCELADA note that nothing else cancels is PENDENTE again. What a cancellation has taken back stays taken back; goods
 * that left by the event itself come back.
 * Another event may then be registered under the same type and sequence; the same one sent again stays withdrawn.
 * An event that is withdrawn already stays as it is. Fails with `nfe.event_not_found`.
 */
export async function withdrawEvent(
  ports: Ports,
  accessKey: string,
  id: string,
  reason: string,
  cause: UserCause,
): Promise<void> {
  const { company } = cause.actor;
  await optimistic(async () => {
    const known = await knownEvents(ports, company, accessKey);
    const event = known.events.find((one) => one.id === id);
    if (event === undefined)
      throw new Failed<IngestFailure>({
        code: "nfe.event_not_found",
        access_key: accessKey,
        event_id: id,
      });
    if (event.withdrawn) return;
    const written = await commitWithdrawal(ports, accessKey, event, known, reason, cause);
    return written ? undefined : CHANGED;
  });
}

/** What the other events take out; of a note that cannot be read, only the exits of this event are taken back. */
async function exitsWithout(
  ports: Ports,
  settings: Settings,
  note: StoredNote,
  event: KnownEvent,
  judged: Judgement | null,
): Promise<PreparedExits> {
  if (judged !== null) return prepareExits(ports, settings, note, judged.standing.takesOut);
  const { standing } = await prepareExits(ports, settings, note, []);
  const own = standing.filter(({ line }) => line.split("/")[1] === event.id);
  return { wanted: NO_EXITS, standing: own };
}

/** False where the note or its events have changed since they were read; then nothing is written. */
async function commitWithdrawal(
  ports: Ports,
  accessKey: string,
  event: KnownEvent,
  known: KnownEvents,
  reason: string,
  cause: UserCause,
): Promise<boolean> {
  const { company } = cause.actor;
  const settings = await settingsOf(ports, company);
  const note = await findNote(ports, company, accessKey);
  const judged =
    note === null
      ? null
      : await judgeStoredNote(ports, note, settings, (events) =>
          events.filter((one) => one.id !== event.id),
        );
  const others = known.events.filter((one) => one.id !== event.id);
  const exits =
    note?.status === "PROCESSADA" ? await exitsWithout(ports, settings, note, event, judged) : null;
  const at = ports.clock.now();
  const withdrawal = newId();
  const guard: Guard = {
    sql: "select 1 from nfe_events where company = ?1 and access_key = ?2 and registration = ?3 and withdrawal = ?4",
    args: [company, accessKey, event.id, withdrawal],
  };
  const seen = unchangedGuard(note, 10);
  return ports.writer.commit({
    statements: [
      {
        sql: `update nfe_events set withdrawal = ?4, withdrawn_at = ?5, withdrawn_by = ?6, withdrawn_reason = ?7
          where company = ?1 and access_key = ?2 and registration = ?3 and withdrawn_at is null and ${EVENTS_VERSION} = ?8
            and exists (select 1 from companies where id = ?1 and settings_version = ?9) and ${seen.sql}
          returning registration`,
        args: [
          ...guard.args,
          at,
          cause.actor.userId,
          reason,
          known.version,
          settings.version,
          ...seen.args,
        ],
      },
      ...(note === null
        ? []
        : verdictByEvents(note, {
            id: withdrawal,
            judged,
            cancelledIfUnread: others.some((one) => !one.withdrawn && cancels(one)),
            reversal: null,
            exits,
            reason: NOTE_SENTENCES.eventExitsWithdrawn(reason),
            settings,
            cause,
            guard,
            at,
          })),
      appendEvents(
        company,
        at,
        [
          {
            type: "nfe.event_withdrawn",
            payload: { access_key: accessKey, event: event.type, event_id: event.id },
          },
        ],
        guard,
      ),
      bumpTags(company, ["nfes"], guard),
      audit(
        cause,
        at,
        {
          action: "nfe.event_withdraw",
          entity: "nfe",
          id: accessKey,
          detail: { type: event.type, sequence: event.sequence, event_id: event.id, reason },
        },
        guard,
      ),
    ],
    read: ([rows]) => rows !== undefined && rows.length > 0,
  });
}
