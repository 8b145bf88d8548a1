/** An own tax of an item: tax situation, base, rate and amount. An absent figure is null, which is not 0. */
export interface TaxOf {
  /** CST of the tax as written by the issuer. */
  readonly CST: string | null;
  readonly vBC_e2: number | null;
  /** Percent, 1/10⁴. */
  readonly rate_e4: number | null;
  readonly amount_e2: number | null;
}

/** ICMS: `imposto/ICMS/*`. */
export interface IcmsOf extends TaxOf {
  readonly orig: string | null;
  /** The situation is a CSOSN: the issuer is in Simples. */
  readonly simples: boolean;
  readonly vBCST_e2: number | null;
  readonly vICMSST_e2: number | null;
  readonly vFCP_e2: number | null;
  readonly vFCPST_e2: number | null;
  /** Percent, 1/10⁴, and amount of the credit that an issuer in Simples hands on (LC 123, art. 23 §1). */
  readonly pCredSN_e4: number | null;
  readonly vCredICMSSN_e2: number | null;
}

/** IBS and CBS: `imposto/IBSCBS`. */
export interface IbsCbsOf {
  readonly CST: string | null;
  readonly cClassTrib: string | null;
  readonly vBC_e2: number | null;
  readonly vIBS_e2: number | null;
  readonly vCBS_e2: number | null;
}

/** IS: `imposto/IS`. */
export interface IsOf {
  readonly CSTIS: string | null;
  readonly cClassTribIS: string | null;
  readonly vBCIS_e2: number | null;
  readonly vIS_e2: number | null;
}

/**
 * The taxes of an item as its document states them (leiauteNFe_v4.00, `det/imposto`); a group that is not there is null. Amounts
 * and bases are 1/10², rates 1/10⁴. The situations are those of the issuer, not ours.
 */
export interface ItemTaxes {
  readonly CEST: string | null;
  readonly ICMS: IcmsOf | null;
  readonly IPI: TaxOf | null;
  readonly II_e2: number | null;
  readonly PIS: TaxOf | null;
  readonly COFINS: TaxOf | null;
  readonly IBSCBS: IbsCbsOf | null;
  readonly IS: IsOf | null;
}

/** An item without any tax group. */
export const NO_TAXES: ItemTaxes = {
  CEST: null,
  ICMS: null,
  IPI: null,
  II_e2: null,
  PIS: null,
  COFINS: null,
  IBSCBS: null,
  IS: null,
};
