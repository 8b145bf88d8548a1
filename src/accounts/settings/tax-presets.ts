import { creditMatrix, NO_TAX_PROFILE, type TaxProfile } from "../tax-profile.ts";

const CUMULATIVE = { pisCofins: "cumulative" } as const;
const NON_CUMULATIVE = { pisCofins: "non_cumulative" } as const;
const GOODS = ["resale", "input"] as const;
const KEPT = ["resale", "input", "asset"] as const;
const ALL = ["resale", "input", "use", "asset"] as const;
const ICMS = { icms: KEPT, icms_simples: GOODS } as const;
const CONTRIBUTIONS = { pis: KEPT, cofins: KEPT } as const;
const REFORM = { ibs_cbs: ALL } as const;

/** Ready profiles by name; each takes every credit that the law gives to such a company. `none` is where every company begins. */
export const TAX_PRESETS = {
  none: NO_TAX_PROFILE,
  simples: { ...NO_TAX_PROFILE, regime: "simples" },
  mei: { ...NO_TAX_PROFILE, regime: "mei" },
  presumido_trade: {
    regime: "presumido",
    ...CUMULATIVE,
    industry: false,
    matrix: creditMatrix({ ...ICMS, ...REFORM }),
  },
  presumido_industry: {
    regime: "presumido",
    ...CUMULATIVE,
    industry: true,
    matrix: creditMatrix({ ...ICMS, ipi: GOODS, ...REFORM }),
  },
  real_trade: {
    regime: "real",
    ...NON_CUMULATIVE,
    industry: false,
    matrix: creditMatrix({ ...ICMS, ...CONTRIBUTIONS, ...REFORM }),
  },
  real_industry: {
    regime: "real",
    ...NON_CUMULATIVE,
    industry: true,
    matrix: creditMatrix({ ...ICMS, ipi: GOODS, ...CONTRIBUTIONS, ...REFORM }),
  },
} as const satisfies Record<string, TaxProfile>;

export type TaxPreset = keyof typeof TAX_PRESETS;
