import type { Settings } from "../../accounts/company.ts";
import { type Destination, NO_TAX_PROFILE } from "../../accounts/tax-profile.ts";
import type { CostPart } from "../../nfe/landed-cost.ts";
import { type CreditReason, itemCost, type RecoverableTax } from "../verdict/recoverable.ts";
import type { Effect } from "../verdict/verdict.ts";
import type { CostedItem } from "./item-cost.ts";
import { type StoredTaxes, taxesFrom } from "./stored-taxes.ts";

/** `note_items.cost`: what `total_e2` and `landed_e2` do not say. */
export interface StoredCost {
  /** Code and signed amount of each part, 1/10². Absent: vProd alone, which is `total_e2`. */
  readonly p?: readonly (readonly [CostPart["code"], number])[];
  /** Tax, amount recovered, reason. Absent: the company had given no profile, and every tax is cost. */
  readonly c?: readonly (readonly [RecoverableTax, number, CreditReason])[];
}

/** JSON for `note_items.cost`; null where the cost is vProd alone and no profile was given. */
export function costJson(
  { parts, credits, total_e2 }: CostedItem,
  { taxProfileVersion }: Pick<Settings, "taxProfileVersion">,
): string | null {
  const plain = parts.length === 1 && parts[0]?.amount_e2 === total_e2;
  const p = plain ? undefined : parts.map(({ code, amount_e2 }) => [code, amount_e2]);
  const given = taxProfileVersion > 0 && credits.length > 0;
  const c = given
    ? credits.map(({ tax, recovered_e2, reason }) => [tax, recovered_e2, reason])
    : undefined;
  return p === undefined && c === undefined ? null : JSON.stringify({ p, c });
}

/** What a row of `note_items` says of a cost. */
export interface StoredItemCost {
  readonly cfop: string;
  readonly total_e2: number;
  readonly landed_e2: number;
  readonly effect: Effect;
  readonly bringsCost: boolean;
  readonly taxes: StoredTaxes | null;
  readonly cost: StoredCost | null;
  readonly destination: Destination | null;
}

/**
 * The cost of a stored item as it was computed: nothing is decided again. A row that is older than its taxes has its vProd and
 * one part `unknown`, which is the rest of its landed cost.
 */
export function costFrom(row: StoredItemCost, year: number): CostedItem {
  const { cfop, total_e2, landed_e2, effect, bringsCost } = row;
  const taxes = taxesFrom(row.taxes);
  const destination = row.destination ?? "resale";
  const parts = partsFrom(row);
  const input = { cfop, effect, bringsCost, destination, parts, taxes, year };
  const { credits } = itemCost(input, NO_TAX_PROFILE);
  const known = new Map((row.cost?.c ?? []).map(([tax, e2, reason]) => [tax, { e2, reason }]));
  return {
    cfop,
    total_e2,
    parts,
    taxes,
    destination,
    landed_e2,
    credits: credits.map((credit) => {
      const kept = known.get(credit.tax);
      return kept === undefined
        ? credit
        : { ...credit, recovered_e2: kept.e2, reason: kept.reason };
    }),
  };
}

function partsFrom({ total_e2, landed_e2, taxes, cost }: StoredItemCost): CostPart[] {
  if (cost?.p !== undefined) return cost.p.map(([code, amount_e2]) => ({ code, amount_e2 }));
  const price: CostPart = { code: "vProd", amount_e2: total_e2 };
  return taxes !== null || landed_e2 === total_e2
    ? [price]
    : [price, { code: "unknown", amount_e2: landed_e2 - total_e2 }];
}
