/**
 * What notes bring to the stock, reckoned from their text alone with BigInt: nothing of the service's reader, its decimals or
 * its ledger. It reads only what the generator writes: no prefixes, no CDATA.
 */

/** Who coded the items, and what they are called; `\u0000` stands in no XML. */
export const itemKey = (supplier: string, code: string, unit: string): string =>
  `${supplier}\u0000${code}\u0000${unit}`;

export interface ExpectedStock {
  /** itemKey → signed quantity, 1/10⁴ of the supplier's unit times `factorOf`, and lots apart as `key\u0000lot`. */
  readonly quantities: Map<string, bigint>;
  readonly lots: Map<string, bigint>;
  /** Access key → what it costs us, 1/10²: vNF, and 0 for what we sold, whose price is no cost. */
  readonly values: Map<string, bigint>;
}

const inside = (xml: string, tag: string): string =>
  new RegExp(`<${tag}(?: [^>]*)?>([\\s\\S]*?)</${tag}>`).exec(xml)?.[1] ?? "";

/** "12.5" as 125000 for four places; throws for more digits than that. */
function scaled(text: string, places: number): bigint {
  const [whole = "", fraction = ""] = text.split(".");
  if (!/^\d+$/.test(whole) || !/^\d*$/.test(fraction) || fraction.length > places)
    throw new Error(`no decimal of ${places} places: ${text}`);
  return BigInt(whole + fraction.padEnd(places, "0"));
}

const add = (to: Map<string, bigint>, key: string, value: bigint): void =>
  void to.set(key, (to.get(key) ?? 0n) + value);

/** The sum over notes of what they move for the company with this CNPJ; `factorOf` gives stock units in one uCom. */
export function expectedStock(
  xmls: readonly string[],
  cnpj: string,
  factorOf: (key: string) => bigint,
): ExpectedStock {
  const moved: ExpectedStock = { quantities: new Map(), lots: new Map(), values: new Map() };
  for (const xml of xmls) {
    const emit = inside(xml, "emit");
    const supplier = inside(emit, "CNPJ") || inside(emit, "CPF");
    const sign = supplier === cnpj ? -1n : 1n;
    const accessKey = /Id="NFe([^"]{44})"/.exec(xml)?.[1] ?? "";
    const vNF = scaled(inside(inside(xml, "ICMSTot"), "vNF"), 2);
    add(moved.values, accessKey, sign < 0n ? 0n : vNF);
    for (const [, det = ""] of xml.matchAll(/<det [^>]*>([\s\S]*?)<\/det>/g)) {
      const key = itemKey(supplier, inside(det, "cProd"), inside(det, "uCom"));
      const factor = sign * factorOf(key);
      add(moved.quantities, key, factor * scaled(inside(det, "qCom"), 4));
      for (const [, lot = ""] of det.matchAll(/<rastro>([\s\S]*?)<\/rastro>/g))
        add(
          moved.lots,
          `${key}\u0000${inside(lot, "nLote")}`,
          factor * scaled(inside(lot, "qLote"), 4),
        );
    }
  }
  return moved;
}
