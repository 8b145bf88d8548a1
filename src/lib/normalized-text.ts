/** What nearly every text is made of: letters of Latin-1 and signs, each written in one way only, all of them seen. */
const PLAIN = /^[\u0020-\u00ac\u00ae-\u00ff]*$/;
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * A text in the one spelling that equal-looking texts share: composed (NFC), without characters that nobody sees (zero-width
 * blanks and joiners, soft hyphens, marks of direction). Case and blanks stay as they are.
 */
export const normalizedText = (text: string): string =>
  PLAIN.test(text) ? text : text.normalize("NFC").replace(UNSEEN, "");
