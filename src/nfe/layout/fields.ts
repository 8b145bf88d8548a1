import { z } from "zod";
import { instantOf, isDay } from "../dates.ts";
import type { FieldReason } from "../failures.ts";
import { isCnpjShape, isCpfShape } from "../taxpayer.ts";

/** The error of a field whose value is not accepted; `field-errors.ts` reads it from the zod issue. */
export interface FieldIssue {
  readonly code: string;
  readonly reason: FieldReason;
  readonly expected: string;
}

/** What each schema below accepts: the same as the schema, in one call that allocates nothing (accepted.ts). */
export const ACCEPTS = new WeakMap<z.ZodType, (text: string) => boolean>();

/** A schema with what it accepts. */
function accepting<S extends z.ZodType>(schema: S, accepts: (text: string) => boolean): S {
  ACCEPTS.set(schema, accepts);
  return schema;
}

const TEXT: FieldIssue = { code: "empty", reason: "empty", expected: "texto" };

/** A text field with a check; an empty text always fails. */
function field(issue: FieldIssue, accepts: (text: string) => boolean) {
  const empty: FieldIssue = { ...issue, code: "empty", reason: "empty" };
  const schema = z.string().check((context) => {
    const { value } = context;
    if (value !== "" && accepts(value)) return;
    context.issues.push({
      code: "custom",
      input: value,
      params: value === "" ? empty : issue,
    });
  });
  return accepting(schema, (text) => text !== "" && accepts(text));
}

/** A text that must be there, of at most so many characters. */
function textOfAtMost(most: number) {
  const schema = field(TEXT, () => true).check(noLongerThan(most));
  return accepting(schema, (text) => text !== "" && !isLonger(text, most));
}

/** The same where the text may be empty. */
const anyOfAtMost = (most: number) =>
  accepting(z.string().check(noLongerThan(most)), (text) => !isLonger(text, most));

const isLonger = (text: string, most: number): boolean =>
  text.length > most && [...text].length > most;

/** One of a few codes. */
const oneOf = <const C extends readonly string[]>(codes: C) =>
  accepting(z.enum(codes), (text) => codes.includes(text));

/** The lengths of the layout: a longer text was never authorised, and could not be named by a request. */
function noLongerThan(most: number): z.core.CheckFn<string> {
  const issue: FieldIssue = {
    code: "too_long",
    reason: "too_long",
    expected: `até ${most} caracteres`,
  };
  return (context) => {
    const { value } = context;
    if (isLonger(value, most)) context.issues.push({ code: "custom", input: value, params: issue });
  };
}

const matches = (pattern: RegExp, expected: string) =>
  field({ code: "pattern", reason: "format", expected }, (text) => pattern.test(text));

/**
 * A plain decimal without sign or exponent, at most so many integer digits and decimal places.
 * More zeros and fewer places are accepted too, although the schema forbids them: the value is exact.
 */
function decimal(integers: number, places: number) {
  const plain = new RegExp(`^0{0,9}[0-9]{1,${integers}}(?:\\.[0-9]{1,${places}}0{0,9})?$`);
  return field(
    {
      code: "pattern",
      reason: "decimal",
      expected: `decimal ${integers}.${places}`,
    },
    (text) => plain.test(text),
  );
}

const CNPJ: FieldIssue = { code: "pattern", reason: "cnpj", expected: "14 caracteres" };
const CPF: FieldIssue = { code: "pattern", reason: "cpf", expected: "11 dígitos" };
const INSTANT: FieldIssue = {
  code: "pattern",
  reason: "instant",
  expected: "AAAA-MM-DDThh:mm:ss±hh:mm",
};
const DAY: FieldIssue = { code: "pattern", reason: "day", expected: "AAAA-MM-DD" };

/**
 * Field types of tiposBasico_v4.00, as far as they are checked. The text beside a pattern is what the layout wants; the pattern may
 * take more (an nItem up to 999, an nNF of 0).
 */
export const F = {
  /** Must be there, of at most so many characters. */
  text: textOfAtMost,
  /** The same; may be empty. */
  any: anyOfAtMost,
  /** Of any length: the text is cut where it is stored. */
  anything: accepting(z.string(), () => true),
  quantity: decimal(11, 4),
  unitPrice: decimal(11, 10),
  amount: decimal(13, 2),
  lotQuantity: decimal(8, 4),
  nItem: matches(/^[1-9][0-9]{0,2}$/, "1 a 990"),
  cUF: matches(/^[0-9]{2}$/, "2 dígitos"),
  CFOP: matches(/^[1-7][0-9]{3}$/, "4 dígitos"),
  serie: matches(/^[0-9]{1,3}$/, "0 a 999"),
  nNF: matches(/^[0-9]{1,9}$/, "1 a 999999999"),
  tpEmis: matches(/^[1-9]$/, "1 a 9"),
  cStat: matches(/^[0-9]{3,4}$/, "3 ou 4 dígitos"),
  chNFe: matches(/^[0-9]{6}[0-9A-Z]{12}[0-9]{26}$/, "chave de acesso de 44 caracteres"),
  tpEvento: matches(/^[0-9]{6}$/, "6 dígitos"),
  nSeqEvento: matches(/^[0-9]{1,3}$/, "1 a 3 dígitos"),
  mod: oneOf(["55", "65"]),
  binary: oneOf(["0", "1"]),
  tpAmb: oneOf(["1", "2"]),
  finNFe: oneOf(["1", "2", "3", "4", "5", "6"]),
  CNPJ: field(CNPJ, isCnpjShape),
  CPF: field(CPF, isCpfShape),
  instant: field(INSTANT, (text) => text.length > 10 && instantOf(text) !== null),
  day: field(DAY, isDay),
} as const;
