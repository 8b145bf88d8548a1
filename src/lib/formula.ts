/**
 * A spreadsheet runs a text that begins like this as a formula (S12), also in full width and after invisible characters. One with
 * apostrophes before it is no formula; it gets another, so that what is read back is what was written.
 * Source: OWASP, CSV Injection.
 */
const FORMULA =
  /^'*(?:[\t\r]|[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]*[=+\-@\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207a\u207c\u208a\u208c])/u;
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

/** A text that begins like a formula and is no number gets a leading apostrophe. */
export const neutralized = (text: string): string =>
  FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
