/** How a company is taxed. */
export const TAX_REGIMES = ["simples", "mei", "presumido", "real", "other"] as const;
export type TaxRegime = (typeof TAX_REGIMES)[number];

/** What an item is bought for: to be sold, to be made into goods, to be used up, or as a fixed asset. */
export const DESTINATIONS = ["resale", "input", "use", "asset"] as const;
export type Destination = (typeof DESTINATIONS)[number];

/** Taxes that may be recoverable. `icms_simples` is vCredICMSSN of an issuer in Simples; IBS and CBS are one row. */
export const CREDIT_TAXES = ["icms", "icms_simples", "ipi", "pis", "cofins", "ibs_cbs"] as const;
export type CreditTax = (typeof CREDIT_TAXES)[number];

/** For each tax, the destinations for which the company takes the credit, and so leaves the tax out of the cost. */
export type CreditMatrix = Readonly<Record<CreditTax, Readonly<Record<Destination, boolean>>>>;

/** What decides which taxes are no cost to the company. */
export interface TaxProfile {
  readonly regime: TaxRegime;
  /** Null: none (Simples, MEI), or not given. */
  readonly pisCofins: "cumulative" | "non_cumulative" | null;
  /** An industry, or equalled to one (RIPI, art. 9): only these take credits of IPI. */
  readonly industry: boolean;
  readonly matrix: CreditMatrix;
}

const OFF: Readonly<Record<Destination, boolean>> = {
  resale: false,
  input: false,
  use: false,
  asset: false,
};

/** A matrix with these destinations on. */
export function creditMatrix(
  on: Readonly<Partial<Record<CreditTax, readonly Destination[]>>>,
): CreditMatrix {
  const row = (tax: CreditTax): Readonly<Record<Destination, boolean>> => {
    const given = on[tax] ?? [];
    return given.length === 0
      ? OFF
      : {
          resale: given.includes("resale"),
          input: given.includes("input"),
          use: given.includes("use"),
          asset: given.includes("asset"),
        };
  };
  return {
    icms: row("icms"),
    icms_simples: row("icms_simples"),
    ipi: row("ipi"),
    pis: row("pis"),
    cofins: row("cofins"),
    ibs_cbs: row("ibs_cbs"),
  };
}

/** The profile of a company that has given none: every tax is a cost. */
export const NO_TAX_PROFILE: TaxProfile = {
  regime: "other",
  pisCofins: null,
  industry: false,
  matrix: creditMatrix({}),
};
