import type { Destination } from "../../accounts/tax-profile.ts";

/**
 * Last three digits of codes that name what the goods are for. Source: names of the codes in the annex to Convênio s/nº of 1970.
 * INPUT is stated by entry codes alone (1, 2, 3: our own); those for consumers of fuel (653, 656, 667) are for use.
 */
const INPUT = new Set("101 111 116 118 120 122 124 125 126 128 401 651".split(" "));
const USE = new Set("407 556 557 653 656 667".split(" "));
const ASSET = new Set("406 551 552".split(" "));

/**
 * What an item is for, by its CFOP as written: x.551, x.552 and x.406 are assets, x.556, x.557 and x.407 are for use. A code of
 * entry (1, 2, 3) also names inputs of an industry. The code of a supplier's sale (5.101, 5.102) says what the goods were
 * to the supplier: for us they are inputs where the company is an industry, else for resale. A user may say otherwise when
 * the note is approved.
 */
export function destinationOf(cfop: string, industry: boolean): Destination {
  const suffix = cfop.slice(1);
  if (ASSET.has(suffix)) return "asset";
  if (USE.has(suffix)) return "use";
  if (cfop >= "4") return industry ? "input" : "resale";
  return INPUT.has(suffix) ? "input" : "resale";
}
