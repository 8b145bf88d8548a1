import type { Finding } from "../document.ts";
import { isGtin } from "../gtin.ts";
import type { Exact, Item, Note } from "../note.ts";

/** What is odd in single items: values, barcodes, dates of lots, units, quantities. */
export function checkItems(note: Note, path: string): Finding[] {
  const findings: Finding[] = [];
  for (const [i, item] of note.items.entries()) {
    const prod = `${path}/det[${i + 1}]/prod`;
    for (const check of CHECKS) {
      const finding = check(item, prod, note);
      if (finding !== null) findings.push(finding);
    }
  }
  return findings;
}

type Check = (item: Item, prod: string, note: Note) => Finding | null;

const warning = (code: string, path: string, message: string): Finding => ({
  code,
  severity: "warning",
  path,
  message,
});
const info = (code: string, path: string, message: string): Finding => ({
  code,
  severity: "info",
  path,
  message,
});

const CHECKS: readonly Check[] = [
  (item, prod) =>
    worth(item.qCom, item.vUnCom, item.vProd_e2)
      ? null
      : warning(
          "item_value",
          `${prod}/vProd`,
          `Item ${item.nItem}: qCom × vUnCom é diferente de vProd.`,
        ),
  (item, prod) =>
    worth(item.qTrib, item.vUnTrib, item.vProd_e2)
      ? null
      : warning(
          "item_tax_value",
          `${prod}/vProd`,
          `Item ${item.nItem}: qTrib × vUnTrib é diferente de vProd.`,
        ),
  (item, prod) =>
    item.cEAN === null || isGtin(item.cEAN)
      ? null
      : warning("gtin_check_digit", `${prod}/cEAN`, `O GTIN do item ${item.nItem} não é válido.`),
  (item, prod) =>
    item.cEANTrib === null || item.cEANTrib === item.cEAN || isGtin(item.cEANTrib)
      ? null
      : warning(
          "gtin_check_digit",
          `${prod}/cEANTrib`,
          `O GTIN tributável do item ${item.nItem} não é válido.`,
        ),
  (item, prod) =>
    item.lots.some(({ dFab, dVal }) => dFab !== null && dVal !== null && dVal < dFab)
      ? warning(
          "lot_dates",
          `${prod}/rastro`,
          `A validade de um lote do item ${item.nItem} é anterior à fabricação.`,
        )
      : null,
  (item, prod, note) =>
    item.qCom.e4 === 0 && (note.ide.finNFe === "1" || note.ide.finNFe === "4")
      ? info("zero_quantity", `${prod}/qCom`, `O item ${item.nItem} tem quantidade zero.`)
      : null,
  (item, prod) =>
    item.uCom !== item.uTrib && item.qCom.e4 !== item.qTrib.e4
      ? info(
          "tax_unit",
          `${prod}/uTrib`,
          `O item ${item.nItem} é vendido como ${withComma(item.qCom)} ${item.uCom} e tributado como ${withComma(item.qTrib)} ` +
            `${item.uTrib}: confira o fator de conversão.`,
        )
      : null,
];

/** A quantity as the document writes it, with the comma of Brazil. */
const withComma = ({ text }: Exact): string => text.replace(".", ",");

const EXACT = Number.MAX_SAFE_INTEGER;

/**
 * |quantity × unit value − vProd| ≤ 0,01 (rejections 629 and 630), exactly: 4 and 10 places make 14, so BigInt where a
 * safe integer does not hold them. Prices of 2⁵³ and more are in real documents.
 */
function worth(quantity: Exact, unitValue: string, vProd_e2: number): boolean {
  const [whole = "0", fraction = ""] = unitValue.split(".");
  const digits = fraction.slice(0, 10).replace(/0+$/, "");
  const unit = Number(whole + digits);
  const cent = 10 ** (digits.length + 2);
  const [value, stated] = [quantity.e4 * unit, vProd_e2 * cent];
  if (value <= EXACT && stated <= EXACT && unit <= EXACT) return Math.abs(value - stated) <= cent;
  const difference = BigInt(quantity.e4) * BigInt(whole + digits) - BigInt(vProd_e2) * BigInt(cent);
  return difference <= BigInt(cent) && difference >= -BigInt(cent);
}
