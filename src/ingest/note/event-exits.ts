import { divideHalfUp, toScaled } from "../../lib/decimal.ts";
import { NOTE_SENTENCES, type UnclearExit } from "../../messages/pt-BR/documents/note-sentences.ts";
import { instantOf } from "../../nfe/dates.ts";
import type { EventQuantity } from "../../nfe/note.ts";
import type { EventExit } from "../../stock/posting/event-exits.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import { type UnitSpellings, unitKey } from "../../stock/supplier-items/unit.ts";
import type { KnownEvent } from "../verdict/known-event.ts";
import { itemParts, type StockItem } from "./lines.ts";
import type { Finding } from "./written-verdict.ts";

/** A movement of the note's posting: what an item, or a lot of it, has brought. */
export interface BroughtIn {
  readonly originRef: string;
  /** Signed, 1/10⁴, in stock units; only what is above 0 counts. */
  readonly quantity_e4: number;
}

/** What the events of a posted note take out of the stock. */
export interface EventExits {
  readonly exits: readonly EventExit[];
  /** `event_not_booked`, where a quantity could not become a movement. */
  readonly findings: readonly Finding[];
}

export interface ExitOptions {
  /** When it is written, ms UTC. */
  readonly at: number;
  /** The company's spellings of units. */
  readonly units: UnitSpellings;
}

export const NO_EXITS: EventExits = { exits: [], findings: [] };

/** The code of the finding about quantities that became no movement. */
export const NOT_BOOKED = "event_not_booked";

/** Most quantities that the finding names. */
const NAMED = 10;

/**
 * The exits of the events that take goods out (`Standing.takesOut`, in their order), of what the note's posting has brought; the
 * same for every order of arrival. A quantity in the item's commercial or taxable unit is converted by the item's own quantities,
 * half-up to 1/10⁴; all events together take at most what the item brought. Where the unit is another, the item is not known
 * for certain, or more is stated than came in, that part is no movement but a finding. Items that brought nothing are left out.
 */
export function eventExits(
  events: readonly KnownEvent[],
  items: readonly StockItem[],
  moved: readonly BroughtIn[],
  { at, units }: ExitOptions,
): EventExits {
  if (events.length === 0) return NO_EXITS;
  const brought = broughtByPart(moved);
  const parts = itemParts(items);
  const left = new Map<string, bigint>();
  const exits: EventExit[] = [];
  const unclear: UnclearExit[] = [];
  for (const event of events)
    for (const { stated, quantity_e4 } of summed(event.quantities, units)) {
      const refuse = (why: UnclearExit["why"]) =>
        unclear.push({ event: event.type, nItem: stated.nItem, why, ...shown(stated) });
      const candidates = items.filter(({ nItem }) => nItem === stated.nItem);
      const [item] = candidates;
      if (item === undefined || candidates.length > 1) {
        if (brought.size > 0) refuse(item === undefined ? "unknown_item" : "repeated_item");
        continue;
      }
      const part = parts.get(item.position) ?? "";
      const rows = brought.get(part) ?? [];
      const whole = rows.reduce((sum, row) => sum + BigInt(row.quantity_e4), 0n);
      if (whole === 0n) continue;
      const base_e4 = baseOf(item, stated.unit, units);
      if (quantity_e4 === null || base_e4 === null) {
        refuse(quantity_e4 === null ? "quantity" : "unit");
        continue;
      }
      const asked = divideHalfUp(quantity_e4 * whole, BigInt(base_e4));
      const rest = left.get(part) ?? whole;
      const over = asked - rest;
      const taken = over > 0n ? rest : asked;
      // Two events that round up may ask for 1/10⁴ more than there is.
      if (over > 1n) refuse("more_than_brought");
      if (asked === 0n && quantity_e4 > 0n) refuse("rounds_to_zero");
      if (taken === 0n) continue;
      left.set(part, rest - taken);
      exits.push(...exitsOf(event, item, part, rows, Number(taken), taken === whole, at));
    }
  return { exits: withOwnLines(exits), findings: unclear.length === 0 ? [] : [notBooked(unclear)] };
}

/** What a posting that is being made will have brought. */
export const broughtBy = ({ entries, id, reference }: Posting): BroughtIn[] =>
  entries.map(({ part, quantity_e4 }) => ({
    originRef: `${reference}#${part}@${id}`,
    quantity_e4,
  }));

function broughtByPart(moved: readonly BroughtIn[]): Map<string, BroughtIn[]> {
  const entered = moved.filter(({ quantity_e4 }) => quantity_e4 > 0);
  return Map.groupBy(entered, ({ originRef }) => /#([^/@]+)/.exec(originRef)?.[1] ?? "");
}

/** The quantities of one event, those of one item and unit added up; null: not a quantity of at most four places. */
function summed(
  quantities: readonly EventQuantity[],
  units: UnitSpellings,
): { stated: EventQuantity; quantity_e4: bigint | null }[] {
  const groups = Map.groupBy(quantities, ({ nItem, unit }) => `${nItem} ${unitKey(unit, units)}`);
  return [...groups.values()].flatMap((group) => {
    const [stated] = group;
    if (stated === undefined) return [];
    const amounts = group.map(({ quantity }) => toScaled(quantity, 4));
    const sum = amounts.reduce((total, one) => total + BigInt(one.ok ? one.value : 0), 0n);
    return [{ stated, quantity_e4: amounts.every(({ ok }) => ok) ? sum : null }];
  });
}

/** The item's whole quantity (1/10⁴) in the unit that the event names; null: it is neither uCom nor uTrib. */
function baseOf(item: StockItem, unit: string, units: UnitSpellings): number | null {
  const key = unitKey(unit, units);
  if (key === "") return null;
  if (key === unitKey(item.unit, units) && item.quantity_e4 > 0) return item.quantity_e4;
  if (key === unitKey(item.taxUnit, units) && item.taxQuantity_e4 > 0) return item.taxQuantity_e4;
  return null;
}

const shown = ({ quantity, unit }: EventQuantity) => ({ quantity: quantity.slice(0, 20), unit });

/** All of an item leaves lot by lot; a part of it is of the item's lot where it has only one. */
function exitsOf(
  event: KnownEvent,
  item: StockItem,
  part: string,
  rows: readonly BroughtIn[],
  taken: number,
  all: boolean,
  at: number,
): EventExit[] {
  const base = {
    notes: NOTE_SENTENCES.eventExit(event.type, item.nItem),
    happenedAt: Math.min(instantOf(event.at ?? event.registeredAt ?? "") ?? at, at),
  };
  const line = `${part}/${event.id}`;
  const [first] = rows;
  if (first === undefined) return [];
  if (rows.length === 1 || !all)
    return [{ ...base, line, from: first.originRef, ofLot: rows.length === 1, quantity_e4: taken }];
  return rows.map(({ originRef, quantity_e4 }) => ({
    ...base,
    line,
    from: originRef,
    ofLot: true,
    quantity_e4,
  }));
}

/** Numbers the exits of one item and event after the first: each has a line of its own in the ledger. */
function withOwnLines(exits: readonly EventExit[]): EventExit[] {
  const times = new Map<string, number>();
  return exits.map((exit) => {
    const n = (times.get(exit.line) ?? 0) + 1;
    times.set(exit.line, n);
    return n === 1 ? exit : { ...exit, line: `${exit.line}/${n}` };
  });
}

const notBooked = (unclear: readonly UnclearExit[]): Finding => ({
  code: NOT_BOOKED,
  severity: "warning",
  path: null,
  message: NOTE_SENTENCES.eventNotBooked(unclear.slice(0, NAMED), unclear.length),
});
