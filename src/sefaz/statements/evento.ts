import { zoneOffset } from "../../lib/days.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { isAccessKeyShape } from "../../nfe/access-key.ts";
import { isCnpjShape } from "../../nfe/taxpayer.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import { NFE } from "../wire/soap.ts";

/** The recipient's statements by their tpEvento, with the text that the schema wants (e2102?0_v1.00.xsd). */
const NAMES = {
  "210200": "Confirmacao da Operacao",
  "210210": "Ciencia da Operacao",
  "210220": "Desconhecimento da Operacao",
  "210240": "Operacao nao Realizada",
} as const;

export type StatementType = keyof typeof NAMES;
export const STATEMENT_TYPES = ["210200", "210210", "210220", "210240"] as const;
export const isStatementType = (text: string): text is StatementType => text in NAMES;

/** Ciência; it is made once, the others up to twice (Ajuste SINIEF 7/2005; NT 2012.002). */
export const AWARE = "210210";
export const mostSequences = (type: StatementType): number => (type === AWARE ? 1 : 2);

/** xJust: 15 to 255 characters (leiauteConfRecebto_v1.00.xsd). */
export const REASON = { least: 15, most: 255 } as const;

/** One statement about one note. `author`: CNPJ of the recipient, `at`: ms UTC, `sequence`: nSeqEvento. */
export interface RecipientStatement {
  readonly environment: SefazEnvironment;
  readonly author: string;
  readonly accessKey: string;
  readonly type: StatementType;
  readonly sequence: number;
  readonly reason: string | null;
  readonly at: number;
}

/** Signs that people type, or their programs put in, which the schema's Latin-1 does not have. */
const TYPED: Readonly<Record<string, string>> = {
  "\u2013": "-",
  "\u2014": "-",
  "\u2018": "'",
  "\u2019": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2026": "...",
};

/** A reason as the schema allows it: blanks and line ends as one space, typographic signs as plain ones. */
export const reasonText = (typed: string): string =>
  typed
    .normalize("NFC")
    .replace(/[\u2013\u2014\u2018\u2019\u201c\u201d\u2026]/g, (sign) => TYPED[sign] ?? sign)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();

/** Why a reason does not fit its statement; null: it does. `reason` is one of `reasonText`. */
export function reasonFlaw(
  type: StatementType,
  reason: string | null,
): "missing" | "not_allowed" | "length" | "characters" | null {
  if (reason === null) return type === "210240" ? "missing" : null;
  if (type !== "210220" && type !== "210240") return "not_allowed";
  if (reason.length < REASON.least || reason.length > REASON.most) return "length";
  return /^[ -~\u00a0-\u00ff]+$/.test(reason) ? null : "characters";
}

/** infEvento/@Id: `ID`, type, access key, sequence with two digits. */
export const eventId = ({
  type,
  accessKey,
  sequence,
}: Pick<RecipientStatement, "type" | "accessKey" | "sequence">): string =>
  `ID${type}${accessKey}${String(sequence).padStart(2, "0")}`;

/**
 * The unsigned `evento` of a statement (leiauteConfRecebto_v1.00.xsd) for the national body (cOrgao 91), its time in the company's
 * zone. Fails with the field that the schema would refuse.
 */
export function eventoOf(statement: RecipientStatement, timeZone: string): Result<string, string> {
  const { environment, author, accessKey, type, sequence, reason, at } = statement;
  if (!isAccessKeyShape(accessKey)) return err("chNFe");
  if (!isCnpjShape(author)) return err("CNPJ");
  if (!Number.isInteger(sequence) || sequence < 1 || sequence > mostSequences(type))
    return err("nSeqEvento");
  if (reasonFlaw(type, reason) !== null) return err("xJust");
  const xJust = reason === null ? "" : `<xJust>${escaped(reason)}</xJust>`;
  return ok(
    `<evento xmlns="${NFE}" versao="1.00"><infEvento Id="${eventId(statement)}"><cOrgao>91</cOrgao><tpAmb>${environment}</tpAmb><CNPJ>${author}</CNPJ><chNFe>${accessKey}</chNFe><dhEvento>${instantText(at, timeZone)}</dhEvento><tpEvento>${type}</tpEvento><nSeqEvento>${sequence}</nSeqEvento><verEvento>1.00</verEvento><detEvento versao="1.00"><descEvento>${NAMES[type]}</descEvento>${xJust}</detEvento></infEvento></evento>`,
  );
}

/** idLote of a claim's lot: any number; that of its id, so that a log of the service can be compared with ours. */
export const lotOf = (call: string): string =>
  String(Number.parseInt(call.replaceAll("-", "").slice(0, 12), 16)).slice(0, 15);

const HOUR = 3_600_000;
/** TDateTimeUTC has offsets of whole hours from −11 to +12; another zone's time is written as Brasília's. */
const BRASILIA = -3 * HOUR;

function instantText(at: number, timeZone: string): string {
  const own = zoneOffset(timeZone)(at);
  const offset = own % HOUR === 0 && own >= -11 * HOUR && own <= 12 * HOUR ? own : BRASILIA;
  const hours = String(Math.abs(offset) / HOUR).padStart(2, "0");
  return `${new Date(at + offset).toISOString().slice(0, 19)}${offset < 0 ? "-" : "+"}${hours}:00`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
