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

/** What an event that was sent is now; `withdrawn`: a person has withdrawn this very event. */
export type EventEffect = StoredEventEffect | "withdrawn";

/** Why an event does not count, and is not kept. */
export type Discounted = "not_registered" | "other_environment" | "other_author" | "signature";

export interface EventReceipt {
  readonly type: string;
  readonly accessKey: string;
  readonly effect: EventEffect;
  /** What it is withdrawn by; absent where it was not kept. */
  readonly id?: string;
  /** Present where the effect is `none`. */
  readonly why?: Discounted;
}

/** Whether the event takes its note back. */
export const cancels = (event: Pick<NfeEvent, "type">): boolean =>
  CANCELLATIONS.includes(event.type);

const ENVIRONMENT = { production: "1", homologation: "2" } as const;

/**
 * Why an event does not count at all, by what it says of itself: nobody registered it, event or answer is of another
 * environment than the company's (tpAmb), or its author is not the key's emitter. Null: nothing speaks against it.
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

/** The same, and where the company asks for signatures, that its author did not sign it. */
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
 * The event that stands where this one would, and what that answers: the same one again changes nothing.
 * Fails with `nfe.event_differs` where another one of the same author stands under the same key, type and sequence. One of
 * another author is no obstacle: while its note is not here, nobody can tell which of the two is the recipient.
 */
export function receiptOfSameEvent(
  { events }: Pick<KnownEvents, "events">,
  mine: KnownEvent,
  accessKey: string,
): EventReceipt | null {
  const alike = events.filter(
    (one) =>
      one.type === mine.type && one.sequence === mine.sequence && mayBeOfOneAuthor(one, mine),
  );
  const same = alike.find(
    ({ content, sha256 }) => content === mine.content || sha256 === mine.sha256,
  );
  if (same !== undefined) {
    const effect = same.withdrawn ? "withdrawn" : same.effect;
    return { type: mine.type, accessKey, effect, id: same.id };
  }
  if (alike.every(({ withdrawn }) => withdrawn)) return null;
  throw new Failed<IngestFailure>({
    code: "nfe.event_differs",
    access_key: accessKey,
    event: mine.type,
    sequence: mine.sequence,
    differs: true,
  });
}

/**
 * Keeps a registered event under (key, type, sequence), and in one batch with it gives its note the verdict that follows,
 * whichever of the two comes first. The same event again changes nothing and answers the same.
 * Fails with `nfe.event_differs` where another event stands there already.
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
    if (why !== null) return leaveOut(ports, received, why, options);
    const look = await prepareEvent(ports, received, settings, options.signal);
    const before = receiptOfSameEvent(look.known, look.mine, event.accessKey);
    if (before !== null) return before;
    const effect = effectOf(look.mine, look.note?.status ?? null, look.judged?.parties ?? null);
    if (effect === "none") return leaveOut(ports, received, "other_author", options);
    if (await commitEvent(ports, received, look, effect, options))
      return { type: event.type, accessKey: event.accessKey, effect, id: look.mine.id };
    return CHANGED;
  });
}

/** What is here under an event's key, and what the event would make of it. */
export interface PreparedEvent {
  readonly mine: KnownEvent;
  readonly known: KnownEvents;
  readonly note: StoredNote | null;
  /** Null: there is no note, or its original cannot be read. */
  readonly judged: Judgement | null;
  readonly settings: Settings;
}

/** Looks at an event's key and judges its note with the event. Writes nothing. */
export async function prepareEvent(
  ports: Ports,
  { event, original }: ReceivedEvent,
  settings: Settings,
  signal?: AbortSignal,
): Promise<PreparedEvent> {
  const { company } = settings;
  const mine = await toKnownEvent(event, newId(), original.sha256);
  const note = await findNote(ports, company, event.accessKey, signal);
  const known = await knownEvents(ports, company, event.accessKey, signal);
  const judged =
    note === null
      ? null
      : await judgeStoredNote(ports, note, settings, (events) => [...events, mine], signal);
  return { mine, known, note, judged, settings };
}

/** An event that does not count leaves an audit line and nothing else. */
async function leaveOut(
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

/** False where the note or its events are no longer as they were seen; then nothing is written. */
async function commitEvent(
  ports: Ports,
  received: ReceivedEvent,
  look: PreparedEvent,
  effect: StoredEventEffect,
  options: FlowOptions,
): Promise<boolean> {
  const { event, original } = received;
  const { company } = options.cause.actor;
  const { note, mine } = look;
  const at = ports.clock.now();
  const guard: Guard = {
    sql: "select 1 from nfe_events where company = ?1 and access_key = ?2 and registration = ?3",
    args: [company, event.accessKey, mine.id],
  };
  const statements: WriteStatement[] = [
    insertEvent(event, look, effect, options, at),
    ...(await ports.originals.store(company, original.sha256, original.bytes, guard)),
    ...(note === null
      ? []
      : verdictByEvents(company, unread(note, look, event), look.judged, look.settings, guard, at)),
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
    // Nothing shows an event whose note is not here.
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

/** A note whose original cannot be read is held by a cancellation all the same. */
function unread(note: StoredNote, { judged }: PreparedEvent, event: NfeEvent): StoredNote {
  if (judged !== null || !cancels(event)) return note;
  const others = note.holds.filter(({ code }) => code !== "cancelled");
  return { ...note, holds: [...others, CANCELLED] };
}

/** Selects nothing where the note is not in the state that it was seen in. */
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
  { mine, known, note, settings }: PreparedEvent,
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
      mine.type,
      mine.sequence,
      mine.content,
      mine.sha256,
      mine.id,
      effect,
      event.cStat,
      mine.at,
      mine.registeredAt,
      mine.author,
      mine.protocol,
      mine.undoes === null ? null : JSON.stringify(mine.undoes),
      JSON.stringify(mine.quantities),
      event.text,
      at,
      options.cause.actor.userId,
      known.version,
      settings.version,
      ...seen.args,
    ],
  };
}
