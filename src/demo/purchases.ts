import type { ItemSpec } from "../synthetic/amounts.ts";
import { type NoteOptions, syntheticNote } from "../synthetic/synthetic-note.ts";
import { itemOf, SUPPLIERS, type Supplier } from "../synthetic/trade.ts";
import { type Calendar, NOVEMBER } from "./calendar.ts";

/**
 * How many of our units are in one unit of the supplier's item, as a person gives it with the approval
 * of the first note.
 */
export interface Factor {
  readonly n_item: number;
  readonly factor: string;
}

/** One purchase of the demo: a note, and its description in Portuguese. */
export interface Purchase {
  readonly file: string;
  readonly what: string;
  readonly accessKey: string;
  readonly xml: string;
  /** Which purchase of the month it is, 0 to 23; several suppliers may send on one day. */
  readonly slot: number;
  /** Given once; the service uses them for the supplier's next notes. */
  readonly factors: readonly Factor[];
}

/** How many notes each supplier sends. */
const PURCHASES_PER_SUPPLIER = 4;

/**
 * Options of special notes, by the supplier's index and then by the visit; every other note is an
 * ordinary sale.
 */
const SPECIAL_OPTIONS: readonly Partial<Record<number, NoteOptions>>[] = [
  { 0: { ibsCbs: true }, 1: { ibsCbs: true }, 2: { ibsCbs: true }, 3: { ibsCbs: true } },
  {},
  { 1: { headerFreight: "35.00" } },
  { 0: { layout: "3.10" } },
  {},
  { 2: { protocol: { cStat: "150" } } },
  {},
  {},
  { 3: { ibsCbs: true } },
];

/**
 * Amounts beside the price, by the visit: none, a discount, freight and insurance, taxes on top.
 */
const EXTRA_AMOUNTS: readonly Partial<ItemSpec>[] = [
  {},
  { vDesc: "3.50" },
  { vFrete: "12.40", vSeg: "0.85" },
  { vIPI: "4.75", vICMSST: "6.30" },
];

function lotsOf(visit: number, quantity: number, calendar: Calendar): Partial<ItemSpec> {
  const half = Math.trunc(quantity / 2);
  const [first, other] = calendar.lots(visit);
  const lot = (letter: string, count: number, dVal: string) => ({
    nLote: `F${visit + 1}${letter}`,
    qLote: `${count}.000`,
    dFab: "2026-06-01",
    dVal,
  });
  return { lots: [lot("A", half, first), lot("B", quantity - half, other)] };
}

function itemsOf(supplier: Supplier, visit: number, calendar: Calendar): ItemSpec[] {
  const medicines = supplier.name.startsWith("FARMACO");
  return supplier.products.map((product, n) => {
    const quantity = 6 + ((visit * 7 + n * 5) % 18);
    const qCom = product.uCom === "KG" ? `${quantity}.2750` : String(quantity);
    return itemOf(product, qCom, {
      CFOP: supplier.uf === "SP" ? "5102" : "6102",
      ...EXTRA_AMOUNTS[(visit + n) % EXTRA_AMOUNTS.length],
      ...(medicines ? lotsOf(visit, quantity, calendar) : {}),
    });
  });
}

/** Factors of products that we count in smaller units than the supplier; goods sold by weight need none. */
const factorsOf = (supplier: Supplier): Factor[] =>
  supplier.products.flatMap(({ taxed }, n) =>
    taxed === undefined || taxed.unit === "KG"
      ? []
      : [{ n_item: n + 1, factor: String(taxed.perUnit) }],
  );

/** The purchases from a dozen suppliers in a month, four of each. */
export function purchases(calendar: Calendar = NOVEMBER): Purchase[] {
  return Array.from({ length: PURCHASES_PER_SUPPLIER }, (_, visit) =>
    SUPPLIERS.map((supplier, n) => {
      const seed = 1_000 * (n + 1) + visit;
      const slot = visit * 6 + (n % 6);
      const { xml, accessKey } = syntheticNote({
        seed,
        emit: supplier,
        items: itemsOf(supplier, visit, calendar),
        issuedAt: calendar.purchase(slot),
        ...SPECIAL_OPTIONS[n]?.[visit],
      });
      return {
        file: `${accessKey}-nfe.xml`,
        what: `compra de ${supplier.name}`,
        accessKey,
        xml,
        slot,
        factors: visit === 0 ? factorsOf(supplier) : [],
      };
    }),
  ).flat();
}
