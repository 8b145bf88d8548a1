import { apportion, sumExact } from "../lib/decimal.ts";
import type { Item, Note, Totals } from "./note.ts";

/**
 * Whether relieved ICMS whose item leaves indDeduzDeson out was taken off vNF. Both forms are in use (rule W16-10), so the
 * one with which vNF closes is the note's.
 */
export type Relief = "deducted" | "kept";

type AmountTag =
  | "vFrete"
  | "vSeg"
  | "vOutro"
  | "vIPI"
  | "vIPIDevol"
  | "vICMSST"
  | "vFCPST"
  | "vICMSMonoReten"
  | "vII"
  | "vPISST"
  | "vCOFINSST"
  | "vDesc"
  | "vICMSDeson";

/** An amount of an item, the sum of it in the total (null: the total has none), and how it enters vNF and the cost. */
export interface Part {
  /** The tag of the item's amount. */
  readonly code: AmountTag;
  readonly item: `${AmountTag}_e2`;
  readonly total: keyof Totals | null;
  readonly sign: 1 | -1;
  /** Whether the amount of this item enters; absent: it always does. */
  readonly enters?: (item: Item, relief: Relief) => boolean;
}

/** veicProd/tpOp 2: the manufacturer bills the buyer directly, and the taxes withheld for the dealer stay out of vNF. */
const notDirectBilling = (item: Item): boolean => item.tpOp !== "2";

/**
 * The amounts beside vProd in vNF (MOC, rule W16-10) and in the landed cost. IBS, CBS and IS are never among them: in 2026 they are
 * informative, and from 2027 vProd contains them (NT 2026.008).
 */
export const PARTS: readonly Part[] = [
  { code: "vFrete", item: "vFrete_e2", total: "vFrete_e2", sign: 1 },
  { code: "vSeg", item: "vSeg_e2", total: "vSeg_e2", sign: 1 },
  { code: "vOutro", item: "vOutro_e2", total: "vOutro_e2", sign: 1 },
  { code: "vIPI", item: "vIPI_e2", total: "vIPI_e2", sign: 1 },
  {
    code: "vIPIDevol",
    item: "vIPIDevol_e2",
    total: "vIPIDevol_e2",
    sign: 1,
    enters: notDirectBilling,
  },
  { code: "vICMSST", item: "vICMSST_e2", total: "vST_e2", sign: 1, enters: notDirectBilling },
  { code: "vFCPST", item: "vFCPST_e2", total: "vFCPST_e2", sign: 1, enters: notDirectBilling },
  {
    code: "vICMSMonoReten",
    item: "vICMSMonoReten_e2",
    total: "vICMSMonoReten_e2",
    sign: 1,
    enters: notDirectBilling,
  },
  { code: "vII", item: "vII_e2", total: "vII_e2", sign: 1 },
  {
    code: "vPISST",
    item: "vPISST_e2",
    total: null,
    sign: 1,
    enters: (item) => item.indSomaPISST === "1",
  },
  {
    code: "vCOFINSST",
    item: "vCOFINSST_e2",
    total: null,
    sign: 1,
    enters: (item) => item.indSomaCOFINSST === "1",
  },
  { code: "vDesc", item: "vDesc_e2", total: "vDesc_e2", sign: -1 },
  {
    code: "vICMSDeson",
    item: "vICMSDeson_e2",
    total: "vICMSDeson_e2",
    sign: -1,
    enters: (item, relief) =>
      item.indDeduzDeson === "1" || (item.indDeduzDeson === null && relief === "deducted"),
  },
];

const NONE: readonly number[] = [];

/** The part of an item's vProd that counts in vNF, 1/10². A service counts in vServ, with any indTot. */
export const priceOf = (item: Item, total: Totals): number =>
  item.indTot === "1" || (item.service && total.vServ_e2 > 0) ? item.vProd_e2 : 0;

/**
 * The amount of a part in each item, 1/10², in the order of `note.items`, also where it does not enter; empty where there is
 * none. An amount that only the total has is shared among the goods by vProd, to the cent.
 */
export function amountsOf({ items, total }: Note, part: Part): readonly number[] {
  const inTotal = part.total === null ? 0 : total[part.total];
  const stated = items.some((item) => item[part.item] !== 0);
  if (!stated && inTotal === 0) return NONE;
  if (stated) return items.map((item) => item[part.item]);
  const prices = items.map((item) => priceOf(item, total));
  const goods = prices.map((price, i) => (items[i]?.service === true ? 0 : price));
  return apportion(inTotal, goods.some((weight) => weight > 0) ? goods : prices);
}

/**
 * The vNF that follows from the note's own totals, 1/10²: vProd − vDesc − vICMSDeson + vST + vFCPST + vICMSMonoReten + vFrete +
 * vSeg + vOutro + vII + vIPI + vIPIDevol + vServ, and vPISST and vCOFINSST where they are summed (MOC, rule W16-10, rejection
 * 610). Without the amounts that do not enter: ST, withheld ICMS and returned IPI of a vehicle billed directly, relief that is
 * kept.
 */
export function noteValue(note: Note, relief: Relief): number {
  const { total } = note;
  let value = total.vProd_e2 + total.vServ_e2;
  for (const part of PARTS)
    value +=
      part.sign *
      ((part.total === null ? sumOf(note, part) : total[part.total]) - leftOut(note, part, relief));
  return value;
}

/** The sum of a part over the items where it does not enter. */
function leftOut(note: Note, { enters, ...part }: Part, relief: Relief): number {
  if (enters === undefined || note.items.every((item) => enters(item, relief))) return 0;
  const amounts = amountsOf(note, part);
  return sumExact(note.items.map((item, i) => (enters(item, relief) ? 0 : (amounts[i] ?? 0))));
}

function sumOf({ items }: Note, part: Part): number {
  let sum = 0;
  for (const item of items) sum += item[part.item];
  return sum;
}

/** The form of relief with which vNF closes; deducted where neither does, or both do. */
export function reliefOf(note: Note): Relief {
  const { items, total } = note;
  // The usual case: there is no relief, and both forms are equal.
  if (total.vICMSDeson_e2 === 0 && items.every((item) => item.vICMSDeson_e2 === 0))
    return "deducted";
  const closes = (relief: Relief) => total.vNF_e2 === noteValue(note, relief);
  return !closes("deducted") && closes("kept") ? "kept" : "deducted";
}
