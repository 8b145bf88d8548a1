/** A plain item that has lots; its quantity is the test's. */
export const yoghurt = { cProd: "IOG", xProd: "IOGURTE", uCom: "UN", vUnCom: "2.50" };

/** A lot of an item (`rastro`): its text, its quantity, its expiry. */
export const lot = (nLote: string, qLote: string, dVal: string) => ({
  nLote,
  qLote,
  dFab: "2026-01-01",
  dVal,
});
