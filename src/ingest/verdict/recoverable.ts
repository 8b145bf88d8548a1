import type { CreditTax, Destination, TaxProfile } from "../../accounts/tax-profile.ts";
import { type CostPart, costOf } from "../../nfe/landed-cost.ts";
import type { ItemTaxes } from "../../nfe/taxes.ts";
import { isGift } from "./gifts.ts";
import type { Effect } from "./verdict.ts";

/** A tax that the document states and that some buyer may take back. */
export type RecoverableTax = Exclude<CreditTax, "ibs_cbs"> | "ibs" | "cbs";

/**
 * Why a tax comes out of the cost (`recovered`; `limited`: as far as there is a cost), or stays in it: `not_a_purchase` (the
 * item brings no cost), `import` (the value of the goods does not contain the tax), `period` (before 2027), `situation` (CST),
 * `destination` and `regime` (the law gives no credit), `profile` (the company takes none).
 */
export type CreditReason =
  | "recovered"
  | "limited"
  | "not_a_purchase"
  | "import"
  | "period"
  | "situation"
  | "destination"
  | "regime"
  | "profile";

/** What becomes of one tax of an item, 1/10²: what the document states, and what of it is no cost. */
export interface Credit {
  readonly tax: RecoverableTax;
  readonly stated_e2: number;
  readonly recovered_e2: number;
  readonly reason: CreditReason;
}

/** What decides the cost of an item beside its amounts. */
export interface CostInput {
  readonly cfop: string;
  readonly effect: Effect;
  /** False: the goods come back, and their value is no cost. */
  readonly bringsCost: boolean;
  readonly destination: Destination;
  readonly parts: readonly CostPart[];
  readonly taxes: ItemTaxes;
  /** Year of the issue, as the note writes it. */
  readonly year: number;
}

/** The cost of an item, 1/10²: landed = Σ parts − free − Σ recovered. */
export interface ItemCost {
  readonly landed_e2: number;
  /** The value of a gift, which is not paid; 0 for any other item. */
  readonly free_e2: number;
  /** One for each tax of the document that is not 0. */
  readonly credits: readonly Credit[];
}

/** A law's gate for one tax: what the document must state, and for whom and what the law gives a credit. */
interface Gate {
  readonly row: CreditTax;
  readonly amount: (taxes: ItemTaxes) => number | null;
  readonly regime: (profile: TaxProfile) => boolean;
  readonly destinations: readonly Destination[];
  readonly situation: (taxes: ItemTaxes, destination: Destination) => boolean;
  /** The tax is part of vProd, or else a part of vNF of its own. */
  readonly inPrice: boolean;
  readonly from: number;
}

const contributor = ({ regime }: TaxProfile): boolean => regime !== "simples" && regime !== "mei";
const oneOf =
  (codes: string) =>
  (code: string | null | undefined): boolean =>
    code != null && codes.split(" ").includes(code);

const ICMS_TAXED = oneOf("00 10 20 70 90");
const ICMS_SIMPLES = oneOf("101 201 900");
const IPI_TAXED = oneOf("00 49 50 99");
/** Of the issuer: 01 taxed; of an entry note 50 to 56 and 60 to 66 with credit. */
const CONTRIBUTED = oneOf("01 50 51 52 53 54 55 56 60 61 62 63 64 65 66");
/** Concentrated rates: what is bought to be sold again gives no credit (Leis 10.637 and 10.833, art. 3 I b). */
const CONCENTRATED = oneOf("02 03");

const contribution = (tax: "PIS" | "COFINS"): Gate => ({
  row: tax === "PIS" ? "pis" : "cofins",
  amount: (taxes) => taxes[tax]?.amount_e2 ?? null,
  regime: (profile) => contributor(profile) && profile.pisCofins === "non_cumulative",
  destinations: ["resale", "input", "asset"],
  situation: (taxes, destination) =>
    CONTRIBUTED(taxes[tax]?.CST) || (destination === "input" && CONCENTRATED(taxes[tax]?.CST)),
  inPrice: true,
  from: 0,
});
const reform = (amount: Gate["amount"]): Gate => ({
  row: "ibs_cbs",
  amount,
  regime: contributor,
  destinations: ["resale", "input", "use", "asset"],
  situation: () => true,
  inPrice: true,
  from: 2027,
});

/**
 * The gates of each tax: LC 87/1996, art. 20 and 33 (ICMS; use and consumption from 2033); LC 123/2006, art. 23 §1 (credit of
 * Simples, for sale or industry); RIPI, art. 226 (IPI: industry, not for assets); Leis 10.637/2002 and 10.833/2003, art. 3 (PIS,
 * COFINS; without ICMS in the base since Lei 14.592/2023: the amount is the document's); LC 214/2025, art. 47 (IBS, CBS).
 * ICMS-ST, FCP, FCP-ST, II and IS are always cost: they have no gate.
 */
const GATES: Readonly<Record<RecoverableTax, Gate>> = {
  icms: {
    row: "icms",
    amount: ({ ICMS }) => ICMS?.amount_e2 ?? null,
    regime: contributor,
    destinations: ["resale", "input", "asset"],
    situation: ({ ICMS }) => ICMS?.simples === false && ICMS_TAXED(ICMS.CST),
    inPrice: true,
    from: 0,
  },
  icms_simples: {
    row: "icms_simples",
    amount: ({ ICMS }) => ICMS?.vCredICMSSN_e2 ?? null,
    regime: contributor,
    destinations: ["resale", "input"],
    situation: ({ ICMS }) => ICMS?.simples === true && ICMS_SIMPLES(ICMS.CST),
    inPrice: true,
    from: 0,
  },
  ipi: {
    row: "ipi",
    amount: ({ IPI }) => IPI?.amount_e2 ?? null,
    regime: (profile) => contributor(profile) && profile.industry,
    destinations: ["resale", "input"],
    situation: ({ IPI }) => IPI_TAXED(IPI?.CST),
    inPrice: false,
    from: 0,
  },
  pis: contribution("PIS"),
  cofins: contribution("COFINS"),
  ibs: reform(({ IBSCBS }) => IBSCBS?.vIBS_e2 ?? null),
  cbs: reform(({ IBSCBS }) => IBSCBS?.vCBS_e2 ?? null),
};

export const RECOVERABLE_TAXES: readonly RecoverableTax[] = [
  "icms",
  "icms_simples",
  "ipi",
  "pis",
  "cofins",
  "ibs",
  "cbs",
];

/** Whether the law lets a company of this profile take the credit of a row of the matrix for a destination. */
export const lawGives = (profile: TaxProfile, row: CreditTax, destination: Destination): boolean =>
  RECOVERABLE_TAXES.some((tax) => {
    const gate = GATES[tax];
    return gate.row === row && gate.regime(profile) && gate.destinations.includes(destination);
  });

function reasonOf(tax: RecoverableTax, item: CostInput, profile: TaxProfile): CreditReason {
  const gate = GATES[tax];
  const { destination } = item;
  if (!item.bringsCost || (item.effect !== "entry" && item.effect !== "ask") || isGift(item.cfop))
    return "not_a_purchase";
  if (gate.inPrice && item.cfop.startsWith("3")) return "import";
  if (item.year < gate.from) return "period";
  // What the law gives a company that has not said how it is taxed is unknown.
  if (!gate.regime(profile)) return profile.regime === "other" ? "profile" : "regime";
  if (!gate.destinations.includes(destination)) return "destination";
  if (!gate.situation(item.taxes, destination)) return "situation";
  return profile.matrix[gate.row][destination] ? "recovered" : "profile";
}

/**
 * The cost of an item to a company of this profile. A tax comes out of it only where regime, destination, tax situation and the
 * company's matrix all say so, never more than the cost. The amounts are those of the document: where it states none, nothing
 * comes out. An item whose effect is undecided (`ask`) counts as a purchase.
 */
export function itemCost(item: CostInput, profile: TaxProfile): ItemCost {
  const total_e2 = costOf(item.parts);
  const enters = item.effect === "entry" || item.effect === "ask";
  const free_e2 = enters && isGift(item.cfop) ? total_e2 : 0;
  let left = total_e2 - free_e2;
  const credits: Credit[] = [];
  for (const tax of RECOVERABLE_TAXES) {
    const stated_e2 = GATES[tax].amount(item.taxes) ?? 0;
    if (stated_e2 === 0) continue;
    const reason = reasonOf(tax, item, profile);
    const recovered_e2 = reason === "recovered" ? Math.min(stated_e2, left) : 0;
    left -= recovered_e2;
    const limited = reason === "recovered" && recovered_e2 < stated_e2;
    credits.push({ tax, stated_e2, recovered_e2, reason: limited ? "limited" : reason });
  }
  return { landed_e2: left, free_e2, credits };
}
