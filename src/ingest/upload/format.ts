/** How many bytes of a file are enough to detect its format. */
export const HEAD_BYTES = 1024;

export type Format = "xml" | "empty" | "zip" | "pdf" | "image" | "gzip" | "tnef" | "other";

const MAGIC: readonly (readonly [Format, readonly number[]])[] = [
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
  // An archive without entries starts with its end record; a spanned one with a marker.
  ["zip", [0x50, 0x4b, 0x05, 0x06]],
  ["zip", [0x50, 0x4b, 0x07, 0x08]],
  ["pdf", [0x25, 0x50, 0x44, 0x46]],
  ["image", [0x89, 0x50, 0x4e, 0x47]],
  ["image", [0xff, 0xd8, 0xff]],
  ["image", [0x47, 0x49, 0x46, 0x38]],
  ["gzip", [0x1f, 0x8b]],
  // Outlook's container of a mail and its attachments (MS-OXTNEF 2.1.3.1).
  ["tnef", [0x78, 0x9f, 0x3e, 0x22]],
];

const LESS_THAN = 0x3c;
const BLANKS = [0x09, 0x0a, 0x0d, 0x20];
const BOMS = [
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xfe, 0xff],
];

const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean =>
  bytes.every((byte, i) => head[i] === byte);

/**
 * Detects a file's format by its first KiB (`head`, shorter only when the file is). `xml`: it has a `<` after an optional byte
 * order mark and blanks, in UTF-8, UTF-16 or an 8-bit encoding; only the reader checks that it is well-formed.
 * `empty`: nothing but a byte order mark and blanks.
 */
export function formatOf(head: Uint8Array): Format {
  const magic = MAGIC.find(([, bytes]) => startsWith(head, bytes));
  if (magic !== undefined) return magic[0];
  const bom = BOMS.find((bytes) => startsWith(head, bytes)) ?? [];
  const text = head.subarray(bom.length, HEAD_BYTES);
  const wide =
    bom.length === 2 || startsWith(text, [LESS_THAN, 0]) || startsWith(text, [0, LESS_THAN]);
  // A zero byte in a text can only be half of a UTF-16 character.
  const blank = (byte: number) => BLANKS.includes(byte) || (wide && byte === 0);
  if (text.every(blank)) return head.length < HEAD_BYTES ? "empty" : "other";
  if (!wide && text.includes(0)) return "other";
  return text.includes(LESS_THAN) ? "xml" : "other";
}

/** The format for a sentence in Portuguese, after "é". */
export const FORMAT_SAY: Record<Format, string> = {
  xml: "um XML",
  empty: "um arquivo vazio",
  zip: "um ZIP",
  pdf: "um PDF",
  image: "uma imagem",
  gzip: "um arquivo gzip",
  tnef: "um winmail.dat do Outlook",
  other: "de um tipo desconhecido",
};
