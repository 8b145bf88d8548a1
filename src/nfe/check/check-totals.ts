import { reais } from "../../lib/reais.ts";
import type { Finding } from "../document.ts";
import { landedCosts } from "../landed-cost.ts";
import type { Note } from "../note.ts";
import { noteValue, PARTS, type Part, reliefOf } from "../note-value.ts";

/** Holds ICMSTot against the items, vNF against its own parts, and the items' costs against vNF. */
export function checkTotals(note: Note, path: string): Finding[] {
  const at = `${path}/total/ICMSTot`;
  const findings = [...productSum(note, at), ...sums(note, at), ...grandTotal(note, at)];
  // A total that is wrong by itself has been told already, with what it is off by.
  return findings.some(({ severity }) => severity === "warning")
    ? findings
    : [...findings, ...belowTotal(note, at)];
}

/** vProd is the sum of the items with indTot 1; service lines stand in ISSQNtot, or by an older habit here too. */
function productSum(note: Note, at: string): Finding[] {
  const counted = note.items.filter((item) => item.indTot === "1");
  const goods = sumOf(counted, (item) => (item.service ? 0 : item.vProd_e2));
  const stated = note.total.vProd_e2;
  if (stated === goods || stated === sumOf(counted, (item) => item.vProd_e2)) return [];
  return [differs(`${at}/vProd`, "vProd", stated, goods)];
}

/** vFrete, vSeg, vDesc … are the sums of the items'; where only the total has one, the cost shares it out. */
function sums(note: Note, at: string): Finding[] {
  const findings: Finding[] = [];
  for (const { item, total } of PARTS) {
    if (total === null) continue;
    const stated = note.total[total];
    const expected = sumOf(note.items, (each) => each[item]);
    if (stated === expected) continue;
    const tag = tagOf(total);
    const path = `${at}/${tag}`;
    if (expected !== 0) findings.push(differs(path, tag, stated, expected));
    else
      findings.push({
        code: "total_without_items",
        severity: "info",
        path,
        message: `${NAMES[tag] ?? tag} (${tag}): o total da nota é ${reais(stated)} e nenhum item traz este valor; foi rateado pelo valor dos produtos.`,
      });
  }
  return findings;
}

/** vNF is the sum of its parts (rejection 610). Not held: imports (CFOP 3xxx), whose other taxes are in vNF too. */
function grandTotal(note: Note, at: string): Finding[] {
  if (isImport(note)) return [];
  const stated = note.total.vNF_e2;
  const expected = noteValue(note, reliefOf(note));
  if (stated === expected) return [];
  return [
    {
      code: "note_total",
      severity: "warning",
      path: `${at}/vNF`,
      message: `Valor total da nota (vNF): informado ${reais(stated)}, calculado pelas parcelas ${reais(expected)} (diferença ${reais(stated - expected)}).`,
    },
  ];
}

/** What vNF has and no item carries: goods would enter for less than was paid, and nobody would know. */
function belowTotal(note: Note, at: string): Finding[] {
  const stated = note.total.vNF_e2;
  const costs = sumOf(landedCosts(note), (cost) => cost);
  if (costs >= stated) return [];
  const why = isImport(note)
    ? "numa importação, são em geral PIS, COFINS e ICMS, que só entram no custo se não forem recuperáveis"
    : "confira os totais da nota";
  return [
    {
      code: "cost_below_total",
      severity: "warning",
      path: `${at}/vNF`,
      message: `O custo dos itens soma ${reais(costs)} e a nota vale ${reais(stated)} (vNF): ${reais(stated - costs)} não estão em nenhum item (${why}).`,
    },
  ];
}

const isImport = (note: Note): boolean => note.items.some((item) => item.CFOP.startsWith("3"));

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

const tagOf = (total: NonNullable<Part["total"]>): string => total.slice(0, -"_e2".length);

/** The totals of ICMSTot in the words of an accountant. */
const NAMES: Readonly<Record<string, string>> = {
  vProd: "Valor dos produtos",
  vFrete: "Frete",
  vSeg: "Seguro",
  vDesc: "Desconto",
  vOutro: "Outras despesas",
  vIPI: "IPI",
  vIPIDevol: "IPI devolvido",
  vST: "ICMS-ST",
  vFCPST: "FCP-ST",
  vICMSMonoReten: "ICMS monofásico retido",
  vII: "Imposto de importação",
  vICMSDeson: "ICMS desonerado",
};

const differs = (path: string, tag: string, stated: number, expected: number): Finding => ({
  code: "total_differs",
  severity: "warning",
  path,
  message: `${NAMES[tag] ?? tag} (${tag}): o total da nota é ${reais(stated)}, mas os itens somam ${reais(expected)} (diferença ${reais(stated - expected)}).`,
});
