import type { NfeFinding } from "../findings.ts";
import { isGtin } from "../gtin.ts";
import type { Exact, Item, Note } from "../note.ts";

/** Checks each item by itself: values, barcodes, dates of lots, units, quantities. */
export function checkItems(note: Note, path: string): NfeFinding[] {
  const findings: NfeFinding[] = [];
  for (const [i, item] of note.items.entries()) {
    const prod = `${path}/det[${i + 1}]/prod`;
    for (const check of CHECKS) {
      const finding = check(item, prod, note);
      if (finding !== null) findings.push(finding);
    }
  }
  return findings;
}

type Check = (item: Item, prod: string, note: Note) => NfeFinding | null;

const CHECKS: readonly Check[] = [
  ({ qCom, vUnCom, vProd_e2, nItem }, prod) =>
    isWorth(qCom, vUnCom, vProd_e2)
      ? null
      : { code: "item_value", severity: "warning", path: `${prod}/vProd`, params: { nItem } },
  ({ qTrib, vUnTrib, vProd_e2, nItem }, prod) =>
    isWorth(qTrib, vUnTrib, vProd_e2)
      ? null
      : { code: "item_tax_value", severity: "warning", path: `${prod}/vProd`, params: { nItem } },
  ({ cEAN, nItem }, prod) =>
    cEAN === null || isGtin(cEAN) ? null : wrongGtin(nItem, "cEAN", prod),
  ({ cEAN, cEANTrib, nItem }, prod) =>
    cEANTrib === null || cEANTrib === cEAN || isGtin(cEANTrib)
      ? null
      : wrongGtin(nItem, "cEANTrib", prod),
  ({ lots, nItem }, prod) =>
    lots.some(({ dFab, dVal }) => dFab !== null && dVal !== null && dVal < dFab)
      ? { code: "lot_dates", severity: "warning", path: `${prod}/rastro`, params: { nItem } }
      : null,
  ({ qCom, nItem }, prod, { ide }) =>
    qCom.e4 === 0 && (ide.finNFe === "1" || ide.finNFe === "4")
      ? { code: "zero_quantity", severity: "info", path: `${prod}/qCom`, params: { nItem } }
      : null,
  ({ nItem, uCom, qCom, uTrib, qTrib }, prod) =>
    uCom !== uTrib && qCom.e4 !== qTrib.e4
      ? {
          code: "tax_unit",
          severity: "info",
          path: `${prod}/uTrib`,
          params: { nItem, uCom, qCom: qCom.text, uTrib, qTrib: qTrib.text },
        }
      : null,
];

const wrongGtin = (nItem: number, tag: "cEAN" | "cEANTrib", prod: string): NfeFinding => ({
  code: "gtin_check_digit",
  severity: "warning",
  path: `${prod}/${tag}`,
  params: { nItem, tag },
});

const EXACT = Number.MAX_SAFE_INTEGER;

/**
 * |quantity × unit value − vProd| ≤ 0,01 (rejections 629 and 630), exactly: 4 and 10 places make 14, so BigInt where a
 * safe integer does not hold them. Prices of 2⁵³ and more are in real documents.
 */
function isWorth(quantity: Exact, unitValue: string, vProd_e2: number): boolean {
  const [whole = "0", fraction = ""] = unitValue.split(".");
  const digits = fraction.slice(0, 10).replace(/0+$/, "");
  const unit = Number(whole + digits);
  const cent = 10 ** (digits.length + 2);
  const [value, stated] = [quantity.e4 * unit, vProd_e2 * cent];
  if (value <= EXACT && stated <= EXACT && unit <= EXACT) return Math.abs(value - stated) <= cent;
  const difference = BigInt(quantity.e4) * BigInt(whole + digits) - BigInt(vProd_e2) * BigInt(cent);
  return difference <= BigInt(cent) && difference >= -BigInt(cent);
}
