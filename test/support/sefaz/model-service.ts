import type { CallPermit } from "../../../src/sefaz/fetch/claim-call.ts";
import type {
  DistributedDocument,
  DistributionAnswer,
} from "../../../src/sefaz/wire/distribution.ts";

const HOUR = 3_600_000;
const PAGE = 50;

/** What the model service knows of one CNPJ. */
class Taxpayer {
  readonly documents: DistributedDocument[] = [];
  readonly byKey = new Map<string, DistributedDocument>();
  blockedUntil = 0;
  /** Blocked by another program, which the first answer tells. */
  unread = false;
  restUntil = 0;
  asked: number[] = [];
}

/**
 * The limits of the national service as issue 14 has them, without network: 50 documents a call, an hour after 137 and after the
 * last document, 20 calls by key or NSU an hour, and 656, which each further call begins again. It counts what they forbid.
 */
export class ModelService {
  readonly #taxpayers = new Map<string, Taxpayer>();
  /** Calls that the limits forbid, with what they broke. */
  readonly forbidden: string[] = [];
  calls = 0;

  of(cnpj: string): Taxpayer {
    const known = this.#taxpayers.get(cnpj) ?? new Taxpayer();
    this.#taxpayers.set(cnpj, known);
    return known;
  }

  /** Adds a document; gives its NSU, from 1. */
  put(cnpj: string, schema: string, bytes: Uint8Array<ArrayBuffer>, key?: string): number {
    const taxpayer = this.of(cnpj);
    const nsu = taxpayer.documents.length + 1;
    const document = { nsu, schema, bytes };
    taxpayer.documents.push(document);
    if (key !== undefined) taxpayer.byKey.set(key, document);
    return nsu;
  }

  /** Another program of the same CNPJ has asked too often. */
  block(cnpj: string, now: number): void {
    const taxpayer = this.of(cnpj);
    taxpayer.blockedUntil = now + HOUR;
    taxpayer.unread = true;
  }

  /** Carries a call out at `now`. */
  call({ cnpj, ask }: Pick<CallPermit, "cnpj" | "ask">, now: number): DistributionAnswer {
    this.calls += 1;
    const taxpayer = this.of(cnpj);
    const { documents } = taxpayer;
    const maxNSU = documents.length;
    const answer = (cStat: string, ultNSU: number, found: readonly DistributedDocument[] = []) => ({
      cStat,
      xMotivo: `resposta ${cStat}`,
      ultNSU,
      maxNSU,
      dhResp: null,
      documents: found,
      unopened: [],
    });
    const forbid = (why: string) => {
      this.forbidden.push(`${cnpj} ${ask.kind} at ${now}: ${why}`);
      taxpayer.blockedUntil = now + HOUR;
      return answer("656", 0);
    };
    const { unread } = taxpayer;
    taxpayer.unread = false;
    if (now < taxpayer.blockedUntil && unread) {
      taxpayer.blockedUntil = now + HOUR;
      return answer("656", 0);
    }
    if (now < taxpayer.blockedUntil) return forbid("blocked");
    if (ask.kind !== "cursor") {
      taxpayer.asked = taxpayer.asked.filter((at) => at > now - HOUR);
      if (taxpayer.asked.length >= 20) return forbid("allowance");
      taxpayer.asked.push(now);
      const found = ask.kind === "key" ? taxpayer.byKey.get(ask.accessKey) : documents[ask.nsu - 1];
      return found === undefined ? answer("137", 0) : answer("138", 0, [found]);
    }
    if (now < taxpayer.restUntil) return forbid("rest");
    const page = documents.slice(ask.after, ask.after + PAGE);
    const ult = ask.after + page.length;
    if (ult === maxNSU) taxpayer.restUntil = now + HOUR;
    return answer(page.length === 0 ? "137" : "138", ult, page);
  }
}
