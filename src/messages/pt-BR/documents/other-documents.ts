import { meantBy, type OtherDocument } from "../../../nfe/other-documents.ts";

/** What a document is that is no note and no event, for a sentence after "é". */
const NAMES: Readonly<Record<OtherDocument, string>> = {
  cte: "um conhecimento de transporte eletrônico (CT-e)",
  mdfe: "um manifesto eletrônico de documentos fiscais (MDF-e)",
  bpe: "um bilhete de passagem eletrônico (BP-e)",
  nf3e: "uma nota fiscal de energia elétrica (NF3e)",
  nfcom: "uma nota fiscal de comunicação (NFCom)",
  dce: "uma declaração de conteúdo eletrônica (DC-e)",
  nfag: "uma nota fiscal de água e saneamento (NFAg)",
  nfgas: "uma nota fiscal de gás (NFGas)",
  nfse: "uma nota fiscal de serviço eletrônica (NFS-e)",
  cfe: "um cupom fiscal eletrônico (CF-e SAT)",
  gnre: "uma guia de recolhimento (GNRE)",
  number_voiding: "uma inutilização de numeração",
  note_summary: "um resumo de NF-e, sem os itens",
  event_summary: "um resumo de evento",
  distribution: "um retorno de distribuição",
  status_query: "um retorno de consulta da situação da nota",
  authorisation_answer: "um retorno de autorização",
  protocol: "um protocolo de autorização, sem a nota",
  service_request: "um pedido a um serviço da SEFAZ",
  event_request: "um evento sem o registro da SEFAZ",
  soap: "uma mensagem SOAP de um serviço da SEFAZ",
  web_page: "uma página da internet",
};

const INSTEAD = {
  note: "envie o XML da nota (nfeProc)",
  event: "envie o XML do evento registrado (procEventoNFe)",
  batch: "envie este arquivo em /api/nfe/batch, que abre os documentos dele",
} as const;

/** The name of such a document, after "é", and what to send instead; null where no note was meant. `root`: its root element. */
export function otherDocumentName(
  type: OtherDocument,
  root: string,
): { readonly name: string; readonly instead: string | null } {
  const name = NAMES[type];
  const meant = meantBy(type);
  return {
    name: name.endsWith(")") ? name : `${name} (${root})`,
    instead: meant === null ? null : INSTEAD[meant],
  };
}
