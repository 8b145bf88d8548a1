import { NFE } from "./note-tree.ts";
import { DECLARATION, xmlOf } from "./synthetic-note.ts";
import type { Tree } from "./tax-tree.ts";

/** Options of a synthetic event. */
export interface EventOptions {
  /** cStat of the tax office's answer; null: no answer in the file. Default 135 (registered). */
  readonly cStat?: string | null;
  /** tpEvento. */
  readonly type?: string;
  readonly sequence?: number;
  readonly at?: string;
  readonly text?: string;
  /** CNPJ or CPF of the author; default the emitter's, as the key has it. */
  readonly author?: string;
  /** tpAmb of the event and of its answer. */
  readonly tpAmb?: string;
  /** nProt of the answer. */
  readonly nProt?: string;
  /** Elements of detEvento after descEvento, instead of nProt and xJust. */
  readonly detail?: Tree;
  readonly root?: "procEventoNFe" | "procEvento" | "envEvento" | "evento";
}

const NAMES: Readonly<Record<string, string>> = {
  "110110": "Carta de Correcao",
  "110111": "Cancelamento",
  "110001": "Cancelamento de Evento",
  "110112": "Cancelamento por substituicao",
  "110192": "Insucesso na Entrega da NF-e",
  "110193": "Cancelamento do Insucesso na Entrega da NF-e",
  "112130": "Perecimento, perda, roubo ou furto durante o transporte contratado pelo fornecedor",
  "112140": "Fornecimento nao realizado com pagamento antecipado",
  "211124": "Perecimento, perda, roubo ou furto durante o transporte contratado pelo adquirente",
  "211130": "Imobilizacao de Item",
  "210200": "Confirmacao da Operacao",
  "210220": "Desconhecimento da Operacao",
  "210240": "Operacao nao Realizada",
};

const CONDITIONS =
  "A Carta de Correcao e disciplinada pelo paragrafo 1o-A do art. 7o do Convenio S/N, de 15 de dezembro de 1970";

/**
 * An event of any type. With the root `procEventoNFe` it is registered; with others it is only a
 * request.
 */
export function syntheticEvent(accessKey: string, options: EventOptions = {}): string {
  const type = options.type ?? "110111";
  const sequence = String(options.sequence ?? 1);
  const at = options.at ?? "2026-11-12T14:00:00-03:00";
  const cStat = options.cStat === undefined ? "135" : options.cStat;
  const root = options.root ?? "procEventoNFe";
  const name = NAMES[type] ?? "Evento";
  const cOrgao = accessKey.slice(0, 2);
  const author = options.author ?? accessKey.slice(6, 20);
  const tpAmb = options.tpAmb ?? "1";
  const detEvento: Tree =
    options.detail ??
    (type === "110110"
      ? { xCorrecao: options.text ?? "Onde se le rua A, leia-se rua B", xCondUso: CONDITIONS }
      : {
          nProt: `1${cOrgao}260000000001`,
          xJust: options.text ?? "Pedido desfeito pelo comprador",
        });
  const evento: Tree = {
    "@xmlns": NFE,
    "@versao": "1.00",
    infEvento: {
      "@Id": `ID${type}${accessKey}${sequence.padStart(2, "0")}`,
      cOrgao,
      tpAmb,
      CNPJ: author.length === 14 ? author : undefined,
      CPF: author.length === 11 ? author : undefined,
      chNFe: accessKey,
      dhEvento: at,
      tpEvento: type,
      nSeqEvento: sequence,
      verEvento: "1.00",
      detEvento: { "@versao": "1.00", descEvento: name, ...detEvento },
    },
  };
  const retEvento: Tree = {
    "@versao": "1.00",
    infEvento: {
      tpAmb,
      verAplic: "SGE-DEMO-1",
      cOrgao,
      cStat: cStat ?? undefined,
      xMotivo: "Evento registrado e vinculado a NF-e",
      chNFe: accessKey,
      tpEvento: type,
      xEvento: `${name} registrado`,
      nSeqEvento: sequence,
      dhRegEvento: at,
      nProt: options.nProt ?? `1${cOrgao}260000000002`,
    },
  };
  const whole: Tree = {
    "@xmlns": NFE,
    "@versao": "1.00",
    evento,
    retEvento: cStat === null ? undefined : retEvento,
  };
  const tree: Tree = {
    procEventoNFe: { procEventoNFe: whole },
    procEvento: { procEvento: whole },
    envEvento: { envEvento: { "@xmlns": NFE, "@versao": "1.00", idLote: "1", evento } },
    evento: { evento },
  }[root];
  return DECLARATION + xmlOf(tree);
}

/** A registered cancellation (110111). */
export const cancellationEvent = (accessKey: string, options: EventOptions = {}): string =>
  syntheticEvent(accessKey, { type: "110111", ...options });

/** A registered correction letter (110110). */
export const correctionLetter = (accessKey: string, options: EventOptions = {}): string =>
  syntheticEvent(accessKey, { type: "110110", ...options });

/** A note with a registered cancellation glued behind its protocol, as some libraries write it. */
export function withGluedCancellation(nfeProc: string, accessKey: string): string {
  const event = cancellationEvent(accessKey).slice(DECLARATION.length);
  return nfeProc.replace("</nfeProc>", `${event}</nfeProc>`);
}

const strange = (root: string, content: Tree): string =>
  DECLARATION + xmlOf({ [root]: { "@xmlns": NFE, "@versao": "1.01", ...content } });

/**
 * Well-formed fiscal documents that are no note; `name` is the name that a refusal gives them.
 */
export function otherDocuments(accessKey: string): { name: string; xml: string }[] {
  const CNPJ = accessKey.slice(6, 20);
  return [
    {
      name: "resNFe",
      xml: strange("resNFe", {
        chNFe: accessKey,
        CNPJ,
        xNome: "RESUMO LTDA",
        IE: "110042490114",
        dhEmi: "2026-11-10T09:30:00-03:00",
        tpNF: "1",
        vNF: "10.00",
        digVal: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        dhRecbto: "2026-11-10T09:30:05-03:00",
        nProt: "135260000000003",
        cSitNFe: "1",
      }),
    },
    {
      name: "resEvento",
      xml: strange("resEvento", { cOrgao: "91", CNPJ, chNFe: accessKey, tpEvento: "110111" }),
    },
    { name: "envEvento", xml: syntheticEvent(accessKey, { root: "envEvento" }) },
    { name: "evento", xml: syntheticEvent(accessKey, { root: "evento" }) },
    {
      name: "procInutNFe",
      xml: strange("procInutNFe", {
        inutNFe: { infInut: { tpAmb: "1", xServ: "INUTILIZAR", nNFIni: "7", nNFFin: "9" } },
        retInutNFe: { infInut: { cStat: "102", xMotivo: "Inutilizacao de numero homologado" } },
      }),
    },
    {
      name: "retDistDFeInt",
      xml: strange("retDistDFeInt", {
        tpAmb: "1",
        cStat: "138",
        loteDistDFeInt: {
          docZip: {
            "@NSU": "1",
            "@schema": "resNFe_v1.01.xsd",
            "#text": "H4sIAAAAAAAAAwMAAAAAAAAAAAA=",
          },
        },
      }),
    },
    {
      name: "retConsSitNFe",
      xml: strange("retConsSitNFe", { tpAmb: "1", cStat: "100", chNFe: accessKey }),
    },
    {
      // In a SOAP envelope.
      name: "consSitNFe",
      xml:
        DECLARATION +
        xmlOf({
          "soap:Envelope": {
            "@xmlns:soap": "http://www.w3.org/2003/05/soap-envelope",
            "soap:Body": {
              nfeDadosMsg: {
                "@xmlns": `${NFE}/wsdl/NFeAutorizacao4`,
                consSitNFe: { chNFe: accessKey },
              },
            },
          },
        }),
    },
    {
      name: "cteProc",
      xml: `${DECLARATION}<cteProc xmlns="http://www.portalfiscal.inf.br/cte" versao="4.00"><CTe/></cteProc>`,
    },
    { name: "html", xml: "<!-- exportado --><html><body><p>Nota fiscal</p></body></html>" },
  ];
}
