import { type IcmsOf, type ItemTaxes, NO_TAXES, type TaxOf } from "../../nfe/taxes.ts";

type Figure = string | number | null;

/** The taxes of an item in `note_items.taxes`: for each group its figures in a fixed order, without nulls at the end. */
export interface StoredTaxes {
  readonly cest?: string;
  /** orig, CST, vBC, pICMS, vICMS, vBCST, vICMSST, vFCP, vFCPST, pCredSN, vCredICMSSN */
  readonly icms?: readonly Figure[];
  /** CST, vBC, rate, amount */
  readonly ipi?: readonly Figure[];
  readonly pis?: readonly Figure[];
  readonly cofins?: readonly Figure[];
  readonly ii?: number;
  /** CST, cClassTrib, vBC, vIBS, vCBS */
  readonly ibscbs?: readonly Figure[];
  /** CSTIS, cClassTribIS, vBCIS, vIS */
  readonly is?: readonly Figure[];
}

function trimmed(figures: readonly Figure[]): readonly Figure[] | undefined {
  const end = figures.findLastIndex((figure) => figure !== null) + 1;
  return end === 0 ? undefined : figures.slice(0, end);
}

const storedTax = (tax: TaxOf | null): readonly Figure[] | undefined =>
  tax === null ? undefined : trimmed([tax.CST, tax.vBC_e2, tax.rate_e4, tax.amount_e2]);

function storedIcms(ICMS: IcmsOf | null): readonly Figure[] | undefined {
  if (ICMS === null) return undefined;
  return trimmed([
    ICMS.orig,
    ICMS.CST,
    ICMS.vBC_e2,
    ICMS.rate_e4,
    ICMS.amount_e2,
    ICMS.vBCST_e2,
    ICMS.vICMSST_e2,
    ICMS.vFCP_e2,
    ICMS.vFCPST_e2,
    ICMS.pCredSN_e4,
    ICMS.vCredICMSSN_e2,
  ]);
}

/** The taxes of an item as JSON for `note_items.taxes`. */
export function taxesJson({ CEST, ICMS, IPI, II_e2, PIS, COFINS, IBSCBS, IS }: ItemTaxes): string {
  const reform =
    IBSCBS &&
    trimmed([IBSCBS.CST, IBSCBS.cClassTrib, IBSCBS.vBC_e2, IBSCBS.vIBS_e2, IBSCBS.vCBS_e2]);
  return JSON.stringify({
    cest: CEST ?? undefined,
    icms: storedIcms(ICMS),
    ipi: storedTax(IPI),
    pis: storedTax(PIS),
    cofins: storedTax(COFINS),
    ii: II_e2 ?? undefined,
    ibscbs: reform ?? undefined,
    is: (IS && trimmed([IS.CSTIS, IS.cClassTribIS, IS.vBCIS_e2, IS.vIS_e2])) ?? undefined,
  });
}

const text = (figures: readonly Figure[], at: number): string | null => {
  const figure = figures[at] ?? null;
  return figure === null ? null : String(figure);
};
const number = (figures: readonly Figure[], at: number): number | null => {
  const figure = figures[at] ?? null;
  return figure === null ? null : Number(figure);
};

const taxFrom = (figures: readonly Figure[] | undefined): TaxOf | null =>
  figures === undefined
    ? null
    : {
        CST: text(figures, 0),
        vBC_e2: number(figures, 1),
        rate_e4: number(figures, 2),
        amount_e2: number(figures, 3),
      };

function icmsFrom(figures: readonly Figure[] | undefined): IcmsOf | null {
  if (figures === undefined) return null;
  const CST = text(figures, 1);
  return {
    orig: text(figures, 0),
    CST,
    // A CSOSN has three digits, a CST two.
    simples: CST?.length === 3,
    vBC_e2: number(figures, 2),
    rate_e4: number(figures, 3),
    amount_e2: number(figures, 4),
    vBCST_e2: number(figures, 5),
    vICMSST_e2: number(figures, 6),
    vFCP_e2: number(figures, 7),
    vFCPST_e2: number(figures, 8),
    pCredSN_e4: number(figures, 9),
    vCredICMSSN_e2: number(figures, 10),
  };
}

/** The taxes from `note_items.taxes`; null: the row is older than the column. */
export function taxesFrom(stored: StoredTaxes | null): ItemTaxes {
  if (stored === null) return NO_TAXES;
  const { cest, icms, ipi, pis, cofins, ii, ibscbs, is } = stored;
  return {
    CEST: cest ?? null,
    ICMS: icmsFrom(icms),
    IPI: taxFrom(ipi),
    II_e2: ii ?? null,
    PIS: taxFrom(pis),
    COFINS: taxFrom(cofins),
    IBSCBS:
      ibscbs === undefined
        ? null
        : {
            CST: text(ibscbs, 0),
            cClassTrib: text(ibscbs, 1),
            vBC_e2: number(ibscbs, 2),
            vIBS_e2: number(ibscbs, 3),
            vCBS_e2: number(ibscbs, 4),
          },
    IS:
      is === undefined
        ? null
        : {
            CSTIS: text(is, 0),
            cClassTribIS: text(is, 1),
            vBCIS_e2: number(is, 2),
            vIS_e2: number(is, 3),
          },
  };
}
