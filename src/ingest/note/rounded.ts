import { fromScaled } from "../../lib/decimal.ts";
import type { NItem, Position } from "../../lib/item-number.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Statement } from "../../ports/sql.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import {
  FACTOR_ONE,
  type Factor,
  factorText,
  sameFactor,
  toStockUnits,
} from "../../stock/supplier-items/factor.ts";
import type { Mapping } from "./mapping.ts";
import type { Finding } from "./written-verdict.ts";

/** An item whose quantity in stock units is more than 1 % off what the factor gives, or that of some of its lots. */
export interface Rounded {
  readonly position: Position;
  readonly nItem: NItem;
  /** The quantity as the note has it and as it is booked, and the factor; null: only lots are off. */
  readonly whole: {
    readonly stated: string;
    readonly booked: string;
    readonly factor: string;
  } | null;
  readonly lots: readonly string[];
}

interface Measured {
  readonly position: Position;
  readonly nItem: NItem;
  readonly code: string;
  readonly unit: string;
  readonly quantity_e4: number;
}

export const QUANTITY_ROUNDED = "quantity_rounded";
/** Most lots that a finding names. */
const NAMED = 10;

/** Whether goods of this quantity (1/10⁴) would be nothing in stock units. */
export const roundsToZero = (quantity_e4: number, factor: Factor): boolean =>
  quantity_e4 > 0 && !sameFactor(factor, FACTOR_ONE) && toStockUnits(quantity_e4, factor) === 0n;

/** The items of which a mapping leaves nothing. */
export const vanishingItems = <I extends Measured>(items: readonly I[], mapping: Mapping): I[] =>
  items.filter(({ quantity_e4, code, unit }) =>
    roundsToZero(quantity_e4, mapping.find(code, unit)?.factor ?? FACTOR_ONE),
  );

/** Whether a rounded number is more than 1 % off the exact one, both above 0 or 0, in the same fraction. */
export const isOff = (rounded: bigint, exact: bigint): boolean => {
  const off = rounded - exact;
  return (off < 0n ? -off : off) * 100n > exact;
};

/** What rounding has changed of an item by more than 1 %; null: nothing. `booked_e4`: its quantity in stock units. */
export function offByMuch(
  { position, nItem, unit, quantity_e4 }: Measured,
  factor: Factor,
  booked_e4: number,
  lots: readonly string[],
): Rounded | null {
  const isWholeOff =
    !sameFactor(factor, FACTOR_ONE) &&
    isOff(
      BigInt(booked_e4) * 10_000n * BigInt(factor.divisor),
      BigInt(quantity_e4) * BigInt(factor.e4),
    );
  if (!isWholeOff && lots.length === 0) return null;
  const whole = isWholeOff
    ? {
        stated: `${fromScaled(quantity_e4, 4)} ${unit}`.trim(),
        booked: fromScaled(booked_e4, 4),
        factor: factorText(factor),
      }
    : null;
  return { position, nItem, whole, lots };
}

/** The findings of these items: where a factor is too small for what stands in stock to be what the note says. */
export const roundedFindings = (items: readonly Rounded[]): Finding[] =>
  items.flatMap(({ position, nItem, whole, lots }) => {
    const found = (tag: string, message: string): Finding => ({
      code: QUANTITY_ROUNDED,
      severity: "warning",
      path: `/NFe/infNFe/det[${position}]/prod/${tag}`,
      message,
    });
    const names = lots.slice(0, NAMED).join(", ");
    return [
      ...(whole === null ? [] : [found("qCom", NOTE_SENTENCES.quantityRounded(nItem, whole))]),
      ...(lots.length === 0 ? [] : [found("rastro", NOTE_SENTENCES.lotsRounded(nItem, names))]),
    ];
  });

/** Writes them on the posted note; no statement where there are none. For the batch of its posting. */
export const saveRounded = (
  { company, id, reference }: Pick<Posting, "company" | "id" | "reference">,
  findings: readonly Finding[],
): Statement[] =>
  findings.map((finding) => ({
    sql: `update notes set findings = json_insert(findings, '$[#]', json(?4))
      where company = ?1 and access_key = ?3 and posting = ?2`,
    args: [company, id, reference, JSON.stringify(finding)],
  }));
