import { toScaled } from "../../lib/decimal.ts";
import type { IbsCbsOf, IcmsOf, IsOf, ItemTaxes, TaxOf } from "../taxes.ts";
import type { XmlElement } from "../xml/element.ts";
import { choiceOf, type Notices, onlyOf, textOf } from "./group.ts";

/** The taxes of an item, and whether a figure of them could not be read: it counts as absent, and refuses no note. */
export interface ReadTaxes {
  readonly taxes: ItemTaxes;
  readonly unread: boolean;
}

/** Reads the fields of one group. */
interface Fields {
  /** A code of digits, at most so many; null where it is absent or something else. */
  code(most: number, name: string): string | null;
  /** 1/10^places; null where absent or unreadable. */
  number(places: 2 | 4, name: string, ...inner: string[]): number | null;
}

/**
 * The taxes in `imposto` (leiauteNFe_v4.00) and `prod/CEST`. Elements that come twice are reported as errors. A figure that is no
 * decimal of the layout counts as absent: taxes are stated for the books, and the goods have arrived all the same.
 */
export function readTaxes(
  imposto: ReadonlyMap<string, XmlElement>,
  situation: XmlElement | undefined,
  CEST: string | undefined,
  path: string,
  notices: Notices,
): ReadTaxes {
  const state = { unread: false };
  const fields = (group: XmlElement, name: string): Fields =>
    fieldsOf(group, `${path}/${name}`, notices, state);
  const inner = (tax: string, name: string): XmlElement | undefined => {
    const group = imposto.get(tax);
    return group && onlyOf(group, name, `${path}/${tax}`, notices);
  };
  const chosen = (tax: "PIS" | "COFINS"): XmlElement | undefined => {
    const group = imposto.get(tax);
    return group && choiceOf(group, `${path}/${tax}`, { errors: notices.errors, unknown: [] });
  };
  const own = (tax: "IPI" | "PIS" | "COFINS", group: XmlElement | undefined): TaxOf | null =>
    group === undefined ? null : taxOf(tax, fields(group, `${tax}/${group.name}`));
  const II = imposto.get("II");
  const IBSCBS = imposto.get("IBSCBS");
  const IS = imposto.get("IS");
  const taxes: ItemTaxes = {
    CEST: CEST !== undefined && /^[0-9]{7}$/.test(CEST) ? CEST : null,
    ICMS: situation === undefined ? null : icmsOf(fields(situation, `ICMS/${situation.name}`)),
    IPI: own("IPI", inner("IPI", "IPITrib") ?? inner("IPI", "IPINT")),
    II_e2: II === undefined ? null : fields(II, "II").number(2, "vII"),
    PIS: own("PIS", chosen("PIS")),
    COFINS: own("COFINS", chosen("COFINS")),
    IBSCBS: IBSCBS === undefined ? null : ibsCbsOf(fields(IBSCBS, "IBSCBS")),
    IS: IS === undefined ? null : isOf(fields(IS, "IS")),
  };
  return { taxes, unread: state.unread };
}

function fieldsOf(
  group: XmlElement,
  path: string,
  notices: Notices,
  state: { unread: boolean },
): Fields {
  const text = (name: string, inner: readonly string[]): string => {
    let element = onlyOf(group, name, path, notices);
    if (inner.length === 0) return textOf(element) ?? "";
    let here = `${path}/${name}`;
    for (const next of inner) {
      element = element && onlyOf(element, next, here, notices);
      here += `/${next}`;
    }
    return textOf(element) ?? "";
  };
  return {
    code: (most, name) => {
      const code = text(name, NONE);
      return code.length <= most && /^[0-9]+$/.test(code) ? code : null;
    },
    number: (places, name, ...inner) => {
      const written = text(name, inner);
      if (written === "") return null;
      const value = toScaled(written, places);
      if (!value.ok) state.unread = true;
      return value.ok ? value.value : null;
    },
  };
}

const NONE: readonly string[] = [];

const taxOf = (tax: "IPI" | "PIS" | "COFINS", fields: Fields): TaxOf => ({
  CST: fields.code(2, "CST"),
  vBC_e2: fields.number(2, "vBC"),
  rate_e4: fields.number(4, `p${tax}`),
  amount_e2: fields.number(2, `v${tax}`),
});

function icmsOf(fields: Fields): IcmsOf {
  const CSOSN = fields.code(3, "CSOSN");
  return {
    orig: fields.code(1, "orig"),
    CST: CSOSN ?? fields.code(2, "CST"),
    simples: CSOSN !== null,
    vBC_e2: fields.number(2, "vBC"),
    rate_e4: fields.number(4, "pICMS"),
    amount_e2: fields.number(2, "vICMS"),
    vBCST_e2: fields.number(2, "vBCST"),
    vICMSST_e2: fields.number(2, "vICMSST"),
    vFCP_e2: fields.number(2, "vFCP"),
    vFCPST_e2: fields.number(2, "vFCPST"),
    pCredSN_e4: fields.number(4, "pCredSN"),
    vCredICMSSN_e2: fields.number(2, "vCredICMSSN"),
  };
}

/** The amounts stand in gIBSCBS, or for fuels in gIBSCBSMono. */
const ibsCbsOf = (fields: Fields): IbsCbsOf => ({
  CST: fields.code(3, "CST"),
  cClassTrib: fields.code(6, "cClassTrib"),
  vBC_e2: fields.number(2, "gIBSCBS", "vBC"),
  vIBS_e2:
    fields.number(2, "gIBSCBS", "vIBS") ?? fields.number(2, "gIBSCBSMono", "vTotIBSMonoItem"),
  vCBS_e2:
    fields.number(2, "gIBSCBS", "gCBS", "vCBS") ??
    fields.number(2, "gIBSCBSMono", "vTotCBSMonoItem"),
});

const isOf = (fields: Fields): IsOf => ({
  CSTIS: fields.code(3, "CSTIS"),
  cClassTribIS: fields.code(6, "cClassTribIS"),
  vBCIS_e2: fields.number(2, "vBCIS"),
  vIS_e2: fields.number(2, "vIS"),
});
