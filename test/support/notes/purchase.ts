import type { ItemSpec } from "../../../src/synthetic/amounts.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";

/** The supplier of the plain purchases of these tests. */
export const [supplier] = SUPPLIERS;

/** A plain item: 10 units at R$ 2.00. */
export const screw = {
  cProd: "001",
  xProd: "PARAFUSO",
  uCom: "UN",
  qCom: "10",
  vUnCom: "2.00",
} as const satisfies ItemSpec;
