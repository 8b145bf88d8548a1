import { gzipSync } from "node:zlib";
import { NFE } from "../../../src/synthetic/note-tree.ts";

/** A note that the play's service knows. Times in ms since 1970. */
export interface PlayNote {
  readonly accessKey: string;
  /** The nfeProc. */
  readonly xml: string;
  /** CNPJ or CPF of the recipient. */
  readonly to: string;
  readonly name?: string;
  readonly vNF?: string;
  readonly issuedAt: number;
  readonly authorisedAt?: number;
  readonly tpNF?: "0" | "1";
  /** The recipient gets the full note at once, as the carrier and autXML do; else its summary until a statement. */
  readonly isFull?: boolean;
  /** The service never gives the full note, whatever is stated. */
  readonly isWithheld?: boolean;
  /** cSitNFe of the summary: 1 authorised, 2 denied, 3 cancelled. */
  readonly cSitNFe?: "1" | "2" | "3";
}

/** Time of Brasília, as the services write it. */
export const brasilia = (at: number): string =>
  `${new Date(at - 3 * 3_600_000).toISOString().slice(0, 19)}-03:00`;

const text = (raw: string): string =>
  raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** resNFe 1.01. */
export function summaryOf(note: PlayNote): string {
  const { accessKey, issuedAt, authorisedAt = issuedAt } = note;
  return `<resNFe xmlns="${NFE}" versao="1.01"><chNFe>${accessKey}</chNFe><CNPJ>${accessKey.slice(6, 20)}</CNPJ><xNome>${text(note.name ?? "FORNECEDOR DE TESTE LTDA")}</xNome><IE>111111111111</IE><dhEmi>${brasilia(issuedAt)}</dhEmi><tpNF>${note.tpNF ?? "1"}</tpNF><vNF>${note.vNF ?? "100.00"}</vNF><digVal>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</digVal><dhRecbto>${brasilia(authorisedAt)}</dhRecbto><nProt>135260000000001</nProt><cSitNFe>${note.cSitNFe ?? "1"}</cSitNFe></resNFe>`;
}

/** resEvento 1.01. */
export const eventSummary = (accessKey: string, type: string, at: number, sequence = 1): string =>
  `<resEvento xmlns="${NFE}" versao="1.01"><cOrgao>${accessKey.slice(0, 2)}</cOrgao><CNPJ>${accessKey.slice(6, 20)}</CNPJ><chNFe>${accessKey}</chNFe><dhEvento>${brasilia(at)}</dhEvento><tpEvento>${type}</tpEvento><nSeqEvento>${sequence}</nSeqEvento><xEvento>Evento</xEvento><dhRecbto>${brasilia(at)}</dhRecbto><nProt>135260000000002</nProt></resEvento>`;

/** The message of a service around its answer, as each WSDL wraps it. */
export function answerEnvelope(
  service: "NFeDistribuicaoDFe" | "NFeRecepcaoEvento4" | "NFeConsultaProtocolo4",
  answer: string,
): string {
  const namespace = `${NFE}/wsdl/${service}`;
  const inside = {
    NFeDistribuicaoDFe: `<nfeDistDFeInteresseResponse xmlns="${namespace}"><nfeDistDFeInteresseResult>${answer}</nfeDistDFeInteresseResult></nfeDistDFeInteresseResponse>`,
    NFeRecepcaoEvento4: `<nfeRecepcaoEventoNFResult xmlns="${namespace}">${answer}</nfeRecepcaoEventoNFResult>`,
    NFeConsultaProtocolo4: `<nfeResultMsg xmlns="${namespace}">${answer}</nfeResultMsg>`,
  }[service];
  return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>${inside}</soap:Body></soap:Envelope>`;
}

/** A SOAP 1.2 Fault; `who` is to blame. */
export const soapFault = (who: "Sender" | "Receiver", reason: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body><soap:Fault><soap:Code><soap:Value>soap:${who}</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="pt-BR">${reason}</soap:Text></soap:Reason><detail/></soap:Fault></soap:Body></soap:Envelope>`;

export const WEB_PAGE =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\r\n<html><head><title>The service is unavailable.</title></head><body><br></body></html>';

/** One document of a taxpayer's list. `packed`: its base64 as it stands in docZip, in place of the gzip of `content`. */
export interface Listed {
  readonly nsu: number;
  readonly schema: string;
  readonly content: string | Uint8Array;
  readonly packed?: string;
  readonly accessKey?: string;
}

/** An NSU as the messages write it. */
const NSU15 = (nsu: number): string => String(nsu).padStart(15, "0");

/** A document in a retDistDFeInt. */
export const zipOf = ({ nsu, schema, content, packed }: Listed): string =>
  `<docZip NSU="${NSU15(nsu)}" schema="${schema}">${packed ?? gzipSync(content).toString("base64")}</docZip>`;

/** retDistDFeInt 1.01. */
export function distribution(
  cStat: string,
  xMotivo: string,
  now: number,
  ultNSU = 0,
  maxNSU = 0,
  zips: readonly string[] = [],
): string {
  const lot = zips.length === 0 ? "" : `<loteDistDFeInt>${zips.join("")}</loteDistDFeInt>`;
  return `<retDistDFeInt xmlns="${NFE}" versao="1.01"><tpAmb>1</tpAmb><verAplic>1.7.6</verAplic><cStat>${cStat}</cStat><xMotivo>${xMotivo}</xMotivo><dhResp>${brasilia(now)}</dhResp><ultNSU>${NSU15(ultNSU)}</ultNSU><maxNSU>${NSU15(maxNSU)}</maxNSU>${lot}</retDistDFeInt>`;
}
