import type { Settings } from "../../accounts/company.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { type AuditedAction, appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { trusted } from "../../lib/cast.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { NfeEvent } from "../../nfe/note.ts";
import { CANCELLATIONS, REGISTERED } from "../../nfe/read/read-event.ts";
import { checkEventSignature } from "../../nfe/signature/signer.ts";
import type { Ports } from "../../ports/ports.ts";
import { commitStatements, type Guard, type Row, type WriteStatement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { stockFailureFrom } from "../../stock/posting/out-of-range.ts";
import { prepareExits } from "../approve/change-event-exits.ts";
import { rejudgeAwaiting } from "../judge/rejudge-waiting.ts";
import { signatureRoots } from "../judge/signature-check.ts";
import type { FlowOptions } from "../note/flow-options.ts";
import { type KnownEvents, knownEvents, toKnownEvent } from "../note/known-events.ts";
import type { ReceivedEvent } from "../note/receipt.ts";
import { findNote, isCancelled } from "../note/stored-note.ts";
import type { Finding } from "../note/written-verdict.ts";
import { reversalOf } from "../reverse/reverse-note.ts";
import { effectOf, mayBeEmitter, mayBeOfOneAuthor } from "../verdict/event-standing.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import type { KnownEvent, StoredEventEffect } from "../verdict/known-event.ts";
import { isOfEvents, judgeStoredNote, verdictByEvents } from "./event-verdict.ts";
import { insertEvent, type PreparedEvent } from "./insert-event.ts";

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
  /** What the note's events have caused, of a note that is in stock or was until now. */
  readonly findings?: readonly Finding[];
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
 * order. A cancellation voids its note: what it had moved is taken back in the same batch, also where a balance falls below zero
 * and the company forbids it. The same event again changes nothing and gets the same receipt.
 * Fails with `nfe.event_differs` where another event is registered there, `stock.out_of_range`.
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
    const prepared = await prepareEvent(ports, received, settings, options);
    const before = receiptOfSameEvent(prepared.known, prepared.incoming, event.accessKey);
    if (before !== null) return before;
    const effect = effectOf(
      prepared.incoming,
      prepared.note !== null,
      prepared.judged?.parties ?? null,
    );
    if (effect === "none") return auditDiscounted(ports, received, "other_author", options);
    const findings = await commitEvent(ports, received, prepared, effect, options);
    if (findings === null) return CHANGED;
    if (cancels(event) && prepared.note !== null)
      await rejudgeAwaiting(ports, company, event.accessKey, options.signal);
    const { type, accessKey } = event;
    return { type, accessKey, effect, id: prepared.incoming.id, findings };
  });
}

/** Reads what is stored under an event's key and judges the note with the event. Writes nothing. */
export async function prepareEvent(
  ports: Ports,
  { event, original }: ReceivedEvent,
  settings: Settings,
  { cause, signal }: FlowOptions,
): Promise<PreparedEvent> {
  const { company } = settings;
  const incoming = await toKnownEvent(event, newId(), original.sha256);
  const note = await findNote(ports, company, event.accessKey, signal);
  const known = await knownEvents(ports, company, event.accessKey, signal);
  const judged =
    note === null
      ? null
      : await judgeStoredNote(ports, note, settings, (events) => [...events, incoming], signal);
  const cancelled = judged === null ? cancels(event) : isCancelled(judged.verdict.holds);
  const reason = NOTE_SENTENCES.cancelledByEvent(event.type);
  const reversal =
    cancelled && note?.status === "PROCESSADA" && note.posting !== null
      ? await reversalOf(ports, note, note.posting, { cause, reason, signal })
      : null;
  const exits =
    judged !== null && reversal === null && note?.status === "PROCESSADA"
      ? await prepareExits(ports, settings, note, judged.standing.takesOut, signal)
      : null;
  return { incoming, known, note, judged, settings, reversal, exits };
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

/**
 * The findings that the note has by its events now, where it is in stock or was; null where the note or its events have changed
 * since they were read: then nothing is written.
 */
async function commitEvent(
  ports: Ports,
  received: ReceivedEvent,
  prepared: PreparedEvent,
  effect: StoredEventEffect,
  options: FlowOptions,
): Promise<Finding[] | null> {
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
      : verdictByEvents(note, {
          ...prepared,
          id: incoming.id,
          cancelledIfUnread: cancels(event) || isCancelled(note.holds),
          reason: NOTE_SENTENCES.eventExitsChanged(event.type),
          cause: options.cause,
          guard,
          at,
        })),
    appendEvents(
      company,
      at,
      [
        {
          type: cancels(event) ? "nfe.cancelled" : "nfe.event",
          payload: { access_key: event.accessKey, event: event.type, effect },
        },
      ],
      guard,
    ),
    // Also without its note: the report of what is missing shows it.
    bumpTags(company, ["nfes"], guard),
    audit(options.cause, at, auditedEvent(received), guard),
  ];
  const read = (rows: readonly Row[][]) =>
    rows[0] === undefined || rows[0].length === 0 ? null : findingsIn(rows.flat());
  return ports.writer.commit({ statements, read }, options.signal).catch((error) => {
    throw stockFailureFrom(error, prepared.reversal?.movements[0]?.product ?? "");
  });
}

/** The batch gives the note's findings back each time that it writes them. */
function findingsIn(rows: readonly Row[]): Finding[] {
  const written = rows.findLast(({ findings }) => typeof findings === "string");
  if (written === undefined) return [];
  return trusted<Finding[]>(JSON.parse(String(written.findings))).filter(isOfEvents);
}
