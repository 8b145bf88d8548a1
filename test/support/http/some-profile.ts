const NO_CREDIT = { resale: false, input: false, use: false, asset: false };
/** A tax profile, as it is sent. */
export const SOME_PROFILE = {
  regime: "presumido",
  pis_cofins: "cumulative",
  industry: false,
  matrix: {
    icms: { ...NO_CREDIT, resale: true },
    icms_simples: NO_CREDIT,
    ipi: NO_CREDIT,
    pis: NO_CREDIT,
    cofins: NO_CREDIT,
    ibs_cbs: NO_CREDIT,
  },
};
