import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";

const item = (cProd: string, xProd: string) => ({
  cProd,
  xProd,
  uCom: "UN",
  qCom: "12.5000",
  vUnCom: "3.3333",
});

/** The notes that the suite of the old client sends, and the company that they are for. */
export function clientDocuments() {
  const notes = [
    [item("A 1", "AÇÚCAR CRISTAL"), item("A 2", "ZINCO EM PÓ")],
    [item("B 1", "ACUCAR DE COCO"), item("B 2", "ÁGUA SANITÁRIA"), item("B 3", "Baunilha")],
  ].map((items, n) => {
    const { xml, accessKey } = syntheticNote({ seed: 700 + n, items });
    return { xml, accessKey, names: items.map(({ xProd }) => xProd) };
  });
  return { notes, cnpj: COMPANY.cnpj };
}
