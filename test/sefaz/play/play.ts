import { gzipSync } from "node:zlib";
import {
  answerEnvelope,
  distribution,
  type Listed,
  type PlayNote,
  summaryOf,
  zipOf,
} from "./documents.ts";
import { StatementDesk } from "./statements.ts";

const HOUR = 3_600_000;
/** Documents of one answer, and single questions of an hour (NT 2014.002). */
const PAGE = 50;
const ALLOWANCE = 20;

interface Taxpayer {
  readonly documents: Listed[];
  nextNsu: number;
  blockedUntil: number;
  /** After 137, or when the last document was given: no distNSU before. */
  restUntil: number;
  /** The greatest NSU that an answer gave. */
  given: number;
  /** When single questions (consNSU, consChNFe) came. */
  readonly single: number[];
  /** When an ultNSU came that is smaller than what was given already. */
  readonly repeated: number[];
}

/** What came in, and what the limits forbid. */
export interface PlayCounts {
  calls: number;
  /** Calls during a block, before the end of a rest, or over the hour's allowance. */
  forbidden: number;
  /** Requests for what was given already: allowed, as an answer may be cut. */
  repeated: number;
  documentsGiven: number;
}

export interface PlayOptions {
  /** The clock of the service, ms since 1970. */
  readonly now: () => number;
  /** Repeated requests of an hour that are answered (the rest: 656). */
  readonly repeatsAllowed?: number;
  /** How long the service's hour takes, ms: tests of several processes have no clock of their own to set. */
  readonly hourMs?: number;
}

/**
 * A play of the tax office's national services, by their published rules: lists of documents by taxpayer, limits, statements.
 * It holds everything in memory and keeps its own count of forbidden calls.
 */
export class SefazPlay {
  readonly counts: PlayCounts = { calls: 0, forbidden: 0, repeated: 0, documentsGiven: 0 };
  readonly notes = new Map<string, PlayNote>();
  readonly statements: StatementDesk;
  readonly #taxpayers = new Map<string, Taxpayer>();
  readonly #now: () => number;
  readonly #repeatsAllowed: number;
  readonly #hour: number;

  constructor({ now, repeatsAllowed = ALLOWANCE, hourMs = HOUR }: PlayOptions) {
    this.#hour = hourMs;
    this.#now = now;
    this.#repeatsAllowed = repeatsAllowed;
    this.statements = new StatementDesk(now, this.notes, (taxpayer, note) => {
      const isThere = this.documentsOf(taxpayer).some(
        (one) => one.accessKey === note.accessKey && one.schema.startsWith("procNFe"),
      );
      if (!isThere && note.isWithheld !== true)
        this.push(taxpayer, "procNFe_v4.00.xsd", note.xml, note.accessKey);
    });
  }

  /** A note is issued: its recipient's list gets the summary, or the note (`isFull`). Gives its NSU. */
  issue(note: PlayNote): number {
    this.notes.set(note.accessKey, note);
    return note.isFull
      ? this.push(note.to, "procNFe_v4.00.xsd", note.xml, note.accessKey)
      : this.push(note.to, "resNFe_v1.01.xsd", summaryOf(note), note.accessKey);
  }

  /** Any document with its schema's name, also of schemas that do not exist yet. Gives its NSU. */
  push(taxpayer: string, schema: string, content: string | Uint8Array, accessKey?: string): number {
    return this.#add(taxpayer, { schema, content, ...(accessKey ? { accessKey } : {}) });
  }

  /** A docZip with this text in place of base64 of gzip. */
  pushPacked(taxpayer: string, schema: string, packed: string): number {
    return this.#add(taxpayer, { schema, content: "", packed });
  }

  /** A gzip of a few kilobytes that inflates to 16 MiB. */
  pushBomb(taxpayer: string): number {
    const packed = gzipSync(new Uint8Array(16 * 1_048_576)).toString("base64");
    return this.pushPacked(taxpayer, "procNFe_v4.00.xsd", packed);
  }

  /** An NSU that belongs to no document. */
  skipNsu(taxpayer: string): number {
    return this.#of(taxpayer).nextNsu++;
  }

  documentsOf(taxpayer: string): readonly Listed[] {
    return this.#of(taxpayer).documents;
  }

  /** When the block of a taxpayer ends; 0: there was none. */
  blockedUntil(taxpayer: string): number {
    return this.#of(taxpayer).blockedUntil;
  }

  #add(taxpayer: string, one: Omit<Listed, "nsu">): number {
    const list = this.#of(taxpayer);
    const nsu = list.nextNsu++;
    list.documents.push({ nsu, ...one });
    return nsu;
  }

  #of(taxpayer: string): Taxpayer {
    let found = this.#taxpayers.get(taxpayer);
    if (found === undefined) {
      found = {
        documents: [],
        nextNsu: 1,
        blockedUntil: 0,
        restUntil: 0,
        given: 0,
        single: [],
        repeated: [],
      };
      this.#taxpayers.set(taxpayer, found);
    }
    return found;
  }

  /** The taxpayer that a message is about; "": not readable. */
  taxpayerOf(message: string): string {
    return /<(?:CNPJ|CPF)>([0-9A-Z]{11,14})</.exec(message)?.[1] ?? "";
  }

  /**
   * Counts a call; `isLost`: the message did not reach the service, so that no state changes, but a forbidden call is forbidden.
   * Holder: CNPJ of the client's certificate, null: not known.
   */
  async receive(message: string, holder: string | null, isLost = false): Promise<string> {
    this.counts.calls += 1;
    if (message.includes("<distDFeInt"))
      return answerEnvelope("NFeDistribuicaoDFe", this.#distribute(message, holder, isLost));
    if (isLost) return "";
    if (message.includes("<envEvento"))
      return answerEnvelope("NFeRecepcaoEvento4", await this.statements.receive(message, holder));
    return answerEnvelope("NFeConsultaProtocolo4", this.statements.query(message));
  }

  #distribute(message: string, holder: string | null, isLost: boolean): string {
    const request = DISTRIBUTION.exec(message)?.groups;
    if (request === undefined)
      return distribution("215", "Rejeicao: Falha no esquema XML", this.#now());
    const { taxpayer = "", ultNSU, NSU, chNFe } = request;
    const list = this.#of(taxpayer);
    const now = this.#now();
    if (holder !== null && holder.slice(0, 8) !== taxpayer.slice(0, 8))
      return distribution(
        "593",
        "Rejeicao: CNPJ-Base consultado difere do CNPJ-Base do Certificado Digital",
        now,
      );
    const isForbidden = this.#isForbidden(list, ultNSU === undefined ? null : Number(ultNSU), now);
    if (isForbidden) this.counts.forbidden += 1;
    if (isLost) return "";
    if (isForbidden) return this.#block(list, now);
    if (ultNSU !== undefined) return this.#after(list, Number(ultNSU), now);
    list.single.push(now);
    return NSU === undefined
      ? this.#byKey(list, taxpayer, chNFe ?? "", now)
      : this.#one(list, Number(NSU), now);
  }

  #isForbidden(list: Taxpayer, ultNSU: number | null, now: number): boolean {
    if (now < list.blockedUntil) return true;
    if (ultNSU === null) return this.#within(list.single, now) >= ALLOWANCE;
    return now < list.restUntil;
  }

  /** How many of these times are in the last hour. */
  #within(times: readonly number[], now: number): number {
    return times.filter((at) => at > now - this.#hour).length;
  }

  #block(list: Taxpayer, now: number): string {
    list.blockedUntil = now + this.#hour;
    return distribution(
      "656",
      "Rejeicao: Consumo Indevido (Deve ser utilizado o ultNSU nas solicitacoes subsequentes. Tente apos 1 hora)",
      now,
      list.given,
      list.nextNsu - 1,
    );
  }

  #after(list: Taxpayer, ultNSU: number, now: number): string {
    if (ultNSU < list.given) {
      this.counts.repeated += 1;
      if (this.#within(list.repeated, now) >= this.#repeatsAllowed) return this.#block(list, now);
      list.repeated.push(now);
    }
    const maxNSU = list.nextNsu - 1;
    const found = list.documents.filter(({ nsu }) => nsu > ultNSU).slice(0, PAGE);
    const isLast = (found.at(-1)?.nsu ?? maxNSU) >= (list.documents.at(-1)?.nsu ?? 0);
    const last = isLast ? maxNSU : (found.at(-1)?.nsu ?? maxNSU);
    if (isLast) list.restUntil = now + this.#hour;
    list.given = Math.max(list.given, last);
    return this.#page(found, now, last, maxNSU);
  }

  #one(list: Taxpayer, wanted: number, now: number): string {
    const found = list.documents.filter(({ nsu }) => nsu === wanted);
    return this.#page(found, now, wanted, list.nextNsu - 1);
  }

  #byKey(list: Taxpayer, taxpayer: string, key: string, now: number): string {
    const note = this.notes.get(key);
    if (note === undefined) return distribution("217", "Rejeicao: NF-e inexistente", now);
    if (note.to !== taxpayer)
      return distribution(
        "640",
        "Rejeicao: CNPJ/CPF do interessado nao possui permissao para consultar esta NF-e",
        now,
      );
    const known = list.documents.filter(({ accessKey }) => accessKey === key);
    return this.#page(known.slice(-1), now, 0, 0);
  }

  #page(found: readonly Listed[], now: number, ultNSU: number, maxNSU: number): string {
    this.counts.documentsGiven += found.length;
    return found.length === 0
      ? distribution("137", "Nenhum documento localizado", now, ultNSU, maxNSU)
      : distribution("138", "Documento(s) localizado(s)", now, ultNSU, maxNSU, found.map(zipOf));
  }
}

/** distDFeInt_v1.01.xsd, in its place in the message; letters in a CNPJ are allowed since 2026. */
const DISTRIBUTION =
  /^<\?xml version="1\.0" encoding="utf-8"\?><(\w+):Envelope xmlns:\1="http:\/\/www\.w3\.org\/2003\/05\/soap-envelope"><\1:Body><nfeDistDFeInteresse xmlns="[^"]*\/wsdl\/NFeDistribuicaoDFe"><nfeDadosMsg><distDFeInt xmlns="http:\/\/www\.portalfiscal\.inf\.br\/nfe" versao="1\.01"><tpAmb>[12]<\/tpAmb>(?:<cUFAutor>[1-5][0-9]<\/cUFAutor>)?<(CNPJ|CPF)>(?<taxpayer>[0-9A-Z]{12}[0-9]{2}|[0-9]{11})<\/\2>(?:<distNSU><ultNSU>(?<ultNSU>[0-9]{15})<\/ultNSU><\/distNSU>|<consNSU><NSU>(?<NSU>[0-9]{15})<\/NSU><\/consNSU>|<consChNFe><chNFe>(?<chNFe>[0-9]{6}[0-9A-Z]{12}[0-9]{26})<\/chNFe><\/consChNFe>)<\/distDFeInt><\/nfeDadosMsg><\/nfeDistDFeInteresse><\/\1:Body><\/\1:Envelope>$/;
