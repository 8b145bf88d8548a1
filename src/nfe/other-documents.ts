export type Meant = "note" | "event" | "batch";

/** A kind of XML that is sent among notes and is none. */
interface Kind {
  readonly type: string;
  /**
   * The document that the sender meant and should send instead; `batch`: the file itself, on the batch route, which opens it;
   * null: neither a note nor an event was meant.
   */
  readonly meant: Meant | null;
  readonly roots: RegExp;
  /** Namespaces whose every root is of this kind. */
  readonly namespace?: RegExp;
}

const fiscal = (project: string) =>
  new RegExp(`^https?://www\\.portalfiscal\\.inf\\.br/${project}$`, "i");

/**
 * By the root's name and namespace. Source: the schemas of each document's project (portalfiscal.inf.br/cte, mdfe, bpe, nf3e,
 * nfcom, dce, nfag, nfgas), ABRASF 2.04 and the national layout 1.00 of the NFS-e, the CF-e of SP, and the MOC's services.
 */
const KINDS = [
  {
    type: "cte",
    meant: null,
    roots:
      /^(?:cte(?:OS|Simp)?Proc|CTe(?:OS|Simp)?|enviCTe(?:OS)?|(?:proc)?eventoCTe|GTVe(?:Proc)?)$/i,
    namespace: fiscal("cte"),
  },
  {
    type: "mdfe",
    meant: null,
    roots: /^(?:mdfeProc|MDFe|enviMDFe|(?:proc)?eventoMDFe)$/i,
    namespace: fiscal("mdfe"),
  },
  {
    type: "bpe",
    meant: null,
    roots: /^(?:bpe(?:TM)?Proc|BPe(?:TM)?|(?:proc)?eventoBPe)$/i,
    namespace: fiscal("bpe"),
  },
  {
    type: "nf3e",
    meant: null,
    roots: /^(?:nf3eProc|NF3e|(?:proc)?eventoNF3e)$/i,
    namespace: fiscal("nf3e"),
  },
  {
    type: "nfcom",
    meant: null,
    roots: /^(?:nfcomProc|NFCom|(?:proc)?eventoNFCom)$/i,
    namespace: fiscal("nfcom"),
  },
  {
    type: "dce",
    meant: null,
    roots: /^(?:dceProc|DCe|(?:proc)?eventoDCe)$/i,
    namespace: fiscal("dce"),
  },
  {
    type: "nfag",
    meant: null,
    roots: /^(?:nfagProc|NFAg|(?:proc)?eventoNFAg)$/i,
    namespace: fiscal("nfag"),
  },
  {
    type: "nfgas",
    meant: null,
    roots: /^(?:nfgasProc|NFGas|(?:proc)?eventoNFGas)$/i,
    namespace: fiscal("nfgas"),
  },
  {
    type: "nfse",
    meant: null,
    roots: /nfs-?e|^(?:lote)?rps$|loterps|^DPS$/i,
    namespace: /nfs-?e|abrasf|ginfes|betha|prefeitura|\biss/i,
  },
  {
    type: "cfe",
    meant: null,
    roots: /^(?:env)?CFe(?:Canc)?$/i,
  },
  {
    type: "gnre",
    meant: null,
    roots: /gnre/i,
    namespace: /gnre/i,
  },
  {
    type: "number_voiding",
    meant: null,
    roots: /^(?:proc|ret)?inutNFe$/i,
  },
  {
    type: "note_summary",
    meant: "note",
    roots: /^resNFe$/,
  },
  { type: "event_summary", meant: "event", roots: /^resEvento$/ },
  {
    type: "distribution",
    meant: "batch",
    roots: /^(?:retDistDFeInt|loteDistDFeInt|docZip)$/,
  },
  {
    type: "status_query",
    meant: "batch",
    roots: /^retConsSitNFe$/,
  },
  {
    type: "authorisation_answer",
    meant: "batch",
    roots: /^(?:retEnviNFe|retConsReciNFe)$/,
  },
  { type: "protocol", meant: "note", roots: /^(?:protNFe|infProt)$/ },
  {
    type: "service_request",
    meant: "note",
    roots:
      /^(?:consSitNFe|consReciNFe|consStatServ|retConsStatServ|distDFeInt|ConsCad|retConsCad)$/,
  },
  {
    type: "event_request",
    meant: "event",
    roots: /^(?:evento|envEvento|retEvento|retEnvEvento|cancNFe|retCancNFe)$/,
  },
  {
    type: "soap",
    meant: "batch",
    roots: /^Envelope$/,
    namespace: /soap|w3\.org\/2003\/05\/soap-envelope/i,
  },
  { type: "web_page", meant: "note", roots: /^html$/i },
] as const satisfies readonly Kind[];

export type OtherDocument = (typeof KINDS)[number]["type"];

const ROWS: readonly (Kind & { readonly type: OtherDocument })[] = KINDS;

/** The kind of a root, by its namespace or its name; undefined: an unknown kind. */
export const otherDocument = (name: string, ns: string): OtherDocument | undefined =>
  (
    ROWS.find(({ namespace }) => namespace?.test(ns) === true) ??
    ROWS.find(({ roots }) => roots.test(name))
  )?.type;

/** What the sender of a kind meant and should send instead, or where (`batch`); null: neither a note nor an event. */
export const meantBy = (type: OtherDocument): Meant | null =>
  ROWS.find((kind) => kind.type === type)?.meant ?? null;
