import type { Settings } from "../../accounts/company.ts";
import type { Destination } from "../../accounts/tax-profile.ts";
import { type CostPart, costOf } from "../../nfe/landed-cost.ts";
import type { ItemTaxes } from "../../nfe/taxes.ts";
import { destinationOf } from "../verdict/destination.ts";
import { type Credit, itemCost } from "../verdict/recoverable.ts";
import type { Effect } from "../verdict/verdict.ts";

/** What the cost of an item is made of; amounts 1/10². */
export interface CostedItem {
  readonly cfop: string;
  /** vProd of the line, as the note states it. */
  readonly total_e2: number;
  readonly parts: readonly CostPart[];
  readonly taxes: ItemTaxes;
  readonly destination: Destination;
  /** Of the whole line: Σ parts less what is no cost. */
  readonly landed_e2: number;
  readonly credits: readonly Credit[];
}

/** What decides the cost of an item beside its amounts. */
export interface Decided {
  readonly effect: Effect;
  readonly bringsCost: boolean;
  /** What a user says the item is for; null: by its CFOP. */
  readonly destination: Destination | null;
}

/**
 * The effect by which an item's cost is decided: an item of a complementary note that is cost of goods in stock counts as a purchase,
 * although it moves nothing itself.
 */
export const costEffect = (effect: Effect, complementsCost: boolean): Effect =>
  complementsCost && effect === "none" ? "entry" : effect;

/** The year of the issue, from `issuedAt` as the note writes it. */
export const issueYear = (issuedAt: string): number => Number(issuedAt.slice(0, 4));

/** An item before anything was decided: all of its parts are cost. */
export const uncosted = (
  cfop: string,
  total_e2: number,
  parts: readonly CostPart[],
  taxes: ItemTaxes,
): CostedItem => ({
  cfop,
  total_e2,
  parts,
  taxes,
  destination: "resale",
  landed_e2: costOf(parts),
  credits: [],
});

/** The item with its cost to a company. `year`: of the issue. */
export function costed<T extends CostedItem>(
  item: T,
  { effect, bringsCost, destination: given }: Decided,
  { taxProfile }: Pick<Settings, "taxProfile">,
  year: number,
): T {
  const destination = given ?? destinationOf(item.cfop, taxProfile.industry);
  const { cfop, parts, taxes } = item;
  const input = { cfop, effect, bringsCost, destination, parts, taxes, year };
  const { landed_e2, credits } = itemCost(input, taxProfile);
  return { ...item, destination, landed_e2, credits };
}
