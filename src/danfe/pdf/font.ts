/** The two typefaces of the paper: fonts that every reader of PDF has (ISO 32000-1, 9.6.2.2), in the face that the MOC asks for. */
export type Face = "regular" | "bold";

/** Advance widths in 1/1000 of the size, of the characters U+0020 to U+007E and U+00A0 to U+00FF (Adobe's metrics of Times). */
const WIDTHS: Readonly<Record<Face, readonly number[]>> = {
  regular: table(
    "250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 500 500 500 500 500 500 500 500 500 500 278 278 564 564 " +
      "564 444 921 722 667 667 722 611 556 722 722 333 389 722 611 889 722 722 556 722 667 556 611 722 722 944 722 722 611 333 " +
      "278 333 469 500 333 444 500 444 500 444 333 500 500 278 278 500 278 778 500 500 500 500 333 389 278 500 500 722 500 500 " +
      "444 480 200 480 541 250 333 500 500 500 500 200 500 333 760 276 500 564 333 760 333 400 564 300 300 333 500 453 250 333 " +
      "300 310 500 750 750 750 444 722 722 722 722 722 722 889 667 611 611 611 611 333 333 333 333 722 722 722 722 722 722 722 " +
      "564 722 722 722 722 722 722 556 500 444 444 444 444 444 444 667 444 444 444 444 444 278 278 278 278 500 500 500 500 500 " +
      "500 500 564 500 500 500 500 500 500 500 500",
  ),
  bold: table(
    "250 333 555 500 500 1000 833 278 333 333 500 570 250 333 250 278 500 500 500 500 500 500 500 500 500 500 333 333 570 570 " +
      "570 500 930 722 667 722 722 667 611 778 778 389 500 778 667 944 722 778 611 778 722 556 667 722 722 1000 722 722 667 333 " +
      "278 333 581 500 333 500 556 444 556 444 333 500 556 278 333 556 278 833 556 500 556 556 444 389 333 556 500 722 500 500 " +
      "444 394 220 394 520 250 333 500 500 500 500 220 500 333 747 300 500 570 333 747 333 400 570 300 300 333 556 540 250 333 " +
      "300 330 500 750 750 750 500 722 722 722 722 722 722 1000 722 667 667 667 667 389 389 389 389 722 722 778 778 778 778 778 " +
      "570 778 722 722 722 722 722 611 556 500 500 500 500 500 500 722 444 444 444 444 444 278 278 278 278 500 556 500 500 500 " +
      "500 500 570 500 556 556 556 556 500 556 500",
  ),
};

/** By code of Latin-1; 0 for codes without a character. */
function table(texts: string): number[] {
  const widths = texts.split(" ").map(Number);
  const byCode = new Array<number>(256).fill(0);
  for (let code = 32; code < 127; code += 1) byCode[code] = widths[code - 32] ?? 0;
  for (let code = 160; code < 256; code += 1) byCode[code] = widths[code - 160 + 95] ?? 0;
  return byCode;
}

/** Marks of windows-1252 that issuers paste into their texts. */
const ALIKE: Readonly<Record<string, string>> = {
  "–": "-",
  "—": "-",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "…": "...",
  "•": "·",
  "€": "EUR",
  "™": "(TM)",
};

const PRINTABLE = /^[\x20-\x7e\xa0-\xff]*$/;

/** A text in the characters that a note may have (U+0020 to U+00FF); others become what they look like, or `?`. */
export function printable(text: string): string {
  if (PRINTABLE.test(text)) return text;
  const plain = [...text].map((one) => {
    if (PRINTABLE.test(one)) return one;
    if (/\s/.test(one)) return " ";
    const alike = ALIKE[one] ?? one.normalize("NFKD").replaceAll(/\p{M}/gu, "");
    return PRINTABLE.test(alike) && alike !== "" ? alike : "?";
  });
  return plain.join("");
}

/** The width of a printable text in points, at a size in points. */
export function widthOf(text: string, size: number, face: Face): number {
  const widths = WIDTHS[face];
  let thousandths = 0;
  for (let at = 0; at < text.length; at += 1) thousandths += widths[text.charCodeAt(at)] ?? 0;
  return (thousandths * size) / 1000;
}

/** The longest beginning of a text, of at least one character, that is no wider than `width`. */
function fitting(text: string, size: number, face: Face, width: number): number {
  const widths = WIDTHS[face];
  const most = (width * 1000) / size;
  let used = 0;
  for (let at = 0; at < text.length; at += 1) {
    used += widths[text.charCodeAt(at)] ?? 0;
    if (used > most) return Math.max(1, at);
  }
  return text.length;
}

/** A text in lines no wider than `width` points; broken at blanks, and inside a word that is wider than a line. */
export function wrapped(
  text: string,
  size: number,
  width: number,
  face: Face = "regular",
): string[] {
  const lines: string[] = [];
  let rest = printable(text).trim();
  while (rest !== "") {
    const end = fitting(rest, size, face, width);
    if (end === rest.length) {
      lines.push(rest);
      break;
    }
    const blank = rest.lastIndexOf(" ", end);
    const cut = blank > 0 ? blank : end;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return lines;
}

/** The text cut to a width, with dots where something is left out. */
export function clipped(text: string, size: number, width: number, face: Face): string {
  if (widthOf(text, size, face) <= width) return text;
  const end = fitting(text, size, face, width - widthOf("...", size, face));
  return `${text.slice(0, end)}...`;
}
