import { type SyntheticNote, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { NOON } from "../../support/ports.ts";
import type { DocumentAct } from "./acts.ts";

export interface Issued extends SyntheticNote {
  readonly sort: DocumentAct["sort"];
  /** Of its items. */
  readonly units: readonly string[];
  readonly codes: readonly string[];
  readonly supplier: string;
}

const DAY = 86_400_000;
const money = (cents: number) =>
  `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
const offsetOf = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "+00:00");
const DATES = { dFab: "2026-01-01" };
const EXPIRES = { L1: "2026-11-20", L2: "2027-05-31" };

/** The suppliers of the histories. */
export const supplierOf = (n: number) => SUPPLIERS[n] ?? SUPPLIERS[0];

/** The document of an act; what refers to a note that is not there is that note. `seed` makes its key and number. */
export function issue(
  { sort, supplier, items, daysBack, of }: DocumentAct,
  seed: number,
  issued: readonly Issued[],
): Issued {
  const emit = supplierOf(supplier);
  const issuedAt = offsetOf(NOON - 3_600_000 - daysBack * DAY);
  const goods = items.map(({ code, unit, quantity, cents, freight, lot }) => ({
    cProd: code,
    xProd: `PRODUTO ${code}`,
    uCom: unit,
    qCom: String(quantity),
    vUnCom: money(cents),
    ...(freight === 0 ? {} : { vFrete: money(freight) }),
    ...(lot === null
      ? {}
      : { lots: [{ nLote: lot, qLote: String(quantity), ...DATES, dVal: EXPIRES[lot] }] }),
  }));
  const made = (options: Parameters<typeof syntheticNote>[0], as = sort): Issued => ({
    ...syntheticNote({ seed, issuedAt, items: goods, ...options }),
    sort: as,
    units: goods.map(({ uCom }) => uCom),
    codes: goods.map(({ cProd }) => cProd),
    supplier: emit.cnpj ?? "",
  });
  const referred = (wanted: Issued["sort"]) => {
    const among = issued.filter((one) => one.sort === wanted);
    return among[of % Math.max(among.length, 1)];
  };
  const sale = referred("sale");
  const purchase = referred("purchase");
  if (sort === "purchase" || (sort === "complement" && purchase === undefined))
    return made({ emit }, "purchase");
  if (sort === "gift") return made({ emit, CFOP: "5910" });
  if (sort === "sale" || (sort === "return" && sale === undefined))
    return made({ emit: COMPANY, dest: CUSTOMER, CFOP: "5102" }, "sale");
  if (sort === "return") {
    // Our own entry note about what our customer, a person, brings back.
    const back = { emit: COMPANY, dest: CUSTOMER, tpNF: "0", finNFe: "4", CFOP: "1202" } as const;
    const some = goods.map((one, i) => ({ ...one, cProd: sale?.codes[i] ?? one.cProd }));
    return made({ ...back, items: some, refNFe: [sale?.accessKey ?? ""] });
  }
  const [first] = items;
  const value = { xProd: "COMPLEMENTO DE PRECO", uCom: "UN", qCom: "0", vUnCom: "0" };
  return made({
    emit: supplierOf(purchase?.supplier === supplierOf(0).cnpj ? 0 : 1),
    finNFe: "2",
    refNFe: [purchase?.accessKey ?? ""],
    items: [{ ...value, cProd: first?.code ?? "COMPL", vProd: money(first?.cents ?? 1) }],
  });
}
