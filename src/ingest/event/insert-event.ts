import type { Settings } from "../../accounts/company.ts";
import type { NfeEvent } from "../../nfe/note.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import type { Reversal } from "../../stock/posting/reversal.ts";
import type { PreparedExits } from "../approve/change-event-exits.ts";
import type { Judgement } from "../judge/judge.ts";
import type { FlowOptions } from "../note/flow-options.ts";
import { EVENTS_VERSION, type KnownEvents } from "../note/known-events.ts";
import type { StoredNote } from "../note/stored-note.ts";
import type { KnownEvent, StoredEventEffect } from "../verdict/known-event.ts";

/** What is stored under an event's key, and the note's verdict with the event. */
export interface PreparedEvent {
  readonly incoming: KnownEvent;
  readonly known: KnownEvents;
  readonly note: StoredNote | null;
  /** Null: there is no note, or its original cannot be read. */
  readonly judged: Judgement | null;
  readonly settings: Settings;
  /** Takes the posting of a note in stock back that is cancelled now; null: there is nothing to take back. */
  readonly reversal: Reversal | null;
  /** What the events of a note that stays in stock take out; null: the note is not in stock, or cannot be read. */
  readonly exits: PreparedExits | null;
}

/** SQL condition: the note is in the state in which it was read. Its parameters start at `first`. */
export function unchangedGuard(note: StoredNote | null, first: number): Guard {
  const ofKey = "select 1 from notes where company = ?1 and access_key = ?2";
  if (note === null) return { sql: `not exists (${ofKey})`, args: [] };
  return {
    sql: `exists (${ofKey} and status = ?${first} and verdict_version = ?${first + 1} and sha256 = ?${first + 2}
      and posting is ?${first + 3})`,
    args: [note.status, note.verdictVersion, note.sha256, note.posting],
  };
}

/** The statement that stores an event, where nothing has changed since it was prepared; returns a row then. */
export function insertEvent(
  event: NfeEvent,
  { incoming, known, note, settings }: PreparedEvent,
  effect: StoredEventEffect,
  options: FlowOptions,
  at: number,
): Statement {
  const seen = unchangedGuard(note, 22);
  return {
    sql: `insert into nfe_events (company, access_key, type, sequence, content, sha256, registration, effect, c_stat, event_at,
        registered_at, author, protocol, undoes, quantities, text, received_at, received_by, details)
      select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?21
      where ${EVENTS_VERSION} = ?19 and exists (select 1 from companies where id = ?1 and settings_version = ?20)
        and ${seen.sql}
      on conflict do nothing
      returning registration`,
    args: [
      settings.company,
      event.accessKey,
      incoming.type,
      incoming.sequence,
      incoming.content,
      incoming.sha256,
      incoming.id,
      effect,
      event.cStat,
      incoming.at,
      incoming.registeredAt,
      incoming.author,
      incoming.protocol,
      incoming.undoes === null ? null : JSON.stringify(incoming.undoes),
      JSON.stringify(incoming.quantities),
      event.text,
      at,
      options.cause.actor.userId,
      known.version,
      settings.version,
      JSON.stringify(event.details),
      ...seen.args,
    ],
  };
}
