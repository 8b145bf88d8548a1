import { accessKeyOf, cnpjOf } from "../../../src/synthetic/access-keys.ts";

const NFE = "http://www.portalfiscal.inf.br/nfe";
const ISSUER = cnpjOf("224488660001");
const utf8 = new TextEncoder();

/** The access key number `n` of an invented supplier. */
export const announcedKey = (n: number, id = ISSUER): string =>
  accessKeyOf({
    cUF: "35",
    AAMM: "2611",
    id,
    mod: "55",
    serie: "1",
    nNF: String(n % 1_000_000_000),
    tpEmis: "1",
    cNF: String(n % 100_000_000),
  });

/** A note by its summary, as the service distributes it. */
export const noteSummary = (accessKey: string, more: { cSit?: string; vNF?: string } = {}) =>
  utf8.encode(
    `<resNFe xmlns="${NFE}" versao="1.01"><chNFe>${accessKey}</chNFe><CNPJ>${ISSUER}</CNPJ><xNome>FORNECEDOR INVENTADO LTDA</xNome><IE>123456789012</IE><dhEmi>2026-11-20T09:30:00-03:00</dhEmi><tpNF>1</tpNF><vNF>${more.vNF ?? "150.75"}</vNF><digVal>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</digVal><dhRecbto>2026-11-20T09:31:00-03:00</dhRecbto><nProt>135260000000001</nProt><cSitNFe>${more.cSit ?? "1"}</cSitNFe></resNFe>`,
  );

/** An event by its summary. */
export const eventSummary = (accessKey: string, tpEvento = "110111", nSeq = 1) =>
  utf8.encode(
    `<resEvento xmlns="${NFE}" versao="1.01"><cOrgao>35</cOrgao><CNPJ>${ISSUER}</CNPJ><chNFe>${accessKey}</chNFe><dhEvento>2026-11-21T10:00:00-03:00</dhEvento><tpEvento>${tpEvento}</tpEvento><nSeqEvento>${nSeq}</nSeqEvento><xEvento>Cancelamento</xEvento><dhRecbto>2026-11-21T10:00:01-03:00</dhRecbto><nProt>135260000000002</nProt></resEvento>`,
  );
