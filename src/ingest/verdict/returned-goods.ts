import type { Item, Note } from "../../nfe/note.ts";

/**
 * Codes of goods that come back to their sender, as the issuer writes them: their value on that note is the price at which
 * they were sold or sent for, and never what they cost us. 1202 is our own entry note, 5202 our customer's.
 */
const COMES_BACK: Readonly<Record<string, string>> = {
  "12":
    "201 202 203 204 208 209 212 213 214 215 216 410 411 414 415 453 455 503 504 505 506 553 554 657 660 661 662 664 " +
    "902 903 904 906 907 909 913 914 916 918 919 921 925",
  "3": "201 202 211 212 503 553",
  "56":
    "201 202 208 209 210 213 214 215 216 410 411 412 413 453 455 503 553 555 556 660 661 662 664 665 " +
    "902 903 906 907 909 913 916 918 919 921 925",
  "7": "201 202 210 211 212 553 556",
};

/** Every code of them. */
export const returningCfops: ReadonlySet<string> = new Set(
  Object.entries(COMES_BACK).flatMap(([digits, suffixes]) =>
    [...digits].flatMap((digit) => suffixes.split(" ").map((suffix) => digit + suffix)),
  ),
);

/**
 * Whether the goods of an item had left and come back, by its note or by its code. Its value is then no cost to the party
 * that receives them: they keep the cost that they had when they left. Source: ide/finNFe 4 (return), and the names of the codes.
 */
export const comesBack = (item: Item, { ide }: Note): boolean =>
  ide.finNFe === "4" || returningCfops.has(item.CFOP);
