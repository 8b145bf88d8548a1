const UTF8 = new TextEncoder();

/** Text as UTF-8. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => UTF8.encode(text);

/**
 * Characters of windows-1252 whose number differs from Unicode, as far as notes use them.
 */
const CP1252: Readonly<Record<string, number>> = {
  "\u20ac": 0x80,
  "\u2018": 0x91,
  "\u2019": 0x92,
  "\u201c": 0x93,
  "\u201d": 0x94,
  "\u2022": 0x95,
  "\u2013": 0x96,
  "\u2014": 0x97,
};

/**
 * Text as windows-1252; without the characters above also ISO-8859-1. Throws RangeError for another
 * character.
 */
export function cp1252(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => {
    const code = CP1252[char] ?? char.charCodeAt(0);
    if (code > 255 || char.length > 1) throw new RangeError(`not in windows-1252: ${char}`);
    return code;
  });
}

/** Text as UTF-16 little-endian, with a byte order mark. */
export function utf16(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let at = 0; at < text.length; at += 1) view.setUint16(2 + at * 2, text.charCodeAt(at), true);
  return bytes;
}
