import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { noteIn, readingIn } from "../support/xml/read-notes.ts";

const { xml } = syntheticNote({ seed: 12, items: 2, ibsCbs: true });

/** Elements of the technical notes of 2026, the group that has them, and how they are written. */
const NAMES: readonly [name: string, parent: string, content: string][] = [
  ["tpRegimeIBSCBS", "emit", "1"],
  ["cAtivSN", "prod", "01"],
  ["vUnComLiq", "prod", "9.50"],
  ["vProdLiq", "prod", "19.00"],
  ["DFeReferenciado", "det", "<chaveAcesso>1</chaveAcesso><nItem>1</nItem>"],
  ["gTribSN", "imposto", "<gIBSSN/><gCBSSN/>"],
  ["gTribSN", "total", "<gIBSSN/><gCBSSN/>"],
  ["vProdLiqTot", "total", "19.00"],
  ["vProdLiqTot", "ICMSTot", "19.00"],
  ["ICMSPrevistoPagtoAntecip", "total", "<vICMSPrevisto>1.00</vICMSPrevisto>"],
  ["gPgtoVinc", "infNFe", "<tPag>17</tPag>"],
  ["cMsg", "infProt", "0801"],
  ["xMsg", "infProt", "Alerta"],
];

describe("PL_010f to PL_010h, NT 2026.002, NT 2026.005, NT 2026.006, NT 2026.008", () => {
  test.each(NAMES)(
    "%s in %s is a known name, which leaves the note as it was",
    (name, parent, content) => {
      const newer = xml.replace(`</${parent}>`, `<${name}>${content}</${name}></${parent}>`);
      expect(newer).not.toBe(xml);
      const { findings } = readingIn(newer);
      expect(findings.map(({ code }) => code)).not.toContain("unknown_elements");
      const { items, total, ide } = noteIn(newer);
      const before = noteIn(xml);
      expect(items.map(({ qCom, vProd_e2 }) => [qCom, vProd_e2])).toEqual(
        before.items.map(({ qCom, vProd_e2 }) => [qCom, vProd_e2]),
      );
      expect([total, ide]).toEqual([before.total, before.ide]);
    },
  );
});

test("the alerts of a protocol are read in pairs, at most five", () => {
  const alerts = Array.from({ length: 7 }, (_, i) => ({
    cMsg: `080${i}`,
    xMsg: `Alerta ${i} `.repeat(60),
  }));
  const { protocol } = noteIn(syntheticNote({ protocol: { cStat: "120", alerts } }).xml);
  expect(protocol?.alerts.map(({ cMsg, xMsg }) => [cMsg, xMsg.slice(0, 8), xMsg.length])).toEqual(
    [0, 1, 2, 3, 4].map((i) => [`080${i}`, `Alerta ${i}`, 200]),
  );
});
