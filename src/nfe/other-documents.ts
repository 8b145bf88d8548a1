/** A kind of XML that reaches us among notes and is none. */
interface Kind {
  readonly type: string;
  /** For people, in Portuguese, after "é". */
  readonly says: string;
  /** What to do instead, in Portuguese; null: nothing, for no note was meant. */
  readonly instead: string | null;
  readonly roots: RegExp;
  /** Namespaces whose every root is of this kind. */
  readonly namespace?: RegExp;
}

const NOTE = "envie o XML da nota (nfeProc)";
const EVENT = "envie o XML do evento registrado (procEventoNFe)";
const fiscal = (project: string) =>
  new RegExp(`^https?://www\\.portalfiscal\\.inf\\.br/${project}$`, "i");

/**
 * By the root's name and namespace. Source: the schemas of each document's project (portalfiscal.inf.br/cte, mdfe, bpe, nf3e,
 * nfcom, dce, nfag, nfgas), ABRASF 2.04 and the national layout 1.00 of the NFS-e, the CF-e of SP, and the MOC's services.
 */
const KINDS = [
  {
    type: "cte",
    says: "um conhecimento de transporte eletrônico (CT-e)",
    instead: null,
    roots:
      /^(?:cte(?:OS|Simp)?Proc|CTe(?:OS|Simp)?|enviCTe(?:OS)?|(?:proc)?eventoCTe|GTVe(?:Proc)?)$/i,
    namespace: fiscal("cte"),
  },
  {
    type: "mdfe",
    says: "um manifesto eletrônico de documentos fiscais (MDF-e)",
    instead: null,
    roots: /^(?:mdfeProc|MDFe|enviMDFe|(?:proc)?eventoMDFe)$/i,
    namespace: fiscal("mdfe"),
  },
  {
    type: "bpe",
    says: "um bilhete de passagem eletrônico (BP-e)",
    instead: null,
    roots: /^(?:bpe(?:TM)?Proc|BPe(?:TM)?|(?:proc)?eventoBPe)$/i,
    namespace: fiscal("bpe"),
  },
  {
    type: "nf3e",
    says: "uma nota fiscal de energia elétrica (NF3e)",
    instead: null,
    roots: /^(?:nf3eProc|NF3e|(?:proc)?eventoNF3e)$/i,
    namespace: fiscal("nf3e"),
  },
  {
    type: "nfcom",
    says: "uma nota fiscal de comunicação (NFCom)",
    instead: null,
    roots: /^(?:nfcomProc|NFCom|(?:proc)?eventoNFCom)$/i,
    namespace: fiscal("nfcom"),
  },
  {
    type: "dce",
    says: "uma declaração de conteúdo eletrônica (DC-e)",
    instead: null,
    roots: /^(?:dceProc|DCe|(?:proc)?eventoDCe)$/i,
    namespace: fiscal("dce"),
  },
  {
    type: "nfag",
    says: "uma nota fiscal de água e saneamento (NFAg)",
    instead: null,
    roots: /^(?:nfagProc|NFAg|(?:proc)?eventoNFAg)$/i,
    namespace: fiscal("nfag"),
  },
  {
    type: "nfgas",
    says: "uma nota fiscal de gás (NFGas)",
    instead: null,
    roots: /^(?:nfgasProc|NFGas|(?:proc)?eventoNFGas)$/i,
    namespace: fiscal("nfgas"),
  },
  {
    type: "nfse",
    says: "uma nota fiscal de serviço eletrônica (NFS-e)",
    instead: null,
    roots: /nfs-?e|^(?:lote)?rps$|loterps|^DPS$/i,
    namespace: /nfs-?e|abrasf|ginfes|betha|prefeitura|\biss/i,
  },
  {
    type: "cfe",
    says: "um cupom fiscal eletrônico (CF-e SAT)",
    instead: null,
    roots: /^(?:env)?CFe(?:Canc)?$/i,
  },
  {
    type: "gnre",
    says: "uma guia de recolhimento (GNRE)",
    instead: null,
    roots: /gnre/i,
    namespace: /gnre/i,
  },
  {
    type: "number_voiding",
    says: "uma inutilização de numeração",
    instead: null,
    roots: /^(?:proc|ret)?inutNFe$/i,
  },
  {
    type: "note_summary",
    says: "um resumo de NF-e, sem os itens",
    instead: NOTE,
    roots: /^resNFe$/,
  },
  { type: "event_summary", says: "um resumo de evento", instead: EVENT, roots: /^resEvento$/ },
  {
    type: "distribution",
    says: "um retorno de distribuição",
    instead: NOTE,
    roots: /^(?:retDistDFeInt|loteDistDFeInt|docZip)$/,
  },
  {
    type: "status_query",
    says: "um retorno de consulta da situação da nota",
    instead: NOTE,
    roots: /^retConsSitNFe$/,
  },
  {
    type: "authorisation_answer",
    says: "um retorno de autorização, sem a nota",
    instead: NOTE,
    roots: /^(?:retEnviNFe|retConsReciNFe|protNFe|infProt)$/,
  },
  {
    type: "service_request",
    says: "um pedido a um serviço da SEFAZ",
    instead: NOTE,
    roots:
      /^(?:consSitNFe|consReciNFe|consStatServ|retConsStatServ|distDFeInt|ConsCad|retConsCad)$/,
  },
  {
    type: "event_request",
    says: "um evento sem o registro da SEFAZ",
    instead: EVENT,
    roots: /^(?:evento|envEvento|retEvento|retEnvEvento|cancNFe|retCancNFe)$/,
  },
  {
    type: "soap",
    says: "uma mensagem SOAP de um serviço da SEFAZ",
    instead: NOTE,
    roots: /^Envelope$/,
    namespace: /soap|w3\.org\/2003\/05\/soap-envelope/i,
  },
  { type: "web_page", says: "uma página da internet", instead: NOTE, roots: /^html$/i },
] as const satisfies readonly Kind[];

export type OtherDocument = (typeof KINDS)[number]["type"];

const ROWS: readonly (Kind & { readonly type: OtherDocument })[] = KINDS;

/** What a root is, by its namespace or its name; undefined: something that we do not know. */
export const otherDocument = (name: string, ns: string): OtherDocument | undefined =>
  (
    ROWS.find(({ namespace }) => namespace?.test(ns) === true) ??
    ROWS.find(({ roots }) => roots.test(name))
  )?.type;

/**
 * The kind for a sentence in Portuguese, after "é", and what to do instead; that is null where no note was meant, so that
 * among notes it is put aside. `got`: its root.
 */
export function sayOther(
  type: OtherDocument,
  got: string,
): { readonly is: string; readonly instead: string | null } {
  const row = ROWS.find((kind) => kind.type === type);
  const says = row?.says ?? "outro documento";
  return { is: says.endsWith(")") ? says : `${says} (${got})`, instead: row?.instead ?? null };
}
