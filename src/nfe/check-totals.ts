import { fromScaled } from "../lib/decimal.ts";
import type { Finding } from "./document.ts";
import { PARTS } from "./landed-cost.ts";
import type { Item, Note } from "./note.ts";

const reais = (cents: number): string => fromScaled(cents, 2, 2).replace(".", ",");

/** Holds ICMSTot against the items, and vNF against its own parts. */
export function checkTotals(note: Note, path: string): Finding[] {
  const at = `${path}/total/ICMSTot`;
  return [...productSum(note, at), ...sums(note, at), ...grandTotal(note, at)];
}

/** vProd is the sum of the items with indTot 1; service lines stand in ISSQNtot, or by an older habit here too. */
function productSum(note: Note, at: string): Finding[] {
  const counted = note.items.filter((item) => item.indTot === "1");
  const goods = sumOf(counted, (item) => (item.service ? 0 : item.vProd_e2));
  const stated = note.total.vProd_e2;
  if (stated === goods || stated === sumOf(counted, (item) => item.vProd_e2)) return [];
  return [differs(`${at}/vProd`, stated, goods)];
}

/** vFrete, vSeg, vDesc … are the sums of the items'; where only the total has one, the cost shares it out. */
function sums(note: Note, at: string): Finding[] {
  const findings: Finding[] = [];
  for (const { item, total } of PARTS) {
    if (total === null) continue;
    const stated = note.total[total];
    const expected = sumOf(note.items, (each) => each[item]);
    if (stated === expected) continue;
    const path = `${at}/${total.slice(0, -"_e2".length)}`;
    if (expected !== 0) findings.push(differs(path, stated, expected));
    else
      findings.push({
        code: "total_without_items",
        severity: "info",
        path,
        message: `O total traz ${reais(stated)} e nenhum item traz este valor: foi rateado pelo valor dos produtos.`,
      });
  }
  return findings;
}

/**
 * vNF = vProd − vDesc − vICMSDeson + vST + vFCPST + vFrete + vSeg + vOutro + vII + vIPI + vIPIDevol + vServ
 * (rejection 610). Not held: imports (CFOP 3xxx). Also right: relieved ICMS not taken off (indDeduzDeson), ST left out
 * for new vehicles (NCM 87), more for fuels (CFOP x65x and x66x: withheld single-phase ICMS is added).
 */
function grandTotal(note: Note, at: string): Finding[] {
  const { items, total } = note;
  if (items.some((item) => item.CFOP.startsWith("3"))) return [];
  const expected =
    total.vProd_e2 -
    total.vDesc_e2 -
    total.vICMSDeson_e2 +
    total.vST_e2 +
    total.vFCPST_e2 +
    total.vFrete_e2 +
    total.vSeg_e2 +
    total.vOutro_e2 +
    total.vII_e2 +
    total.vIPI_e2 +
    total.vIPIDevol_e2 +
    total.vServ_e2;
  const kept = sumOf(items, (item) => (item.indDeduzDeson === "0" ? item.vICMSDeson_e2 : 0));
  const stated = total.vNF_e2;
  const vehicles = items.some((item) => item.NCM?.startsWith("87"));
  const fuels = items.some((item) => /^[1-7]6[56]/.test(item.CFOP));
  if (stated === expected || stated === expected + kept) return [];
  if (vehicles && stated === expected + kept - total.vST_e2) return [];
  if (fuels && stated > expected) return [];
  return [
    {
      code: "note_total",
      severity: "warning",
      path: `${at}/vNF`,
      message: `O valor da nota é ${reais(stated)}, mas as suas parcelas somam ${reais(expected + kept)}.`,
    },
  ];
}

const sumOf = (items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

const differs = (path: string, stated: number, expected: number): Finding => ({
  code: "total_differs",
  severity: "warning",
  path,
  message: `O total é ${reais(stated)}, mas os itens somam ${reais(expected)}.`,
});
