import type { Line, Sums } from "./amounts.ts";
import { stateOf } from "./states.ts";
import { money, type Tree, taxTree, totalTree } from "./tax-tree.ts";
import type { PartySpec } from "./trade.ts";

export const NFE = "http://www.portalfiscal.inf.br/nfe";
const DSIG = "http://www.w3.org/2000/09/xmldsig#";

/**
 * All values of a note. The functions below compute nothing but the texts of the sums.
 */
export interface Parts {
  readonly layout: "4.00" | "3.10" | "2.00";
  readonly accessKey: string;
  readonly cUF: string;
  readonly cNF: string;
  readonly cDV: string;
  readonly mod: "55" | "65";
  readonly serie: string;
  readonly nNF: string;
  readonly natOp: string;
  /** `YYYY-MM-DDThh:mm:ss±hh:00`. */
  readonly issuedAt: string;
  readonly tpNF: "0" | "1";
  readonly tpEmis: string;
  readonly tpAmb: "1" | "2";
  readonly finNFe: string;
  readonly tpNFDebito?: string | undefined;
  readonly tpNFCredito?: string | undefined;
  readonly refNFe: readonly string[];
  readonly emit: PartySpec;
  readonly dest: PartySpec | null;
  readonly lines: readonly Line[];
  readonly sums: Sums;
  readonly instead?: Readonly<Record<string, string>> | undefined;
  readonly ibsCbs: boolean;
  /** Base64 of what would be 20, 256 and some hundred bytes; null: unsigned. */
  readonly signature: { digest: string; value: string; certificate: string } | null;
}

/** `protNFe` as it will be written. */
export interface ProtocolParts {
  readonly layout: string;
  readonly tpAmb: string;
  readonly chNFe: string;
  readonly dhRecbto: string;
  readonly nProt: string;
  readonly digVal: string | undefined;
  readonly cStat: string;
  readonly xMotivo: string;
  readonly alerts: readonly { readonly cMsg: string; readonly xMsg: string }[];
}

const address = (uf: string): Tree => {
  const { cMun, xMun } = stateOf(uf);
  return {
    xLgr: "Rua das Amostras",
    nro: "100",
    xBairro: "Centro",
    cMun,
    xMun,
    UF: uf,
    CEP: "01001000",
    cPais: "1058",
    xPais: "Brasil",
  };
};

const identity = (party: PartySpec): Tree => ({
  CNPJ: party.cnpj,
  CPF: party.cnpj === undefined ? party.cpf : undefined,
  xNome: party.name,
});

function ideTree(parts: Parts): Tree {
  const four = parts.layout === "4.00";
  const old = parts.layout === "2.00";
  const firstDigit = parts.lines[0]?.CFOP.slice(0, 1) ?? "5";
  const retail = parts.mod === "65";
  const { cMun } = stateOf(parts.emit.uf ?? "SP");
  const refs = parts.refNFe.map((refNFe) => ({ refNFe }));
  return {
    cUF: parts.cUF,
    cNF: parts.cNF,
    natOp: parts.natOp,
    indPag: four ? undefined : "0",
    mod: parts.mod,
    serie: parts.serie,
    nNF: parts.nNF,
    ...(old ? { dEmi: parts.issuedAt.slice(0, 10) } : { dhEmi: parts.issuedAt }),
    tpNF: parts.tpNF,
    idDest: old
      ? undefined
      : "37".includes(firstDigit)
        ? "3"
        : "26".includes(firstDigit)
          ? "2"
          : "1",
    cMunFG: cMun,
    // Layout 2.00 names references before the form of printing, later layouts at the end.
    ...(old ? { NFref: refs } : {}),
    tpImp: retail ? "4" : "1",
    tpEmis: parts.tpEmis,
    cDV: parts.cDV,
    tpAmb: parts.tpAmb,
    finNFe: parts.finNFe,
    tpNFDebito: parts.tpNFDebito,
    tpNFCredito: parts.tpNFCredito,
    indFinal: old ? undefined : retail ? "1" : "0",
    indPres: old ? undefined : retail ? "1" : "9",
    procEmi: "0",
    verProc: "SGE-DEMO 1",
    ...(old ? {} : { NFref: refs }),
  };
}

function destTree(dest: PartySpec, layout: string): Tree {
  const business = dest.cnpj !== undefined;
  return {
    ...identity(dest),
    enderDest: address(dest.uf ?? "SP"),
    ...(layout === "2.00" ? {} : { indIEDest: business ? "1" : "9" }),
    IE: business ? "110042490114" : layout === "2.00" ? "ISENTO" : undefined,
  };
}

/** `det` without its number. */
export function detTree(line: Line, layout: Parts["layout"], ibsCbs: boolean, uf: string): Tree {
  const { spec } = line;
  const amount = (value_e2: number) => (value_e2 === 0 ? undefined : money(value_e2));
  const lots = spec.lots?.map((lot) => ({ ...lot }));
  const inMed = layout !== "4.00";
  return {
    prod: {
      cProd: spec.cProd,
      cEAN: spec.cEAN ?? (layout === "4.00" ? "SEM GTIN" : ""),
      xProd: spec.xProd,
      NCM: spec.NCM ?? (line.service ? "00" : "21069090"),
      CEST: spec.CEST,
      CFOP: line.CFOP,
      uCom: spec.uCom,
      qCom: spec.qCom,
      vUnCom: spec.vUnCom,
      vProd: money(line.vProd),
      cEANTrib: spec.cEANTrib ?? (layout === "4.00" ? "SEM GTIN" : ""),
      uTrib: spec.uTrib ?? spec.uCom,
      qTrib: line.qTrib,
      vUnTrib: line.vUnTrib,
      vFrete: amount(line.vFrete),
      vSeg: amount(line.vSeg),
      vDesc: amount(line.vDesc),
      vOutro: amount(line.vOutro),
      indTot: line.counts ? "1" : "0",
      rastro: inMed ? undefined : lots,
      veicProd: spec.tpOp === undefined ? undefined : { tpOp: spec.tpOp },
      med: inMed ? lots?.map((lot) => ({ ...lot, vPMC: "1.00" })) : undefined,
    },
    imposto: taxTree(line, ibsCbs, stateOf(uf).cMun),
    impostoDevol:
      line.vIPIDevol === 0
        ? undefined
        : { pDevol: "100.00", IPI: { vIPIDevol: money(line.vIPIDevol) } },
    infAdProd: spec.infAdProd,
    vItem: ibsCbs ? money(line.vItem) : undefined,
    DFeReferenciado: spec.reference === undefined ? undefined : { ...spec.reference },
  };
}

function signatureTree(accessKey: string, signature: NonNullable<Parts["signature"]>): Tree {
  const c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
  return {
    "@xmlns": DSIG,
    SignedInfo: {
      CanonicalizationMethod: { "@Algorithm": c14n },
      SignatureMethod: { "@Algorithm": `${DSIG}rsa-sha1` },
      Reference: {
        "@URI": `#NFe${accessKey}`,
        Transforms: {
          Transform: [{ "@Algorithm": `${DSIG}enveloped-signature` }, { "@Algorithm": c14n }],
        },
        DigestMethod: { "@Algorithm": `${DSIG}sha1` },
        DigestValue: signature.digest,
      },
    },
    SignatureValue: signature.value,
    KeyInfo: { X509Data: { X509Certificate: signature.certificate } },
  };
}

/** `NFe`, in the order of the official layout. */
export function noteTree(parts: Parts): Tree {
  const { emit, sums } = parts;
  const uf = emit.uf ?? "SP";
  const paid = parts.finNFe === "1" && sums.vNF > 0;
  const four = parts.layout === "4.00";
  return {
    "@xmlns": NFE,
    infNFe: {
      "@versao": parts.layout,
      "@Id": `NFe${parts.accessKey}`,
      ide: ideTree(parts),
      emit: {
        ...identity(emit),
        enderEmit: address(uf),
        IE: "110042490114",
        CRT: "3",
      },
      dest: parts.dest === null ? undefined : destTree(parts.dest, parts.layout),
      det: parts.lines.map((line, n) => ({
        "@nItem": String(n + 1),
        ...detTree(line, parts.layout, parts.ibsCbs, uf),
      })),
      total: totalTree(sums, {
        layout: parts.layout,
        day: parts.issuedAt.slice(0, 10),
        withIbsCbs: parts.ibsCbs,
        instead: parts.instead,
      }),
      transp: { modFrete: sums.vFrete > 0 ? "0" : "9" },
      pag: four
        ? { detPag: { tPag: paid ? "15" : "90", vPag: paid ? money(sums.vNF) : "0.00" } }
        : undefined,
      infAdic: { infCpl: "Documento sintetico do S.G.E., sem valor fiscal." },
    },
    infNFeSupl: parts.mod === "65" ? retailTree(parts) : undefined,
    Signature:
      parts.signature === null ? undefined : signatureTree(parts.accessKey, parts.signature),
  };
}

const retailTree = (parts: Parts): Tree => ({
  qrCode: `https://nfce.example/qrcode?p=${parts.accessKey}|2|${parts.tpAmb}|1|${"0".repeat(40)}`,
  urlChave: "https://nfce.example/consulta",
});

/** `protNFe`. */
export function protocolTree(parts: ProtocolParts): Tree {
  return {
    "@versao": parts.layout,
    infProt: {
      tpAmb: parts.tpAmb,
      verAplic: "SGE-DEMO-1",
      chNFe: parts.chNFe,
      dhRecbto: parts.dhRecbto,
      nProt: parts.nProt,
      digVal: parts.digVal,
      cStat: parts.cStat,
      xMotivo: parts.xMotivo,
      cMsg: parts.alerts.map(({ cMsg }) => cMsg),
      xMsg: parts.alerts.map(({ xMsg }) => xMsg),
    },
  };
}
