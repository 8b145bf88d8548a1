import { NFE } from "./note-tree.ts";

/** A document of a distribution: its NSU, and its XML or other bytes before they are compressed. */
export interface DocumentToSend {
  readonly nsu: number;
  readonly xml: string | Uint8Array<ArrayBuffer>;
  readonly schema?: string;
}

/** gzip of a text or of bytes, in base64, as `docZip` has it. */
export async function gzipBase64(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const packed = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  // Not `toBase64`: Node, in which the tests of the edge run, has none.
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** One docZip of a distribution; `content`: its text as it stands there. */
export const docZip = (nsu: number, content: string, schema = "procNFe_v4.00.xsd"): string =>
  `<docZip NSU="${String(nsu).padStart(15, "0")}" schema="${schema}">${content}</docZip>`;

/** An answer of NFeDistribuicaoDFe with these documents. */
export async function distribution(documents: readonly DocumentToSend[]): Promise<string> {
  const zips: string[] = [];
  for (const { nsu, xml, schema } of documents)
    zips.push(docZip(nsu, await gzipBase64(xml), schema));
  return distributionOf(zips);
}

/** The same around `docZip` elements. */
export const distributionOf = (zips: readonly string[]): string =>
  `<retDistDFeInt versao="1.01" xmlns="${NFE}"><tpAmb>1</tpAmb><verAplic>1.4.0</verAplic><cStat>${zips.length > 0 ? "138" : "137"}</cStat><xMotivo>${zips.length > 0 ? "Documento(s) localizado(s)" : "Nenhum documento localizado"}</xMotivo><dhResp>2026-11-20T10:00:00-03:00</dhResp><ultNSU>000000000000010</ultNSU><maxNSU>000000000000010</maxNSU>${zips.length > 0 ? `<loteDistDFeInt>${zips.join("")}</loteDistDFeInt>` : ""}</retDistDFeInt>`;

/** An answer of NFeConsultaProtocolo about a note, with its protocol and events in it as they are. */
export const statusAnswer = (accessKey: string, ...inside: readonly string[]): string =>
  `<retConsSitNFe versao="4.00" xmlns="${NFE}"><tpAmb>1</tpAmb><cStat>100</cStat><xMotivo>Autorizado o uso da NF-e</xMotivo><chNFe>${accessKey}</chNFe>${inside.join("")}</retConsSitNFe>`;

const SOAP = {
  "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
  "1.2": "http://www.w3.org/2003/05/soap-envelope",
};

/** A SOAP message of the tax office around an answer. */
export const inSoap = (
  answer: string,
  version: keyof typeof SOAP = "1.2",
  service = "NFeDistribuicaoDFe",
): string =>
  `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="${SOAP[version]}"><soap:Header/><soap:Body><nfeResultMsg xmlns="${NFE}/wsdl/${service}">${answer}</nfeResultMsg></soap:Body></soap:Envelope>`;

/** A document without its XML declaration, as it stands in another one. */
export const withoutDeclaration = (xml: string): string => xml.replace(/^<\?xml[^>]*\?>\s*/, "");
