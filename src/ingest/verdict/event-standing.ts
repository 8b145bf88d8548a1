import { keyParts } from "../../nfe/access-key.ts";
import { instantOf } from "../../nfe/dates.ts";
import type { Note, Party } from "../../nfe/note.ts";
import { CANCELLATIONS } from "../../nfe/read/read-event.ts";
import { sameRoot } from "../../nfe/taxpayer.ts";
import type { KnownEvent, StoredEventEffect } from "../verdict/known-event.ts";

/** The parties of a note, by its key and its content. */
export type Parties = Pick<Note, "accessKey" | "emit" | "dest">;

/** The combined meaning of the events of a note, independent of their order of arrival. */
export interface Standing {
  readonly cancelled: boolean;
  /** The recipient's last conclusive statement, where it disowns the operation (210220, 210240). */
  readonly refused: KnownEvent | null;
  /** The goods did not arrive: 110192 that 110193 did not cancel, 112140. */
  readonly notDelivered: KnownEvent | null;
  /** Goods lost, stolen or perished on the way: 112130 of the supplier, 211124 of the buyer. */
  readonly lost: readonly KnownEvent[];
  /** Items that the buyer has turned into fixed assets (211130). */
  readonly immobilised: readonly KnownEvent[];
  /** Every event whose quantities are goods that are no longer there: 112130, 211124, 112140, 211130. In their order. */
  readonly takesOut: readonly KnownEvent[];
}

export const NO_EVENTS: Standing = {
  cancelled: false,
  refused: null,
  notDelivered: null,
  lost: [],
  immobilised: [],
  takesOut: [],
};

const CONFIRMED = "210200";
const REFUSED: readonly string[] = ["210220", "210240"];
const LOST: readonly string[] = ["112130", "211124"];
const IMMOBILISED = "211130";
const NOT_SUPPLIED = "112140";
const NOT_DELIVERED: readonly string[] = ["110192", NOT_SUPPLIED];
const TAKES_OUT: readonly string[] = [...LOST, NOT_SUPPLIED, IMMOBILISED];

/** Events that hold a note until a user decides. */
const HOLDING: readonly string[] = [...REFUSED, ...NOT_DELIVERED, ...LOST];

/** Events that only the emitter may make, and only the recipient (MOC; NT 2025.002, table of events). */
const OF_EMITTER: readonly string[] = [
  ...CANCELLATIONS,
  "110110",
  "110192",
  "110193",
  "112130",
  "112140",
];
const OF_RECIPIENT: readonly string[] = ["210200", "210210", ...REFUSED, "211124", IMMOBILISED];

/** 110001 cancels events of the tax reform, never a cancellation or a statement of the recipient (NT 2025.002). */
const CANCELS_EVENT = "110001";
const MAY_BE_CANCELLED = /^(?:112|211|212|412)[0-9]{3}$/;
/** The cancellation of a failed delivery. */
const CANCELS_NOT_DELIVERED = "110193";

/** Series that the tax office issues: the CNPJ in the key need not be the emitter's (MOC). */
const isTaxOffice = (accessKey: string): boolean => /^89/.test(keyParts(accessKey).serie);

/**
 * Whether the author of an emitter's event may be the key's emitter, as far as the key shows: the same root of a CNPJ, or
 * the same CPF. True for other events, and where the key does not contain the emitter (series 890 to 899).
 */
export function mayBeEmitter(
  event: Pick<KnownEvent, "type" | "author">,
  accessKey: string,
): boolean {
  if (!OF_EMITTER.includes(event.type) || isTaxOffice(accessKey)) return true;
  return event.author !== null && isInKey(event.author, accessKey);
}

const isInKey = (author: string, accessKey: string): boolean => {
  const { emit } = keyParts(accessKey);
  return author.length === 14 ? sameRoot(author, emit) : emit === `000${author}`;
};

const isParty = (author: string, party: Party | null): boolean =>
  party !== null && (author.length === 14 ? sameRoot(party.cnpj, author) : party.cpf === author);

/** Whether the author of an event may make it for this note. Events stored before authors were recorded are accepted. */
function isByAllowedAuthor(
  { type, author }: KnownEvent,
  { accessKey, emit, dest }: Parties,
): boolean {
  if (author === null) return true;
  if (OF_RECIPIENT.includes(type)) return isParty(author, dest);
  if (!OF_EMITTER.includes(type)) return true;
  return isInKey(author, accessKey) || (isTaxOffice(accessKey) && isParty(author, emit));
}

/** By the tax office's clock, then the author's, then the sequence, then the type. */
function inOrder(a: KnownEvent, b: KnownEvent): number {
  const ms = (event: KnownEvent) => instantOf(event.registeredAt ?? event.at ?? "") ?? 0;
  return ms(a) - ms(b) || a.sequence - b.sequence || a.type.localeCompare(b.type);
}

/** The events that count: by an allowed author, neither withdrawn nor cancelled by another event. In their order. */
function countingEvents(events: readonly KnownEvent[], parties: Parties): KnownEvent[] {
  const made = events
    .filter((event) => !event.withdrawn && isByAllowedAuthor(event, parties))
    .toSorted(inOrder);
  return made.filter((event, i) => !made.some((later, j) => cancelsEvent(later, event, j > i)));
}

/** Whether two events may be of one author: one CPF, one root of a CNPJ, or an author that was not recorded. */
export const mayBeOfOneAuthor = (
  { author: one }: Pick<KnownEvent, "author">,
  { author: other }: Pick<KnownEvent, "author">,
): boolean => one === null || other === null || one === other || sameRoot(one, other);

function cancelsEvent(by: KnownEvent, event: KnownEvent, isLater: boolean): boolean {
  const byNumber = by.undoes !== null && by.undoes.nProt === event.protocol;
  if (!mayBeOfOneAuthor(by, event)) return false;
  if (by.type === CANCELS_EVENT)
    return (
      byNumber &&
      MAY_BE_CANCELLED.test(event.type) &&
      (by.undoes?.type ?? event.type) === event.type
    );
  if (by.type !== CANCELS_NOT_DELIVERED || event.type !== "110192") return false;
  return by.undoes === null ? isLater : byNumber;
}

/** The combined meaning of the events under a note's key, independent of their order. */
export function standingOf(events: readonly KnownEvent[], parties: Parties): Standing {
  if (events.length === 0) return NO_EVENTS;
  const all = countingEvents(events, parties);
  const statement = all.findLast(({ type }) => type === CONFIRMED || REFUSED.includes(type));
  return {
    cancelled: all.some(({ type }) => CANCELLATIONS.includes(type)),
    refused: statement === undefined || statement.type === CONFIRMED ? null : statement,
    notDelivered: all.findLast(({ type }) => NOT_DELIVERED.includes(type)) ?? null,
    lost: all.filter(({ type }) => LOST.includes(type)),
    immobilised: all.filter(({ type }) => type === IMMOBILISED),
    takesOut: all.filter(({ type }) => TAKES_OUT.includes(type)),
  };
}

/**
 * The effect of an event on its note, whatever the note's state: so every order of arrival gives the same. `parties` null: the
 * note is not registered or cannot be read; then the author is accepted.
 */
export function effectOf(
  event: KnownEvent,
  isRegistered: boolean,
  parties: Parties | null,
): StoredEventEffect {
  if (parties !== null && !isByAllowedAuthor(event, parties)) return "none";
  if (!isRegistered) return "waiting";
  if (CANCELLATIONS.includes(event.type)) return "cancelled";
  return HOLDING.includes(event.type) ? "held" : "attached";
}
