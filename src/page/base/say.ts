import { taxpayerText } from "../../lib/taxpayer-text.ts";

/** Every format of the page: figures, money, days and names, as they are written in Brazil. Figures come from the API and are only written here. */

/** A format that is made when it is first written with: making all of them at the start is a tenth of the program's first work. */
function atFirstUse<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
const figures = (options: Intl.NumberFormatOptions) =>
  atFirstUse(() => new Intl.NumberFormat("pt-BR", options));
const days = (options: Intl.DateTimeFormatOptions) =>
  atFirstUse(() => new Intl.DateTimeFormat("pt-BR", options));

const MONEY = figures({ style: "currency", currency: "BRL" });
const COST = figures({
  style: "currency",
  currency: "BRL",
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
});
const QUANTITY = figures({ maximumFractionDigits: 4 });
const WHOLE = figures({ maximumFractionDigits: 0 });
const SHORT = figures({ notation: "compact", maximumFractionDigits: 1 });
const SIGNED = figures({ maximumFractionDigits: 4, signDisplay: "exceptZero" });

/** Unknown is a dash, never 0. */
const UNKNOWN = "–";

type Figure = number | null | undefined;
const written = (format: () => Intl.NumberFormat, value: Figure): string =>
  value === null || value === undefined ? UNKNOWN : format().format(value);

/** Reais with two places. */
export const money = (value: Figure): string => written(MONEY, value);
/** Reais with two to four places: a unit's cost. */
export const unitCost = (value: Figure): string => written(COST, value);
/** A quantity, up to four places. */
export const quantity = (value: Figure): string => written(QUANTITY, value);
/** How many, with its groups: 1.234. */
export const whole = (value: Figure): string => written(WHOLE, value);
/** The same of what the API counts only up to `most`: 1.000+. */
export const wholeUpTo = (most: number, value: Figure): string =>
  typeof value === "number" && value >= most ? `${whole(most)}+` : whole(value);
/** A part of a hundred, as the API has calculated it: 12,5 %. */
export const percent = (value: Figure): string => `${written(QUANTITY, value)} %`;
/** A difference, with its sign. */
export const signed = (value: Figure): string => written(SIGNED, value);
/** A short form for the axis of a chart: 6 mil. */
export const short = (value: Figure): string => written(SHORT, value);

const DAY = days({ day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" });
const DAY_MONTH = days({ day: "2-digit", month: "2-digit", timeZone: "UTC" });
const MONTH = days({ month: "long", year: "numeric", timeZone: "UTC" });
const MOMENT = days({ dateStyle: "short", timeStyle: "short" });

/** A calendar day (`2026-11-28`, or an instant whose first ten letters are the day meant): 28/11/2026. */
export const day = (value: string | null | undefined): string => dated(DAY, value);
/** 28/11. */
export const dayMonth = (value: string | null | undefined): string => dated(DAY_MONTH, value);
/** `2026-11`: novembro de 2026. */
export const month = (value: string): string => dated(MONTH, `${value}-01`);

function dated(format: () => Intl.DateTimeFormat, value: string | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const at = Date.parse(`${value.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at) ? UNKNOWN : format().format(at);
}

/** An instant in the browser's own time: 28/11/2026, 17:15. */
export function moment(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? UNKNOWN : MOMENT().format(at);
}

/** `1 nota`, `3 notas`. */
export const count = (many: number, one: string, more: string): string =>
  `${QUANTITY().format(many)} ${many === 1 ? one : more}`;

const KEPT_CAPITALS = /^(?:ME|EPP|EIRELI|MEI|CNPJ|CPF|II|III|IV|S[./]A\.?|S\/A)$/;
const SMALL = new Set(["da", "das", "de", "do", "dos", "e", "em", "para", "com", "a", "o"]);

/**
 * A name from the capitals of an XML, as people write it: `LATICINIOS VALE VERDE S.A.` → `Laticinios Vale Verde S.A.` Words of letters
 * alone change; a name that has small letters already stays.
 */
export function name(value: string | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  if (/\p{Ll}/u.test(value)) return value;
  return value
    .split(" ")
    .map((word, i) => {
      if (KEPT_CAPITALS.test(word) || !/^[\p{L}(),.'’-]+$/u.test(word)) return word;
      const small = word.toLocaleLowerCase("pt-BR");
      if (i > 0 && SMALL.has(small)) return small;
      return small.replace(/\p{L}/u, (letter) => letter.toLocaleUpperCase("pt-BR"));
    })
    .join(" ");
}

/** A CNPJ (letters too) or CPF with its points; anything else as it is. */
export function taxpayer(value: string | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : taxpayerText(value);
}

/** A CNPJ as it is typed: with its points as soon as it is whole. */
export function withPoints(typed: string): string {
  const bare = typed.replaceAll(/[^0-9A-Za-z]/g, "").toUpperCase();
  return bare.length === 14 ? taxpayer(bare) : typed;
}

/** A sentence of the API with its CNPJs as people write them: stored notes keep theirs bare. */
export const masked = (sentence: string): string =>
  sentence.replaceAll(/\bCNPJ ([0-9A-Z]{14})\b/g, (_, cnpj: string) => `CNPJ ${taxpayer(cnpj)}`);

/** An access key in groups of four. */
export const accessKey = (value: string): string => value.replaceAll(/(.{4})(?=.)/g, "$1 ");

/** A clause as a sentence: `deve ser um CNPJ` → `Deve ser um CNPJ.` */
export function sentence(clause: string): string {
  const text = clause.replace(/^\p{Ll}/u, (letter) => letter.toLocaleUpperCase("pt-BR"));
  return /[.:!?…]$/.test(text) ? text : `${text}.`;
}

/** A text without case and accents, to be searched in. */
export const plain = (text: string): string =>
  text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
