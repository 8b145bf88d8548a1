import { fold } from "../../lib/fold.ts";
import { isGtin } from "../../nfe/gtin.ts";
import { FACTOR_ONE, type Factor, fractionFactor } from "../../stock/supplier-items/factor.ts";
import { plainUnit, type UnitSpellings, unitKey } from "../../stock/supplier-items/unit.ts";

/** An item of a supplier, as a note has it; quantities in 1/10⁴. */
export interface UnmappedItem {
  readonly supplier: string;
  readonly code: string;
  /** As the note has it. */
  readonly unit: string;
  readonly name: string;
  readonly ncm: string | null;
  /** cEAN, and cEANTrib where it is another. */
  readonly barcode: string | null;
  readonly taxBarcode: string | null;
  readonly quantity_e4: number;
  readonly taxUnit: string;
  readonly taxQuantity_e4: number;
}

/** A product that an item may be. */
export interface ProductCandidate {
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly ncm: string | null;
  readonly barcode: string | null;
}

/** A supplier item that is mapped, with its product: of the same supplier and code, or with a GTIN that is the item's. */
export interface MappedCandidate {
  readonly supplier: string;
  readonly code: string;
  readonly unit: string;
  readonly seenBarcode: string | null;
  readonly product: ProductCandidate;
}

export type SuggestionReason =
  /** The GTIN of the item, or that of its tax unit, is the product's barcode. */
  | { readonly code: "gtin" | "gtin_trib"; readonly gtin: string }
  /** The supplier's same code in another unit is this product. */
  | { readonly code: "same_code"; readonly unit: string }
  /** An item with the same GTIN is this product: of the same supplier under another code, or of another supplier. */
  | { readonly code: "gtin_of_item"; readonly supplier: string; readonly item: string }
  /** The NCM is the same and the names share words: `score` of 100. */
  | { readonly code: "name"; readonly score: number };

/** Where the factor comes from: the units are one, the text of the unit (`CX12`), or qTrib / qCom. Never a proof. */
export type FactorSource = "same_unit" | "unit_text" | "tax_quantity";

export interface Suggestion {
  readonly product: ProductCandidate;
  /** 0 to 100: how sure the strongest reason is. */
  readonly confidence: number;
  /** The strongest first. */
  readonly reasons: readonly SuggestionReason[];
  /** Null: nothing says how many stock units are in one of the supplier's. */
  readonly factor: { readonly value: Factor; readonly from: FactorSource } | null;
}

const CONFIDENCE = { gtin: 95, gtin_trib: 90, same_code: 85, gtin_of_item: 80 } as const;
/** A name alone is never more than this, and one below LEAST_SCORE is nothing. */
const NAME_CONFIDENCE = 75;
const LEAST_SCORE = 40;

const confidenceOf = (reason: SuggestionReason): number =>
  reason.code === "name"
    ? Math.floor((reason.score * NAME_CONFIDENCE) / 100)
    : CONFIDENCE[reason.code];

/**
 * The products that an item may be, the most certain first, at most `most`; of equal ones the lower code. Nothing is applied: a
 * person decides. Reasons and their confidence are our own decision (docs/adr/0013: a GTIN never links by itself).
 */
export function suggestProducts(
  item: UnmappedItem,
  products: readonly ProductCandidate[],
  mapped: readonly MappedCandidate[],
  units: UnitSpellings,
  most: number,
): Suggestion[] {
  const found = new Map<string, { product: ProductCandidate; reasons: SuggestionReason[] }>();
  const add = (product: ProductCandidate, reason: SuggestionReason) => {
    const known = found.get(product.code) ?? { product, reasons: [] };
    if (!known.reasons.some(({ code }) => code === reason.code)) known.reasons.push(reason);
    found.set(product.code, known);
  };
  for (const product of products)
    for (const reason of reasonsOfProduct(item, product)) add(product, reason);
  for (const candidate of mapped) {
    const reason = reasonOfMapped(item, candidate, units);
    if (reason !== null) add(candidate.product, reason);
  }
  return [...found.values()]
    .map(({ product, reasons }) => {
      const sorted = reasons.sort((a, b) => confidenceOf(b) - confidenceOf(a));
      const confidence = Math.max(...sorted.map(confidenceOf));
      return {
        product,
        confidence,
        reasons: sorted,
        factor: factorFor(item, product, sorted, units),
      };
    })
    .sort((a, b) => b.confidence - a.confidence || (a.product.code < b.product.code ? -1 : 1))
    .slice(0, most);
}

/** Two GTIN of valid digits are one number where they differ in zeros before it alone. */
const sameGtin = (a: string | null, b: string | null): a is string =>
  a !== null && b !== null && isGtin(a) && isGtin(b) && a.padStart(14, "0") === b.padStart(14, "0");

function reasonsOfProduct(item: UnmappedItem, product: ProductCandidate): SuggestionReason[] {
  const reasons: SuggestionReason[] = [];
  if (sameGtin(item.barcode, product.barcode)) reasons.push({ code: "gtin", gtin: item.barcode });
  if (sameGtin(item.taxBarcode, product.barcode))
    reasons.push({ code: "gtin_trib", gtin: item.taxBarcode });
  const score = nameScore(item.name, product.name);
  if (
    item.ncm !== null &&
    /[1-9]/.test(item.ncm) &&
    item.ncm === product.ncm &&
    score >= LEAST_SCORE
  )
    reasons.push({ code: "name", score });
  return reasons;
}

function reasonOfMapped(
  item: UnmappedItem,
  { supplier, code, unit, seenBarcode }: MappedCandidate,
  units: UnitSpellings,
): SuggestionReason | null {
  if (supplier === item.supplier && code === item.code)
    return unit === unitKey(item.unit, units) ? null : { code: "same_code", unit };
  return sameGtin(item.barcode, seenBarcode)
    ? { code: "gtin_of_item", supplier, item: code }
    : null;
}

const words = (name: string): Set<string> =>
  new Set(
    fold(name)
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length > 1 || /\d/.test(word)),
  );

/** How alike two names are, 0 to 100: twice the words that both have, by the words of each, folded, rounded down. */
export function nameScore(a: string, b: string): number {
  const [ours, theirs] = [words(a), words(b)];
  const all = ours.size + theirs.size;
  return all === 0 ? 0 : Math.floor((200 * ours.intersection(theirs).size) / all);
}

/** Units that are a number of pieces by their name. */
const COUNTS: Readonly<Record<string, number>> = { DZ: 12, CENTO: 100, CENTOS: 100, MILHEI: 1_000 };
const PACK = /^[\p{L}]{1,6}[\s./-]*(?:C\s?[/.]?\s?)?(\d{1,5})$/u;

/** How many pieces a unit says that it holds (`CX12`, `CX/12`, `FD 6`, `PCT10`, `DZ`); null: it does not say. */
export function piecesIn(unit: string, units: UnitSpellings): number | null {
  const counted = COUNTS[unitKey(unit, units)];
  if (counted !== undefined) return counted;
  // M2 and M3 are measures, not packs.
  if (/^M[23]$/.test(unitKey(unit, units))) return null;
  const pieces = Number(PACK.exec(plainUnit(unit))?.[1] ?? 0);
  return pieces > 0 ? pieces : null;
}

function factorFor(
  item: UnmappedItem,
  product: ProductCandidate,
  reasons: readonly SuggestionReason[],
  units: UnitSpellings,
): Suggestion["factor"] {
  const key = (text: string) => unitKey(text, units);
  const tax = taxRatio(item);
  // The product has the barcode of the tax unit: it is counted in that unit, whatever its name.
  if (reasons[0]?.code === "gtin_trib" && tax !== null) return { value: tax, from: "tax_quantity" };
  if (key(item.unit) === key(product.unit)) return { value: FACTOR_ONE, from: "same_unit" };
  const pieces = piecesIn(item.unit, units);
  const packed = pieces === null ? null : fractionFactor(`${pieces}/1`);
  if (packed?.ok === true) return { value: packed.value, from: "unit_text" };
  return tax !== null && key(item.taxUnit) === key(product.unit)
    ? { value: tax, from: "tax_quantity" }
    : null;
}

/** qTrib / qCom in lowest terms; null where one of them is 0, or a term is beyond what a factor may have. */
function taxRatio({ quantity_e4, taxQuantity_e4 }: UnmappedItem): Factor | null {
  if (quantity_e4 <= 0 || taxQuantity_e4 <= 0) return null;
  const by = commonDivisor(taxQuantity_e4, quantity_e4);
  const ratio = fractionFactor(`${taxQuantity_e4 / by}/${quantity_e4 / by}`);
  return ratio.ok ? ratio.value : null;
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));
