import { apportion, sumExact } from "../../lib/decimal.ts";
import type { NItem, Position } from "../../lib/item-number.ts";
import { Failed } from "../../lib/result.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { StockFailure } from "../../stock/failures.ts";
import type { Entry, SupplierLine } from "../../stock/posting/posting.ts";
import {
  FACTOR_ONE,
  type Factor,
  sameFactor,
  toStockUnits,
} from "../../stock/supplier-items/factor.ts";
import { type UnitSpellings, unitKey } from "../../stock/supplier-items/unit.ts";
import type { CostedItem } from "../cost/item-cost.ts";
import type { Effect } from "../verdict/verdict.ts";
import { isOff, offByMuch, type Rounded } from "./rounded.ts";
import type { StoredLot } from "./tables.ts";
import type { Finding } from "./written-verdict.ts";

/** An item of a note as the ledger and `note_items` need it. */
export interface StockItem extends CostedItem {
  /** Identifies the item: nItem may repeat. */
  readonly position: Position;
  readonly nItem: NItem;
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly quantity_e4: number;
  readonly barcode: string | null;
  readonly ncm: string | null;
  readonly taxUnit: string;
  readonly taxQuantity_e4: number;
  /** cEANTrib where it is another than cEAN. */
  readonly taxBarcode: string | null;
  readonly lots: readonly StoredLot[];
}

/** How one item is booked. */
export interface Booking {
  readonly item: StockItem;
  readonly effect: Effect;
  /** Stock units in one uCom. */
  readonly factor: Factor;
  /** Product set by the user; null: use the supplier item's. */
  readonly product: string | null;
  readonly savesMapping: boolean;
  /** The item has a mapping. */
  readonly mapped: boolean;
  /** The factor was set by the user. */
  readonly factorIsManual: boolean;
  /** The landed value of the line is a cost; false: the goods return at a selling price. */
  readonly bringsCost: boolean;
}

/** The part of `origin_ref` that names each item: its nItem, with its position where the number repeats. */
export function itemParts(
  items: readonly { position: Position; nItem: NItem }[],
): ReadonlyMap<Position, string> {
  const times = new Map<NItem, number>();
  for (const { nItem } of items) times.set(nItem, (times.get(nItem) ?? 0) + 1);
  return new Map(
    items.map(({ position, nItem }) => [
      position,
      times.get(nItem) === 1 ? `${nItem}` : `${nItem}.${position}`,
    ]),
  );
}

/** Whether Σ qLote is qCom or qTrib (`rastro` states no unit): only then is each lot a movement of its own. */
export function lotsAddUp(
  item: Pick<StockItem, "quantity_e4" | "taxQuantity_e4" | "lots">,
): boolean {
  const sum = sumExact(item.lots.map((lot) => lot.quantity_e4));
  return sum > 0 && (sum === item.quantity_e4 || sum === item.taxQuantity_e4);
}

/**
 * The supplier lines and ledger entries of the items that move goods: one entry per item and lot.
 * The parts of a line add up to it exactly, in quantity and in cost (largest remainder).
 * `rounded`: the items that rounding has changed by more than 1 %. Callers have refused what would be 0 (`roundsToZero`).
 * `units`: the company's spellings of units. Fails with `stock.out_of_range` for a quantity beyond 2⁵³ of 1/10⁴.
 */
export function bookingLines(
  bookings: readonly Booking[],
  units: UnitSpellings,
): {
  lines: SupplierLine[];
  entries: Entry[];
  rounded: Rounded[];
} {
  const rounded: Rounded[] = [];
  const lines: SupplierLine[] = [];
  const entries: Entry[] = [];
  const parts = itemParts(bookings.map((booking) => booking.item));
  for (const booking of bookings) {
    const { item, effect } = booking;
    const unit = unitKey(item.unit, units);
    if (effect !== "entry" && effect !== "exit") continue;
    const quantity_e4 = Number(toStockUnits(item.quantity_e4, booking.factor));
    if (quantity_e4 === 0) continue;
    if (!Number.isSafeInteger(quantity_e4))
      throw new Failed<StockFailure>({
        code: "stock.out_of_range",
        product_code: booking.product ?? item.code,
      });
    // Exits and returned goods are valued at a selling price, which is no cost.
    const costed = effect === "entry" && booking.bringsCost;
    const costs = costed && item.landed_e2 > 0;
    lines.push({
      n: item.position,
      cost_e2: costs ? item.landed_e2 : null,
      cost_quantity_e4: costs ? quantity_e4 : null,
      code: item.code,
      unit,
      spelling: item.unit,
      name: item.name,
      barcode: item.barcode,
      ncm: item.ncm,
      stock_unit: sameFactor(booking.factor, FACTOR_ONE) ? item.unit : item.taxUnit,
      factor_e4: booking.factor.e4,
      factor_divisor: booking.factor.divisor,
      product: booking.product,
      saves_mapping: booking.savesMapping,
      mapped: booking.mapped,
      factor_is_manual: booking.factorIsManual,
    });
    const sign = effect === "entry" ? 1 : -1;
    const made = partsOf(item, quantity_e4);
    const much = offByMuch(item, booking.factor, quantity_e4, made.roundedLots);
    if (much !== null) rounded.push(much);
    for (const part of made.parts)
      entries.push({
        code: item.code,
        unit,
        product: booking.product,
        quantity_e4: sign * part.quantity_e4,
        cost_e2: costed ? part.cost_e2 : null,
        lot: part.lot,
        expires_on: part.expires_on,
        line: item.position,
        part: `${parts.get(item.position)}${part.lot === null ? "" : `/${part.ref}`}`,
      });
  }
  return { lines, entries, rounded };
}

interface Part {
  quantity_e4: number;
  cost_e2: number;
  lot: string | null;
  /** Unique among the lots of the item: the lot's number, with its expiry where the number repeats. */
  ref: string;
  expires_on: string | null;
}

/** The movements of an item; `roundedLots`: the lots of which rounding leaves nothing, or changes more than 1 %. */
function partsOf(
  item: StockItem,
  quantity_e4: number,
): { parts: Part[]; roundedLots: readonly string[] } {
  const whole: Part = {
    quantity_e4,
    cost_e2: item.landed_e2,
    lot: null,
    ref: "",
    expires_on: null,
  };
  if (item.lots.length === 0 || !lotsAddUp(item)) return { parts: [whole], roundedLots: [] };
  const lots = mergedLots(item.lots);
  const quantities = apportion(
    quantity_e4,
    lots.map((lot) => lot.quantity_e4),
  );
  const costs = apportion(item.landed_e2, quantities);
  const sum = sumExact(lots.map((lot) => lot.quantity_e4));
  const off = lots.filter((lot, i) =>
    isOff(BigInt(quantities[i] ?? 0) * BigInt(sum), BigInt(quantity_e4) * BigInt(lot.quantity_e4)),
  );
  const parts = lots
    .map((lot, i) => ({
      quantity_e4: quantities[i] ?? 0,
      cost_e2: costs[i] ?? 0,
      lot: lot.lot,
      ref: lot.ref,
      expires_on: lot.expires_on,
    }))
    .filter((part) => part.quantity_e4 > 0);
  return { parts, roundedLots: off.map(({ lot }) => lot) };
}

/** One lot for each number and expiry date: another date is another movement. */
function mergedLots(lots: readonly StoredLot[]): (StoredLot & { ref: string })[] {
  const merged = new Map<string, StoredLot & { ref: string }>();
  const refs = new Set(lots.map(({ lot }) => lot));
  const seen = new Set<string>();
  for (const lot of lots) {
    const key = `${lot.lot}\u0000${lot.expires_on ?? ""}`;
    const same = merged.get(key);
    if (same !== undefined) {
      merged.set(key, { ...same, quantity_e4: same.quantity_e4 + lot.quantity_e4 });
      continue;
    }
    // The first lot keeps its number alone. A ref may equal the number of another lot: a slash is added until it does not.
    let ref = lot.lot;
    if (seen.has(lot.lot)) {
      ref = `${lot.lot}/${lot.expires_on ?? ""}`;
      while (refs.has(ref)) ref += "/";
      refs.add(ref);
    }
    seen.add(lot.lot);
    merged.set(key, { ...lot, ref });
  }
  return [...merged.values()];
}

/** Findings about repeated item numbers, and about lots whose quantities do not add up. */
export function itemFindings(items: readonly StockItem[]): Finding[] {
  const repeated = new Set<NItem>();
  const seen = new Set<NItem>();
  for (const { nItem } of items) {
    if (seen.has(nItem)) repeated.add(nItem);
    seen.add(nItem);
  }
  return [
    ...[...repeated].map((nItem) => ({
      code: "repeated_item_number",
      severity: "warning" as const,
      path: `/NFe/infNFe/det[@nItem=${nItem}]`,
      message: NOTE_SENTENCES.repeatedItemNumber(nItem),
    })),
    ...items
      .filter((item) => item.lots.length > 0 && !lotsAddUp(item))
      .map((item) => ({
        code: "lots_do_not_add_up",
        severity: "warning" as const,
        path: `/NFe/infNFe/det[${item.position}]/prod/rastro`,
        message: NOTE_SENTENCES.lotsDoNotAddUp(item.nItem),
      })),
  ];
}
