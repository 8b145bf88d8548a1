import type { Settings } from "../../accounts/company.ts";
import { settingsOf } from "../../accounts/settings.ts";
import { type AuditedAction, appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import { ruleSentence } from "../../messages/pt-BR/documents/rules.ts";
import type { NfeEvent } from "../../nfe/note.ts";
import { CANCELLATIONS, REGISTERED } from "../../nfe/read/read-event.ts";
import { checkEventSignature } from "../../nfe/signature/signer.ts";
import type { Ports } from "../../ports/ports.ts";
import {
  commitStatements,
  type Guard,
  type Statement,
  type WriteStatement,
} from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { FlowOptions } from "../note/flow-options.ts";
import type { Judgement } from "../note/judge.ts";
import {
  EVENTS_VERSION,
  type KnownEvents,
  knownEvents,
  toKnownEvent,
} from "../note/known-events.ts";
import type { ReceivedEvent } from "../note/receipt.ts";
import { signatureRoots } from "../note/signature-check.ts";
import { findNote, type StoredNote } from "../note/stored-note.ts";
import { effectOf, mayBeEmitter, mayBeOfOneAuthor } from "../verdict/event-standing.ts";
import type { Hold, IngestFailure } from "../verdict/failures.ts";
import type { KnownEvent, StoredEventEffect } from "../verdict/known-event.ts";
import { judgeStoredNote, verdictByEvents } from "./event-verdict.ts";

/** The effect of an event that was sent; `withdrawn`: a user has withdrawn this event. */
export type EventEffect = StoredEventEffect | "withdrawn";

/** Why an event is not registered. */
export type Discounted = "not_registered" | "other_environment" | "other_author" | "signature";

export interface EventReceipt {
  readonly type: string;
  readonly accessKey: string;
  readonly effect: EventEffect;
  /** Id to withdraw it by; absent where it was not registered. */
  readonly id?: string;
  /** Present where the effect is `none`. */
  readonly why?: Discounted;
}

/** Whether the event cancels its note. */
export const cancels = (event: Pick<NfeEvent, "type">): boolean =>
  CANCELLATIONS.includes(event.type);

const ENVIRONMENT = { production: "1", homologation: "2" } as const;

/**
 * Why an event does not count, by its own fields: the tax office did not register it, event or answer is of another
 * environment than the company's (tpAmb), or its author is not the emitter of the key. Null: it counts.
 */
function discounted(event: NfeEvent, settings: Settings): Discounted | null {
  if (event.cStat === null || !REGISTERED.includes(event.cStat)) return "not_registered";
  const own = ENVIRONMENT[settings.environment];
  if (event.tpAmb !== own || event.answerTpAmb !== own) return "other_environment";
  const author = event.author.cnpj ?? event.author.cpf;
  return author !== null && mayBeEmitter({ type: event.type, author }, event.accessKey)
    ? null
    : "other_author";
}

/** As `discounted`; where the company requires signatures, also that its author did not sign it. */
export async function reasonToDiscount(
  ports: Pick<Ports, "config">,
  { event, original }: ReceivedEvent,
  settings: Settings,
): Promise<Discounted | null> {
  const why = discounted(event, settings);
  if (why !== null || !settings.requireSignature) return why;
  const check = await checkEventSignature(original.bytes, event, signatureRoots(ports));
  return check.valid ? null : "signature";
}

/**
 * The receipt of the same event where it is registered already; null where the event may be registered.
 * Fails with `nfe.event_differs` where another event of the same author has the same key, type and sequence. One of another
 * author does not conflict: until the note is registered, either of the two may be the recipient.
 */
export function receiptOfSameEvent(
  { events }: Pick<KnownEvents, "events">,
  incoming: KnownEvent,
  accessKey: string,
): EventReceipt | null {
  const alike = events.filter(
    (one) =>
      one.type === incoming.type &&
      one.sequence === incoming.sequence &&
      mayBeOfOneAuthor(one, incoming),
  );
  const same = alike.find(
    ({ content, sha256 }) => content === incoming.content || sha256 === incoming.sha256,
  );
  if (same !== undefined) {
    const effect = same.withdrawn ? "withdrawn" : same.effect;
    return { type: incoming.type, accessKey, effect, id: same.id };
  }
  if (alike.every(({ withdrawn }) => withdrawn)) return null;
  throw new Failed<IngestFailure>({
    code: "nfe.event_differs",
    access_key: accessKey,
    event: incoming.type,
    sequence: incoming.sequence,
    differs: true,
  });
}

/**
 * Registers an event under (key, type, sequence) and judges its note again, in one batch; event and note may come in any
 * order. The same event again changes nothing and gets the same receipt.
 * Fails with `nfe.event_differs` where another event is registered there.
 */
export async function registerEvent(
  ports: Ports,
  received: ReceivedEvent,
  options: FlowOptions,
): Promise<EventReceipt> {
  const { event } = received;
  const { company } = options.cause.actor;
  return optimistic(async () => {
    const settings = await settingsOf(ports, company);
    const why = await reasonToDiscount(ports, received, settings);
    if (why !== null) return auditDiscounted(ports, received, why, options);
    const prepared = await prepareEvent(ports, received, settings, options.signal);
    const before = receiptOfSameEvent(prepared.known, prepared.incoming, event.accessKey);
    if (before !== null) return before;
    const effect = effectOf(
      prepared.incoming,
      prepared.note?.status ?? null,
      prepared.judged?.parties ?? null,
    );
    if (effect === "none") return auditDiscounted(ports, received, "other_author", options);
    if (await commitEvent(ports, received, prepared, effect, options))
      return { type: event.type, accessKey: event.accessKey, effect, id: prepared.incoming.id };
    return CHANGED;
  });
}

/** What is stored under an event's key, and the note's verdict with the event. */
export interface PreparedEvent {
  readonly incoming: KnownEvent;
  readonly known: KnownEvents;
  readonly note: StoredNote | null;
  /** Null: there is no note, or its original cannot be read. */
  readonly judged: Judgement | null;
  readonly settings: Settings;
}

/** Reads what is stored under an event's key and judges the note with the event. Writes nothing. */
export async function prepareEvent(
  ports: Ports,
  { event, original }: ReceivedEvent,
  settings: Settings,
  signal?: AbortSignal,
): Promise<PreparedEvent> {
  const { company } = settings;
  const incoming = await toKnownEvent(event, newId(), original.sha256);
  const note = await findNote(ports, company, event.accessKey, signal);
  const known = await knownEvents(ports, company, event.accessKey, signal);
  const judged =
    note === null
      ? null
      : await judgeStoredNote(ports, note, settings, (events) => [...events, incoming], signal);
  return { incoming, known, note, judged, settings };
}

/** Writes only an audit line for an event that does not count. */
async function auditDiscounted(
  ports: Ports,
  received: ReceivedEvent,
  why: Discounted,
  options: FlowOptions,
): Promise<EventReceipt> {
  const { event } = received;
  const statements = [audit(options.cause, ports.clock.now(), auditedEvent(received, { why }))];
  await commitStatements(ports.writer, statements, options.signal);
  return { type: event.type, accessKey: event.accessKey, effect: "none", why };
}

const auditedEvent = (
  { event, original }: ReceivedEvent,
  more: Record<string, string> = {},
): AuditedAction => ({
  action: "nfe.event",
  entity: "nfe",
  id: event.accessKey,
  detail: {
    type: event.type,
    sequence: event.sequence,
    c_stat: event.cStat ?? "",
    sha256: original.sha256,
    ...more,
  },
});

/** False where the note or its events have changed since they were read; then nothing is written. */
async function commitEvent(
  ports: Ports,
  received: ReceivedEvent,
  prepared: PreparedEvent,
  effect: StoredEventEffect,
  options: FlowOptions,
): Promise<boolean> {
  const { event, original } = received;
  const { company } = options.cause.actor;
  const { note, incoming } = prepared;
  const at = ports.clock.now();
  const guard: Guard = {
    sql: "select 1 from nfe_events where company = ?1 and access_key = ?2 and registration = ?3",
    args: [company, event.accessKey, incoming.id],
  };
  const statements: WriteStatement[] = [
    insertEvent(event, prepared, effect, options, at),
    ...(await ports.originals.store(company, original, guard)),
    ...(note === null
      ? []
      : verdictByEvents(
          company,
          withCancelledHold(note, prepared, event),
          prepared.judged,
          prepared.settings,
          guard,
          at,
        )),
    appendEvents(
      company,
      at,
      [
        {
          type: cancels(event) ? "nfe.cancelled" : "nfe.event",
          payload: { access_key: event.accessKey, event: event.type },
        },
      ],
      guard,
    ),
    // No cached read shows an event without its note.
    ...(note === null ? [] : [bumpTags(company, ["nfes"], guard)]),
    audit(options.cause, at, auditedEvent(received), guard),
  ];
  return ports.writer.commit(
    { statements, read: ([rows]) => rows !== undefined && rows.length > 0 },
    options.signal,
  );
}

const CANCELLED: Hold = {
  code: "cancelled",
  message: ruleSentence({ rule: "note.cancelled_event", params: {} }),
};

/** Adds the hold of a cancellation to a note whose original cannot be read. */
function withCancelledHold(
  note: StoredNote,
  { judged }: PreparedEvent,
  event: NfeEvent,
): StoredNote {
  if (judged !== null || !cancels(event)) return note;
  const others = note.holds.filter(({ code }) => code !== "cancelled");
  return { ...note, holds: [...others, CANCELLED] };
}

/** SQL condition: the note is in the state in which it was read. Its parameters start at `first`. */
export function unchangedGuard(note: StoredNote | null, first: number): Guard {
  const ofKey = "select 1 from notes where company = ?1 and access_key = ?2";
  if (note === null) return { sql: `not exists (${ofKey})`, args: [] };
  return {
    sql: `exists (${ofKey} and status = ?${first} and verdict_version = ?${first + 1} and sha256 = ?${first + 2})`,
    args: [note.status, note.verdictVersion, note.sha256],
  };
}

function insertEvent(
  event: NfeEvent,
  { incoming, known, note, settings }: PreparedEvent,
  effect: StoredEventEffect,
  options: FlowOptions,
  at: number,
): Statement {
  const seen = unchangedGuard(note, 21);
  return {
    sql: `insert into nfe_events (company, access_key, type, sequence, content, sha256, registration, effect, c_stat, event_at,
        registered_at, author, protocol, undoes, quantities, text, received_at, received_by)
      select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18
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
      ...seen.args,
    ],
  };
}
