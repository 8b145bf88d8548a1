import { eventSignedBy } from "../../../src/nfe/signature/signature.ts";
import { NFE } from "../../../src/synthetic/note-tree.ts";
import { brasilia, type PlayNote } from "./documents.ts";

const DAY = 86_400_000;
const AWARE = "210210";

/** A statement that the play has registered. */
export interface Registered {
  readonly accessKey: string;
  readonly type: string;
  readonly sequence: number;
  readonly author: string;
  /** The evento as it came, and the answer to it. */
  readonly evento: string;
  readonly retEvento: string;
  readonly at: number;
}

/**
 * Receives statements as NFeRecepcaoEvento4 of the national body does, and answers queries of a note's events. `onFull`: the author
 * may have the full note now.
 */
export class StatementDesk {
  readonly registered: Registered[] = [];
  /** How often an event came that was registered before (573). */
  duplicates = 0;
  #protocols = 0;

  constructor(
    private readonly now: () => number,
    private readonly notes: ReadonlyMap<string, PlayNote>,
    private readonly onFull: (taxpayer: string, note: PlayNote) => void,
  ) {}

  /** The statements of a note in the order of their registration. */
  of(accessKey: string): Registered[] {
    return this.registered.filter((one) => one.accessKey === accessKey);
  }

  /** The answer to an envEvento. */
  async receive(message: string, holder: string | null): Promise<string> {
    const lot = LOT.exec(message)?.groups;
    const events = (lot?.events ?? "").match(/<evento[\s>].*?<\/evento>/gs) ?? [];
    if (
      lot === undefined ||
      events.length === 0 ||
      events.length > 20 ||
      events.join("") !== lot.events
    )
      return this.#lot(lot?.id ?? "0", "215", "Rejeicao: Falha no esquema XML", "");
    const answers: string[] = [];
    for (const evento of events) answers.push(await this.#register(evento, holder));
    return this.#lot(lot.id ?? "0", "128", "Lote de Evento Processado", answers.join(""));
  }

  #lot(id: string, cStat: string, xMotivo: string, answers: string): string {
    return `<retEnvEvento xmlns="${NFE}" versao="1.00"><idLote>${id}</idLote><tpAmb>1</tpAmb><verAplic>AN_1.7.0</verAplic><cOrgao>91</cOrgao><cStat>${cStat}</cStat><xMotivo>${xMotivo}</xMotivo>${answers}</retEnvEvento>`;
  }

  async #register(evento: string, holder: string | null): Promise<string> {
    const fields = EVENT.exec(evento)?.groups;
    if (fields === undefined) return this.#answer("215", "Rejeicao: Falha no esquema XML", null);
    const refusal = await this.#refusal(evento, fields, holder);
    if (refusal !== null) return this.#answer(...refusal, fields);
    const { chNFe = "", tpEvento = "", nSeqEvento, author = "" } = fields;
    const note = this.notes.get(chNFe);
    const retEvento =
      note === undefined
        ? this.#answer("136", "Evento registrado, mas nao vinculado a NF-e", fields)
        : this.#answer("135", "Evento registrado e vinculado a NF-e", fields);
    this.registered.push({
      accessKey: chNFe,
      type: tpEvento,
      sequence: Number(nSeqEvento),
      author,
      evento,
      retEvento,
      at: this.now(),
    });
    if (note !== undefined && (tpEvento === AWARE || tpEvento === "210200"))
      this.onFull(author, note);
    return retEvento;
  }

  async #refusal(
    evento: string,
    fields: Record<string, string>,
    holder: string | null,
  ): Promise<[string, string] | null> {
    const id = fields.id ?? fields.otherId ?? "";
    const { chNFe = "", tpEvento = "", nSeqEvento = "", author = "", dhEvento = "" } = fields;
    if (id !== `ID${tpEvento}${chNFe}${nSeqEvento.padStart(2, "0")}`)
      return [
        "572",
        "Rejeicao: Erro Atributo ID do evento nao corresponde a concatenacao dos campos",
      ];
    if (fields.descEvento !== NAMES[tpEvento]) return ["215", "Rejeicao: Falha no esquema XML"];
    if (tpEvento === "210240" && fields.xJust === undefined)
      return ["215", "Rejeicao: Falha no esquema XML"];
    const certificate = await eventSignedBy(new TextEncoder().encode(evento), id);
    if (certificate === null) return ["297", "Rejeicao: Assinatura difere do calculado"];
    const signer = certificate.cnpj ?? certificate.cpf ?? holder;
    if (signer !== null && signer.slice(0, 8) !== author.slice(0, 8))
      return ["213", "Rejeicao: CNPJ-Base do Autor difere do CNPJ-Base do Certificado Digital"];
    const now = this.now();
    if (Date.parse(dhEvento) > now + 300_000)
      return ["578", "Rejeicao: A data do evento nao pode ser maior que a data do processamento"];
    const own = this.of(chNFe).filter((one) => one.author === author);
    if (own.some((one) => one.type === tpEvento && one.sequence === Number(nSeqEvento))) {
      this.duplicates += 1;
      return ["573", "Rejeicao: Duplicidade de Evento"];
    }
    if (Number(nSeqEvento) > (tpEvento === AWARE ? 1 : 2) || Number(nSeqEvento) === 0)
      return ["594", "Rejeicao: O numero de sequencia do evento informado e maior que o permitido"];
    const note = this.notes.get(chNFe);
    if (note === undefined) return null;
    if (note.to !== author)
      return ["576", "Rejeicao: O autor do evento diverge do destinatario da NF-e"];
    const age = now - (note.authorisedAt ?? note.issuedAt);
    if (age > (tpEvento === AWARE ? 10 : 180) * DAY)
      return ["596", "Rejeicao: Evento apresentado fora do prazo"];
    if (tpEvento !== AWARE) return null;
    if ((note.cSitNFe ?? "1") !== "1")
      return ["650", "Rejeicao: Evento de Ciencia da Operacao para NF-e Cancelada ou Denegada"];
    return own.some(({ type }) => type !== AWARE)
      ? [
          "655",
          "Rejeicao: Evento de Ciencia da Operacao informado apos a manifestacao final do destinatario",
        ]
      : null;
  }

  #answer(cStat: string, xMotivo: string, fields: Record<string, string> | null): string {
    const isDone = cStat === "135" || cStat === "136";
    const about =
      fields === null
        ? ""
        : `<chNFe>${fields.chNFe}</chNFe><tpEvento>${fields.tpEvento}</tpEvento><xEvento>${NAMES[fields.tpEvento ?? ""] ?? "Evento"}</xEvento><nSeqEvento>${fields.nSeqEvento}</nSeqEvento>`;
    const proof = isDone
      ? `<nProt>8912600${String(++this.#protocols).padStart(8, "0")}</nProt>`
      : "";
    return `<retEvento versao="1.00"><infEvento><tpAmb>${fields?.tpAmb ?? "1"}</tpAmb><verAplic>AN_1.7.0</verAplic><cOrgao>91</cOrgao><cStat>${cStat}</cStat><xMotivo>${xMotivo}</xMotivo>${about}<dhRegEvento>${brasilia(this.now())}</dhRegEvento>${proof}</infEvento></retEvento>`;
  }

  /** The answer to a consSitNFe. */
  query(message: string): string {
    const fields = QUERY.exec(message)?.groups;
    const key = fields?.chNFe ?? "";
    const head = (cStat: string, xMotivo: string) =>
      `<retConsSitNFe xmlns="${NFE}" versao="4.00"><tpAmb>${fields?.tpAmb ?? "1"}</tpAmb><verAplic>SP_NFE_PL009_V4</verAplic><cStat>${cStat}</cStat><xMotivo>${xMotivo}</xMotivo><cUF>${key.slice(0, 2) || "35"}</cUF><dhRecbto>${brasilia(this.now())}</dhRecbto><chNFe>${key}</chNFe>`;
    if (fields === undefined)
      return `${head("215", "Rejeicao: Falha no esquema XML")}</retConsSitNFe>`;
    const note = this.notes.get(key);
    if (note === undefined)
      return `${head("217", "Rejeicao: NF-e nao consta na base de dados da SEFAZ")}</retConsSitNFe>`;
    const isCancelled = note.cSitNFe === "3";
    const protocol = /<protNFe[\s>].*?<\/protNFe>/s.exec(note.xml)?.[0] ?? "";
    const events = this.of(key).map(
      ({ evento, retEvento }) =>
        `<procEventoNFe versao="1.00" xmlns="${NFE}">${evento}${retEvento}</procEventoNFe>`,
    );
    const status = isCancelled
      ? head("101", "Cancelamento de NF-e homologado")
      : head("100", "Autorizado o uso da NF-e");
    return `${status}${protocol}${events.join("")}</retConsSitNFe>`;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  "210200": "Confirmacao da Operacao",
  "210210": "Ciencia da Operacao",
  "210220": "Desconhecimento da Operacao",
  "210240": "Operacao nao Realizada",
};

const OWN = `(?: xmlns="http://www\\.portalfiscal\\.inf\\.br/nfe")?`;

/** envEvento of leiauteConfRecebto_v1.00.xsd, in its place in the message. */
const LOT =
  /<nfeDadosMsg xmlns="[^"]*\/wsdl\/NFeRecepcaoEvento4"><envEvento xmlns="http:\/\/www\.portalfiscal\.inf\.br\/nfe" versao="1\.00"><idLote>(?<id>[0-9]{1,15})<\/idLote>(?<events>.*)<\/envEvento><\/nfeDadosMsg>/s;

/** TEvento of leiauteConfRecebto_v1.00.xsd, without blanks between elements; letters in the key are allowed since 2026. */
const EVENT = new RegExp(
  `^<evento(?:${OWN} versao="1\\.00"| versao="1\\.00"${OWN})><infEvento(?:${OWN} Id="(?<id>ID[0-9A-Z]{52})"| Id="(?<otherId>ID[0-9A-Z]{52})"${OWN})><cOrgao>91</cOrgao><tpAmb>(?<tpAmb>[12])</tpAmb><(?<party>CNPJ|CPF)>(?<author>[0-9A-Z]{12}[0-9]{2}|[0-9]{11})</\\k<party>><chNFe>(?<chNFe>[0-9]{6}[0-9A-Z]{12}[0-9]{26})</chNFe><dhEvento>(?<dhEvento>20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[-+][0-9]{2}:00)</dhEvento><tpEvento>(?<tpEvento>2102[0124]0)</tpEvento><nSeqEvento>(?<nSeqEvento>[0-9]{1,2})</nSeqEvento><verEvento>1\\.00</verEvento><detEvento versao="1\\.00"><descEvento>(?<descEvento>[A-Za-z ]+)</descEvento>(?:<xJust>(?<xJust>[!-ÿ][ -ÿ]{13,253}[!-ÿ])</xJust>)?</detEvento></infEvento><Signature xmlns="http://www\\.w3\\.org/2000/09/xmldsig#">.*</Signature></evento>$`,
  "s",
);

const QUERY =
  /<nfeDadosMsg xmlns="[^"]*\/wsdl\/NFeConsultaProtocolo4"><consSitNFe xmlns="http:\/\/www\.portalfiscal\.inf\.br\/nfe" versao="4\.00"><tpAmb>(?<tpAmb>[12])<\/tpAmb><xServ>CONSULTAR<\/xServ><chNFe>(?<chNFe>[0-9]{6}[0-9A-Z]{12}[0-9]{26})<\/chNFe><\/consSitNFe><\/nfeDadosMsg>/;
