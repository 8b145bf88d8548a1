import { grouped } from "../lib/amount.ts";

/** A plain decimal of the layout. */
const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?$/;

/**
 * A decimal of the document as printed: `1234.50` is `1.234,50`. Zeros at the end are left out down to `least` places; no
 * digit is lost. A text that is no decimal stays as it is; absent is empty.
 */
export function decimal(text: string | undefined, least = 2): string {
  if (text === undefined) return "";
  const match = DECIMAL.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = ""] = match;
  const digits = whole.replace(/^0+(?=[0-9])/, "");
  const kept = fraction.padEnd(least, "0");
  let end = kept.length;
  while (end > least && kept[end - 1] === "0") end -= 1;
  const shown = sign + grouped(digits);
  return end === 0 ? shown : `${shown},${kept.slice(0, end)}`;
}

/** An amount of money as printed; absent is `0,00`, as a DANFE has it in the block of totals. */
export const amount = (text: string | undefined): string => decimal(text ?? "0");

/** `2026-11-10T09:30:00-03:00` or `2026-11-10` as `10/11/2026`, in the offset of the document. */
export function day(text: string | undefined): string {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})/.exec(text ?? "");
  return match === null ? (text ?? "") : `${match[3]}/${match[2]}/${match[1]}`;
}

/** The time of `2026-11-10T09:30:00-03:00`, or of `09:30:00`; empty where there is none. */
export const time = (text: string | undefined): string =>
  /(?:T|^)([0-9]{2}:[0-9]{2}:[0-9]{2})/.exec(text ?? "")?.[1] ?? "";

/** Day and time, or the day alone. */
export const moment = (text: string | undefined): string =>
  [day(text), time(text)].filter((part) => part !== "").join(" ");

/** A CNPJ (letters too) or a CPF with its marks; another text as it is. */
export function taxpayer(text: string | undefined): string {
  if (text === undefined) return "";
  if (/^[0-9A-Z]{12}[0-9]{2}$/.test(text))
    return text.replace(/^(..)(...)(...)(....)(..)$/, "$1.$2.$3/$4-$5");
  if (/^[0-9]{11}$/.test(text)) return text.replace(/^(...)(...)(...)(..)$/, "$1.$2.$3-$4");
  return text;
}

/** A number of a Brazilian telephone; another text as it is. */
export function telephone(text: string | undefined): string {
  const match = /^([0-9]{2})([0-9]{4,5})([0-9]{4})$/.exec(text ?? "");
  return match === null ? (text ?? "") : `(${match[1]}) ${match[2]}-${match[3]}`;
}

/** A CEP with its mark. */
export const postalCode = (text: string | undefined): string =>
  (text ?? "").replace(/^([0-9]{5})([0-9]{3})$/, "$1-$2");

/** The number of a note in groups of three: `000.000.123`. */
export const noteNumber = (nNF: string): string => grouped(nNF.padStart(9, "0"));

/** An access key in groups of four. */
export const keyGroups = (key: string): string => key.replaceAll(/(.{4})(?=.)/g, "$1 ");

/** The parts that are not empty, joined. */
export const joined = (parts: readonly (string | undefined)[], by = " "): string =>
  parts.filter((part) => part !== undefined && part !== "").join(by);
