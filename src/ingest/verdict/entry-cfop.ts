import type { Destination } from "../../accounts/tax-profile.ts";
import { knownCfops } from "./cfop.ts";

type Suffixes = Readonly<Record<Destination, string>>;

const allTo = (suffix: string): Suffixes => ({
  resale: suffix,
  input: suffix,
  use: suffix,
  asset: suffix,
});

/**
 * Codes of exit whose entry code has other last digits, by what the goods are for. A return to us (5.201 to 5.556) is the return of
 * a sale: of our own production where we are an industry. Source: names of the codes, annex to Convênio s/nº of 1970.
 */
const TABLE: readonly { readonly exits: string; readonly entry: Suffixes }[] = [
  {
    exits: "101 102 103 104 105 106 107 108 109 110 115 129 929",
    entry: { resale: "102", input: "101", use: "556", asset: "551" },
  },
  {
    exits: "401 402 403 404 405",
    entry: { resale: "403", input: "401", use: "407", asset: "406" },
  },
  {
    exits: "651 652 653 654 655 656 667",
    entry: { resale: "652", input: "651", use: "653", asset: "653" },
  },
  { exits: "116 117", entry: { ...allTo("117"), input: "116" } },
  { exits: "111 112 113 114", entry: { ...allTo("113"), input: "111" } },
  { exits: "118 119", entry: allTo("118") },
  { exits: "120", entry: { ...allTo("121"), input: "120" } },
  { exits: "122 123", entry: allTo("122") },
  { exits: "151 152 155 156", entry: { ...allTo("152"), input: "151" } },
  { exits: "201 202 210 553 556", entry: { ...allTo("202"), input: "201" } },
  { exits: "410 411 412 413", entry: { ...allTo("411"), input: "410" } },
  { exits: "502", entry: allTo("501") },
  { exits: "666", entry: allTo("664") },
];

const BY_SUFFIX = new Map(
  TABLE.flatMap(({ exits, entry }) => exits.split(" ").map((exit) => [exit, entry] as const)),
);
const KNOWN = new Set(knownCfops);
const ENTRY_DIGIT: Readonly<Record<string, string>> = { "5": "1", "6": "2", "7": "3" };

/**
 * The code with which the recipient books an item: the first digit 5, 6, 7 becomes 1, 2, 3, and the others follow the table or stay.
 * A code of entry stays as it is. Null where no entry code exists.
 */
export function entryCfop(cfop: string, destination: Destination): string | null {
  const digit = ENTRY_DIGIT[cfop.slice(0, 1)];
  if (digit === undefined) return cfop;
  const suffix = cfop.slice(1);
  const code = digit + (BY_SUFFIX.get(suffix)?.[destination] ?? suffix);
  return KNOWN.has(code) ? code : null;
}

/** The codes of exit in the table of operations. */
export const exitCfops: readonly string[] = knownCfops.filter((code) => code > "4");
