/** Nearly every text: visible characters of Latin-1, which have one spelling only. */
const PLAIN = /^[\u0020-\u00ac\u00ae-\u00ff]*$/;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * The one spelling of texts that look equal: composed (NFC), without invisible characters (zero-width blanks and joiners, soft
 * hyphens, direction marks). Case and blanks stay as they are.
 */
export const normalizedText = (text: string): string =>
  PLAIN.test(text) ? text : text.normalize("NFC").replace(INVISIBLE, "");
