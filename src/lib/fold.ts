/** Letters that NFKD does not decompose. */
const WHOLE: Readonly<Record<string, string>> = {
  "\u2044": "/",
  ß: "ss",
  ø: "o",
  æ: "ae",
  œ: "oe",
  đ: "d",
  ł: "l",
  ı: "i",
};
const WHOLE_LETTERS = /[\u2044ßøæœđłı]/g;

/**
 * The form in which texts are searched and sorted: lower case, without accents, in one width; º and ª are letters, ² a digit, ½ is
 * 1/2. Punctuation stays. Search words and searched texts are folded alike (Unicode NFKD without combining marks).
 */
export const fold = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(WHOLE_LETTERS, (letter) => WHOLE[letter] ?? letter);

const MOST_WORDS = 8;

/** The words of a search, folded; each must be found. From the eighth on they are one. Empty for a blank text. */
export function searchWords(text: string): string[] {
  const words = fold(text)
    .split(/\s+/)
    .filter((word) => word !== "");
  return words.length <= MOST_WORDS
    ? words
    : [...words.slice(0, MOST_WORDS - 1), words.slice(MOST_WORDS - 1).join(" ")];
}
