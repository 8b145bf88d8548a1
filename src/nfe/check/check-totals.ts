import type { NfeFinding } from "../findings.ts";
import { landedCosts } from "../landed-cost.ts";
import type { Note } from "../note.ts";
import { noteValue, PARTS, type Part, reliefOf } from "../note-value.ts";

/** Compares ICMSTot with the items, vNF with its own parts, and the costs of the items with vNF. */
export function checkTotals(note: Note, path: string): NfeFinding[] {
  const at = `${path}/total/ICMSTot`;
  const findings = [...productSum(note, at), ...sums(note, at), ...grandTotal(note, at)];
  // A total that is wrong by itself already has a finding with the difference.
  return findings.some(({ severity }) => severity === "warning")
    ? findings
    : [...findings, ...belowTotal(note, at)];
}

/** vProd is the sum of the items with indTot 1; service lines stand in ISSQNtot, or by an older habit here too. */
function productSum(note: Note, at: string): NfeFinding[] {
  const counted = note.items.filter((item) => item.indTot === "1");
  const goods = sumOf(counted, (item) => (item.service ? 0 : item.vProd_e2));
  const stated = note.total.vProd_e2;
  if (stated === goods || stated === sumOf(counted, (item) => item.vProd_e2)) return [];
  return [differs(`${at}/vProd`, "vProd", stated, goods)];
}

/** vFrete, vSeg, vDesc … are the sums of the items'; where only the total has one, the cost shares it out. */
function sums(note: Note, at: string): NfeFinding[] {
  const findings: NfeFinding[] = [];
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
        params: { tag, stated_e2: stated },
      });
  }
  return findings;
}

/** vNF is the sum of its parts (rejection 610). Not checked: imports (CFOP 3xxx), whose other taxes are in vNF too. */
function grandTotal(note: Note, at: string): NfeFinding[] {
  if (isImport(note)) return [];
  const stated = note.total.vNF_e2;
  const expected = noteValue(note, reliefOf(note));
  if (stated === expected) return [];
  return [
    {
      code: "note_total",
      severity: "warning",
      path: `${at}/vNF`,
      params: { stated_e2: stated, expected_e2: expected },
    },
  ];
}

/** vNF has an amount that no item has: without this finding, goods would enter below their cost unnoticed. */
function belowTotal(note: Note, at: string): NfeFinding[] {
  const stated = note.total.vNF_e2;
  const costs = sumOf(landedCosts(note), (cost) => cost);
  if (costs >= stated) return [];
  return [
    {
      code: "cost_below_total",
      severity: "warning",
      path: `${at}/vNF`,
      params: { stated_e2: stated, costs_e2: costs, isImport: isImport(note) },
    },
  ];
}

const isImport = (note: Note): boolean => note.items.some((item) => item.CFOP.startsWith("3"));

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

const tagOf = (total: NonNullable<Part["total"]>): string => total.slice(0, -"_e2".length);

const differs = (path: string, tag: string, stated: number, expected: number): NfeFinding => ({
  code: "total_differs",
  severity: "warning",
  path,
  params: { tag, stated_e2: stated, expected_e2: expected },
});
