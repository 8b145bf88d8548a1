import type { NItem } from "../lib/item-number.ts";
import type { ItemTaxes } from "./taxes.ts";

/** A decimal field of the XML: its text, unchanged, and its exact value as a scaled integer. */
export interface Exact {
  readonly text: string;
  /** Integer of 1/10⁴ (quantities: qCom, qTrib, qLote). */
  readonly e4: number;
}

/** Emitter or recipient. Exactly one of cnpj, cpf, foreignId is set, or none (a consumer who was not named). */
export interface Party {
  /** 14 characters, upper case, letters allowed since July 2026; never masked. */
  readonly cnpj: string | null;
  readonly cpf: string | null;
  readonly foreignId: string | null;
  readonly name: string;
  readonly uf: string | null;
}

/** `rastro`: one traced lot of an item (layout 3.10: `med`). */
export interface Lot {
  readonly nLote: string;
  readonly qLote: Exact;
  /** `YYYY-MM-DD`, as in the XML. */
  readonly dFab: string | null;
  readonly dVal: string | null;
}

/** `det`. Amounts ending in `_e2` are integers of 1/10²; an absent optional amount is 0. */
export interface Item {
  readonly nItem: NItem;
  readonly cProd: string;
  /** Null for `SEM GTIN`, empty, or absent. */
  readonly cEAN: string | null;
  readonly cEANTrib: string | null;
  readonly xProd: string;
  readonly NCM: string | null;
  readonly CFOP: string;
  readonly uCom: string;
  readonly qCom: Exact;
  /** Text only: 11.10 digits do not fit an integer column. */
  readonly vUnCom: string;
  readonly vProd_e2: number;
  readonly uTrib: string;
  readonly qTrib: Exact;
  readonly vUnTrib: string;
  readonly vFrete_e2: number;
  readonly vSeg_e2: number;
  readonly vDesc_e2: number;
  readonly vOutro_e2: number;
  readonly indTot: "0" | "1";
  readonly vIPI_e2: number;
  readonly vICMSST_e2: number;
  readonly vFCPST_e2: number;
  readonly vII_e2: number;
  /** Withheld single-phase ICMS of fuels (CST 15). */
  readonly vICMSMonoReten_e2: number;
  readonly vICMSDeson_e2: number;
  readonly indDeduzDeson: "0" | "1" | null;
  readonly vIPIDevol_e2: number;
  /** `PISST/vPIS` and `COFINSST/vCOFINS`: part of vNF only where indSomaPISST and indSomaCOFINSST are 1. */
  readonly vPISST_e2: number;
  readonly indSomaPISST: "0" | "1" | null;
  readonly vCOFINSST_e2: number;
  readonly indSomaCOFINSST: "0" | "1" | null;
  /** `veicProd/tpOp`: 2 is direct billing of a new vehicle. Null: no vehicle. */
  readonly tpOp: string | null;
  readonly reference: ItemReference | null;
  /** The group ISSQN stands in `imposto`: a service line, no goods. */
  readonly service: boolean;
  /** As the issuer states them; the amounts above that enter vNF stand there too. */
  readonly taxes: ItemTaxes;
  readonly lots: readonly Lot[];
}

/** `total/ICMSTot`, integers of 1/10²; absent is 0. */
export interface Totals {
  readonly vProd_e2: number;
  readonly vFrete_e2: number;
  readonly vSeg_e2: number;
  readonly vDesc_e2: number;
  readonly vOutro_e2: number;
  readonly vII_e2: number;
  readonly vIPI_e2: number;
  readonly vIPIDevol_e2: number;
  readonly vST_e2: number;
  readonly vFCPST_e2: number;
  readonly vICMSMonoReten_e2: number;
  readonly vICMSDeson_e2: number;
  /** `ISSQNtot/vServ`. */
  readonly vServ_e2: number;
  readonly vNF_e2: number;
}

/** `protNFe/infProt`, as text. */
export interface Protocol {
  readonly tpAmb: string;
  readonly chNFe: string;
  readonly nProt: string | null;
  readonly dhRecbto: string | null;
  readonly digVal: string | null;
  readonly cStat: string;
  readonly xMotivo: string | null;
  /** `cMsg` and `xMsg`, at most 5: the alerts of the tax office (cStat 120, NT 2026.002). */
  readonly alerts: readonly ProtocolAlert[];
}

export interface ProtocolAlert {
  readonly cMsg: string;
  readonly xMsg: string;
}

/** `DFeReferenciado`: the document that an item refers to, since 2026-11-16 (NT 2025.002), in place of `NFref`. */
export interface ItemReference {
  readonly chaveAcesso: string;
  /** The item of that document; null: not given. */
  readonly nItem: number | null;
}

/** The content of a note's XML. Plain data: it crosses a thread and goes into JSON unchanged. */
export interface Note {
  /** 44 characters, check digit right, never with the `NFe` prefix. */
  readonly accessKey: string;
  /** `4.00`, `3.10` or `2.00`. */
  readonly layout: string;
  readonly ide: {
    readonly cUF: string;
    readonly cNF: string | null;
    readonly natOp: string;
    readonly mod: "55" | "65";
    readonly serie: string;
    readonly nNF: string;
    /** dhEmi with its offset, or dEmi (2.00: date only). */
    readonly issuedAt: string;
    /** 0 entry, 1 exit, from the emitter's point of view. */
    readonly tpNF: "0" | "1";
    readonly tpEmis: string;
    readonly cDV: string | null;
    /** 1 production, 2 homologation. */
    readonly tpAmb: "1" | "2";
    readonly finNFe: "1" | "2" | "3" | "4" | "5" | "6";
    readonly tpNFDebito: string | null;
    readonly tpNFCredito: string | null;
    /** NFref/refNFe: access keys referred to. */
    readonly refNFe: readonly string[];
  };
  readonly emit: Party;
  readonly dest: Party | null;
  readonly items: readonly Item[];
  readonly total: Totals;
  readonly protocol: Protocol | null;
  readonly signature: { readonly digestValue: string; readonly referenceUri: string } | null;
  /** Registered cancellations in the same nfeProc after protNFe (some software writes them so). */
  readonly cancelledBy: readonly NfeEvent[];
}

/** The quantity of one item in an event: text of the XML (11.4), its unit as written. */
export interface EventQuantity {
  readonly nItem: number;
  readonly quantity: string;
  readonly unit: string;
}

/** `procEventoNFe`: an event and the tax office's answer to it. */
export interface NfeEvent {
  /** chNFe, 44 characters. */
  readonly accessKey: string;
  /** tpEvento: 110111 cancellation, 110110 correction letter … */
  readonly type: string;
  readonly sequence: number;
  /** dhEvento, or where it is absent dhRegEvento. */
  readonly at: string | null;
  /** dhRegEvento of the answer. */
  readonly registeredAt: string | null;
  /** tpAmb of the event, and of the answer to it. */
  readonly tpAmb: string | null;
  readonly answerTpAmb: string | null;
  /** CNPJ or CPF of the event's author, without mask; both null where absent. */
  readonly author: { readonly cnpj: string | null; readonly cpf: string | null };
  /** retEvento cStat; 135, 136 and 155 are registered. Null: no answer in the file. */
  readonly cStat: string | null;
  readonly nProt: string | null;
  /** xJust or xCorrecao. */
  readonly text: string | null;
  /** The earlier event that this one cancels (110001, 110193 …): its nProt, and its type where given. */
  readonly undoes: { readonly type: string | null; readonly nProt: string } | null;
  /** Quantities of items, in events of the tax reform. */
  readonly quantities: readonly EventQuantity[];
  /** The other fields of detEvento by their tags, e.g. chNFeRef of 110112, dhTentativaEntrega of 110192, dPrevEntrega of 112150. */
  readonly details: Readonly<Record<string, string>>;
  /** The whole content of infEvento in a normal form; empty where the file has only the answer. */
  readonly content: string;
}

/** A credit note for goods that were refused in whole or in part, or not delivered (finNFe 5, tpNFCredito 03 and 06). */
export const isRefusal = ({ ide }: Note): boolean =>
  ide.finNFe === "5" && (ide.tpNFCredito === "03" || ide.tpNFCredito === "06");
