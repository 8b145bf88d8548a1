/**
 * Which texts a spreadsheet changes when it opens a CSV: those that look like a number, a day, a time, an amount of money, a
 * boolean or an error. Tried on LibreOffice 7 in pt-BR and en-US with 200 texts; Excel reads some more ("3-4", "12MAR").
 */

/** Digits with what may stand among them, and a number in E-notation ("1.500", "12,00", "1/2", "3-4", "5%", "R$ 5", "12E3") … */
const NUMERIC =
  /^(?=\D*\d)(?:R\$|[\s\d.,:/()+\-$€£%]|(?<=\d\s?)E(?=\s?[+-]?\d)|(?<=\d)T(?=\d))+(?:[AP]M?\s*)?$/i;

const MONTH =
  "(?:jan(?:eiro|uary)?|fev(?:ereiro)?|feb(?:ruary)?|mar(?:[çc]o|ch)?|abr(?:il)?|apr(?:il)?|maio?|may|jun(?:ho|e)?|" +
  "jul(?:ho|y)?|ago(?:sto)?|aug(?:ust)?|set(?:embro)?|sep(?:t|tember)?|out(?:ubro)?|oct(?:ober)?|nov(?:embro|ember)?|" +
  "dez(?:embro)?|dec(?:ember)?)";
const BETWEEN = "[\\s.,/-]*(?:de\\s+)?";
/** … a month with a day or a year ("SET-10", "12MAR", "mai/24") … */
const WITH_MONTH = new RegExp(
  `^(?=.*\\d)\\s*(?:\\d{1,4}${BETWEEN})?${MONTH}(?:${BETWEEN}\\d{1,4}){0,2}\\s*$`,
  "i",
);

/** … a word that a spreadsheet writes itself. */
const WORD = /^\s*(?:true|false|verdadeiro|falso|#[\p{L}\d/]+[!?]?)\s*$/iu;

/** A number that stays as it was written: the dialect's decimal mark, up to 11 digits, no zero too many, no plus. */
const KEPT = {
  ",": /^(?!(?:\D*\d){12})(?!-0$)-?(?:0|[1-9]\d*)(?:,\d*[1-9])?$/,
  ".": /^(?!(?:\D*\d){12})(?!-0$)-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/,
};

/** Whether a spreadsheet with this decimal mark would show, or store, something else than the text. */
export const isRecast = (text: string, decimalMark: "," | "."): boolean =>
  (NUMERIC.test(text) && !KEPT[decimalMark].test(text)) || WITH_MONTH.test(text) || WORD.test(text);

/** The beginnings of the changed texts that begin with a letter. */
export const RECAST_WORDS =
  "true|false|verdadeiro|falso|R\\$|jan|fev|feb|mar|abr|apr|mai|may|jun|jul|ago|aug|set|sep|out|oct|nov|dez|dec";
