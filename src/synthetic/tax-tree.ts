import { fromScaled } from "../lib/decimal.ts";
import type { Line, Sums } from "./amounts.ts";

/**
 * The input of the XML builder: elements in order, `@` before an attribute, a list for a repeated
 * element.
 */
export interface Tree {
  readonly [name: string]: Content | undefined;
}
export type Content = string | Tree | readonly (string | Tree)[];

/** Cents as the layout writes them: two places. */
export const money = (value_e2: number): string => fromScaled(value_e2, 2, 2);
const present = (value_e2: number): string | undefined =>
  value_e2 === 0 ? undefined : money(value_e2);

function icms(line: Line): Tree {
  if (line.vICMSDeson > 0)
    return {
      ICMS40: {
        orig: "0",
        CST: "40",
        vICMSDeson: money(line.vICMSDeson),
        motDesICMS: "9",
        indDeduzDeson: line.spec.indDeduzDeson,
      },
    };
  if (line.vICMSMonoReten > 0)
    return {
      ICMS15: {
        orig: "0",
        CST: "15",
        adRemICMS: "1.1200",
        vICMSMono: "0.00",
        adRemICMSReten: "1.1200",
        vICMSMonoReten: money(line.vICMSMonoReten),
      },
    };
  if (line.spec.CSOSN === "101")
    return {
      ICMSSN101: {
        orig: "0",
        CSOSN: "101",
        pCredSN: line.spec.pCredSN ?? "2.50",
        vCredICMSSN: money(line.vCredICMSSN),
      },
    };
  if (line.spec.CSOSN === "102") return { ICMSSN102: { orig: "0", CSOSN: "102" } };
  const own = {
    modBC: "3",
    vBC: money(line.vBC),
    pICMS: line.spec.pICMS ?? "18.00",
    vICMS: money(line.vICMS),
  };
  if (line.vICMSST === 0 && line.vFCPST === 0) return { ICMS00: { orig: "0", CST: "00", ...own } };
  const fcp =
    line.vFCPST === 0
      ? {}
      : { vBCFCPST: money(line.vBC), pFCPST: "2.00", vFCPST: money(line.vFCPST) };
  return {
    ICMS10: {
      orig: "0",
      CST: "10",
      ...own,
      modBCST: "4",
      vBCST: money(line.vBC),
      pICMSST: "18.00",
      vICMSST: money(line.vICMSST),
      ...fcp,
    },
  };
}

/** PIS or COFINS: taxed at its rate, or without an amount. */
function contribution(line: Line, tax: "PIS" | "COFINS", rate: string, amount: number): Tree {
  const CST = line.spec.contributionCST ?? "01";
  const base = money(line.vBC);
  if (["04", "06", "07", "08", "09"].includes(CST)) return { [`${tax}NT`]: { CST } };
  const values = { vBC: base, [`p${tax}`]: rate, [`v${tax}`]: money(amount) };
  return CST === "01" || CST === "02"
    ? { [`${tax}Aliq`]: { CST, ...values } }
    : { [`${tax}Outr`]: { CST, ...values } };
}

function ibsCbs(line: Line): Tree {
  return {
    CST: "000",
    cClassTrib: "000001",
    gIBSCBS: {
      vBC: money(line.vBC),
      gIBSUF: { pIBSUF: "0.1000", vIBSUF: money(line.vIBS) },
      gIBSMun: { pIBSMun: "0.0000", vIBSMun: "0.00" },
      vIBS: money(line.vIBS),
      gCBS: { pCBS: "0.9000", vCBS: money(line.vCBS) },
    },
  };
}

/** `det/imposto`. */
export function taxTree(line: Line, withIbsCbs: boolean, cMunFG: string): Tree {
  const base = money(line.vBC);
  const goods: Tree = {
    ICMS: icms(line),
    IPI:
      line.vIPI === 0
        ? undefined
        : { cEnq: "999", IPITrib: { CST: "50", vBC: base, pIPI: "5.00", vIPI: money(line.vIPI) } },
    II:
      line.vII === 0
        ? undefined
        : { vBC: base, vDespAdu: "0.00", vII: money(line.vII), vIOF: "0.00" },
  };
  const service: Tree = {
    ISSQN: {
      vBC: base,
      vAliq: "5.00",
      vISSQN: money(line.vISSQN),
      cMunFG,
      cListServ: "14.01",
      indISS: "1",
      indIncentivo: "2",
    },
  };
  return {
    ...(line.service ? service : goods),
    PIS: contribution(line, "PIS", "1.65", line.vPIS),
    PISST:
      line.vPISST === 0
        ? undefined
        : {
            vBC: base,
            pPIS: "1.65",
            vPIS: money(line.vPISST),
            indSomaPISST: line.spec.indSomaPISST,
          },
    COFINS: contribution(line, "COFINS", "7.60", line.vCOFINS),
    COFINSST:
      line.vCOFINSST === 0
        ? undefined
        : {
            vBC: base,
            pCOFINS: "7.60",
            vCOFINS: money(line.vCOFINSST),
            indSomaCOFINSST: line.spec.indSomaCOFINSST,
          },
    IBSCBS: withIbsCbs ? ibsCbs(line) : undefined,
  };
}

function ibsCbsTotal(sums: Sums): Tree {
  const none = { vDif: "0.00", vDevTrib: "0.00" };
  const credit = { vCredPres: "0.00", vCredPresCondSus: "0.00" };
  return {
    vBCIBSCBS: money(sums.vBCIBSCBS),
    gIBS: {
      gIBSUF: { ...none, vIBSUF: money(sums.vIBS) },
      gIBSMun: { ...none, vIBSMun: "0.00" },
      vIBS: money(sums.vIBS),
      ...credit,
    },
    gCBS: { ...none, vCBS: money(sums.vCBS), ...credit },
  };
}

/** `total`; `instead` replaces fields of ICMSTot, for a note whose sums are wrong on purpose. */
export function totalTree(
  sums: Sums,
  { layout, day, withIbsCbs, instead = {} }: TotalOptions,
): Tree {
  const four = (value: string): string | undefined => (layout === "4.00" ? value : undefined);
  const ICMSTot: Tree = {
    vBC: money(sums.vBC),
    vICMS: money(sums.vICMS),
    vICMSDeson: layout === "2.00" ? undefined : money(sums.vICMSDeson),
    vFCP: four("0.00"),
    vBCST: money(sums.vBCST),
    vST: money(sums.vST),
    vFCPST: four(money(sums.vFCPST)),
    vFCPSTRet: four("0.00"),
    vICMSMonoReten: present(sums.vICMSMonoReten),
    vProd: money(sums.vProd),
    vFrete: money(sums.vFrete),
    vSeg: money(sums.vSeg),
    vDesc: money(sums.vDesc),
    vII: money(sums.vII),
    vIPI: money(sums.vIPI),
    vIPIDevol: four(money(sums.vIPIDevol)),
    vPIS: money(sums.vPIS),
    vCOFINS: money(sums.vCOFINS),
    vOutro: money(sums.vOutro),
    vNF: money(sums.vNF),
  };
  return {
    ICMSTot: { ...ICMSTot, ...instead },
    ISSQNtot:
      sums.vServ === 0
        ? undefined
        : {
            vServ: money(sums.vServ),
            vBC: present(sums.vBCServ),
            vISS: present(sums.vISS),
            vPIS: present(sums.vPISServ),
            vCOFINS: present(sums.vCOFINSServ),
            dCompet: day,
          },
    IBSCBSTot: withIbsCbs ? ibsCbsTotal(sums) : undefined,
    vNFTot: withIbsCbs ? present(sums.vItems) : undefined,
  };
}

interface TotalOptions {
  readonly layout: string;
  /** `YYYY-MM-DD` of the issue. */
  readonly day: string;
  readonly withIbsCbs: boolean;
  readonly instead?: Readonly<Record<string, string>> | undefined;
}
