import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { SeenAssumption, SeenValues } from "../../stock/posting/posting-guards.ts";
import type { StockItem } from "./lines.ts";
import type { Mapping } from "./mapping.ts";
import type { Finding } from "./written-verdict.ts";

type SeenItem = Pick<StockItem, "position" | "nItem" | "code" | "unit" | "barcode" | "ncm">;

/** One number of GS1 in 8, 12, 13 or 14 digits is one number: zeros before it do not count. */
const sameGtin = (a: string, b: string): boolean => a.replace(/^0+/, "") === b.replace(/^0+/, "");

/** An NCM of zeros says that there is none. */
const ncmOf = ({ ncm }: Pick<StockItem, "ncm">): string | null =>
  ncm !== null && /[1-9]/.test(ncm) ? ncm : null;

/**
 * What a known code of a supplier says otherwise than in the last note in stock: its GTIN, its NCM, or a unit that it never had.
 * A value that is missing, now or then, is no change.
 */
export function changedItemFindings(items: readonly SeenItem[], mapping: Mapping): Finding[] {
  return items.flatMap((item) => {
    const known = mapping.find(item.code, item.unit);
    const found = (code: string, tag: string, message: string): Finding => ({
      code,
      severity: "warning",
      path: `/NFe/infNFe/det[${item.position}]/prod/${tag}`,
      message,
    });
    const { nItem } = item;
    if (known === null) {
      const other = mapping.otherUnit(item.code, item.unit);
      if (other === null) return [];
      return [found("unit_changed", "uCom", NOTE_SENTENCES.unitChanged(nItem, other, item.unit))];
    }
    const gtin = known.seenBarcode;
    const ncm = ncmOf({ ncm: known.seenNcm });
    const now = ncmOf(item);
    const findings: Finding[] = [];
    if (gtin !== null && item.barcode !== null && !sameGtin(gtin, item.barcode))
      findings.push(
        found("gtin_changed", "cEAN", NOTE_SENTENCES.gtinChanged(nItem, gtin, item.barcode)),
      );
    if (ncm !== null && now !== null && ncm !== now)
      findings.push(found("ncm_changed", "NCM", NOTE_SENTENCES.ncmChanged(nItem, ncm, now)));
    return findings;
  });
}

/** What the findings above rest on, for the guard of the batch: each code and unit once. */
export function assumedSeen(items: readonly SeenItem[], mapping: Mapping): SeenAssumption[] {
  return items.map((item) => {
    const known = mapping.find(item.code, item.unit);
    return {
      code: item.code,
      unit: mapping.unitOf(item.unit),
      barcode: known?.seenBarcode ?? item.barcode,
      ncm: known?.seenNcm ?? ncmOf(item),
      other: known === null && mapping.otherUnit(item.code, item.unit) !== null,
    };
  });
}

/** What a posting of these items has seen of supplier items that are known: the values that differ from the last ones. */
export function seenValues(items: readonly SeenItem[], mapping: Mapping): SeenValues[] {
  return items.flatMap((item) => {
    const known = mapping.find(item.code, item.unit);
    if (known === null) return [];
    const [barcode, ncm] = [item.barcode ?? known.seenBarcode, ncmOf(item) ?? known.seenNcm];
    return barcode === known.seenBarcode && ncm === known.seenNcm
      ? []
      : [{ code: known.code, unit: known.unit, barcode, ncm }];
  });
}
