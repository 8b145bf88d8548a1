import type { UserCause } from "../../accounts/actor.ts";
import type { Settings } from "../../accounts/company.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Statement } from "../../ports/sql.ts";
import { appendMovedActivating, postedByDocument } from "../../stock/posting/append-moved.ts";
import {
  changeEventExits,
  EVENT_ORIGIN,
  type EventExit,
  type EventExitChange,
  eventExitsMade,
  type StandingExit,
  standingExits,
} from "../../stock/posting/event-exits.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import { movementsOfPosting } from "../../stock/posting/reversal.ts";
import { type EventExits, eventExits } from "../note/event-exits.ts";
import { itemsOf, type StoredNote } from "../note/stored-note.ts";
import type { KnownEvent } from "../verdict/known-event.ts";
import { saveEventBeforeCount } from "./before-count.ts";
import { appendLowStockOfNote } from "./low-stock.ts";
import { saveMissingByEvents } from "./missing-goods.ts";

/** The exits of events that a note in stock is to have, and those that it has. */
export interface PreparedExits {
  readonly wanted: EventExits;
  readonly standing: readonly StandingExit[];
}

/** Reads what the events of a note in stock (in their order) take out, and what has left by them already. Writes nothing. */
export async function prepareExits(
  ports: Pick<Ports, "reader" | "clock">,
  { company, units }: Pick<Settings, "company" | "units">,
  {
    id,
    issuedAt,
    accessKey,
    posting,
  }: Pick<StoredNote, "id" | "issuedAt" | "accessKey" | "posting">,
  takesOut: readonly KnownEvent[],
  signal?: AbortSignal,
): Promise<PreparedExits> {
  const standing = await standingExits(ports, company, accessKey, signal);
  if (posting === null || takesOut.length === 0)
    return { wanted: { exits: [], findings: [] }, standing };
  const of = { company, of: posting, origin: "NFE", accessKey };
  const moved = await movementsOfPosting(ports, of, signal);
  const items = await itemsOf(ports, company, { id, issuedAt }, signal);
  return { wanted: eventExits(takesOut, items, moved, { at: ports.clock.now(), units }), standing };
}

const identity = ({ line, quantity_e4 }: Pick<EventExit, "line" | "quantity_e4">) =>
  `${line} ${Math.abs(quantity_e4)}`;

/** What must be made and taken back so that exactly the wanted exits stand. */
export function exitsToChange({ wanted, standing }: PreparedExits): {
  made: readonly EventExit[];
  takenBack: readonly StandingExit[];
} {
  const has = new Set(standing.map(identity));
  const wants = new Set(wanted.exits.map(identity));
  return {
    made: wanted.exits.filter((exit) => !has.has(identity(exit))),
    takenBack: standing.filter((exit) => !wants.has(identity(exit))),
  };
}

/** The statements of what events take out of a posting that the same batch makes, with the finding about what they cannot. */
export function exitsAtOnce(
  { company, id, reference, userId, at, day, guard }: Posting,
  { exits, findings }: EventExits,
  cause: UserCause,
): Statement[] {
  const won = { sql: guard, args: [company, id, reference] };
  const change = { company, id, accessKey: reference, made: exits, takenBack: [], reason: "" };
  return [
    ...eventExitStatements({ ...change, userId, at, day, guard: won }, cause),
    ...findings.map((finding) => ({
      sql: `update notes set findings = json_insert(findings, '$[#]', json(?4))
        where company = ?1 and access_key = ?3 and posting = ?2`,
      args: [company, id, reference, JSON.stringify(finding)],
    })),
  ];
}

/**
 * The statements of a change of event exits: the movements, a finding that names the later exits that miss goods, low stock,
 * feed, cache and audit. Nothing to do: no statements. As with a cancellation, the company's leave for a balance below zero is
 * not asked: the tax office has registered that the goods are not there.
 */
export function eventExitStatements(change: EventExitChange, cause: UserCause): Statement[] {
  const { company, id, accessKey, at, made, takenBack } = change;
  if (made.length === 0 && takenBack.length === 0) return [];
  const guard = eventExitsMade(change);
  const posting = { company, id, reference: accessKey, origin: EVENT_ORIGIN, at };
  return [
    ...changeEventExits(change),
    saveEventBeforeCount(change),
    ...(made.length === 0 ? [] : [...saveMissingByEvents(change), appendLowStockOfNote(posting)]),
    ...appendMovedActivating(
      at,
      {
        type: "nfe.event_exits",
        payload: { access_key: accessKey, made: made.length, taken_back: takenBack.length },
      },
      postedByDocument(company, id, accessKey, [EVENT_ORIGIN]),
      guard,
    ),
    bumpTags(company, ["nfes", "stock"], guard),
    audit(
      cause,
      at,
      {
        action: "nfe.event_exits",
        entity: "nfe",
        id: accessKey,
        detail: { posting: id, made: made.length, taken_back: takenBack.length },
      },
      guard,
    ),
  ];
}
