import type { Encoding } from "../xml/encoding.ts";
import type { Span } from "../xml/scan.ts";

/**
 * The bytes of elements of a document, unchanged: `spans` in the order of the document, none inside another, in UTF-16 units of
 * the text with normalized line ends; `text` is the text as decoded from `bytes`.
 */
export function piecesOf(
  bytes: Uint8Array,
  { text, encoding }: { readonly text: string; readonly encoding: Encoding },
  spans: readonly Span[],
): Uint8Array<ArrayBuffer>[] {
  const ends = byteOffsets(
    text,
    encoding,
    spans.flatMap(({ from, to }) => [from, to]),
  );
  return spans.map((_, i) => bytes.slice(ends[2 * i], ends[2 * i + 1]));
}

/** Offsets in bytes of ascending offsets in the text with normalized line ends; one pass. */
function byteOffsets(text: string, encoding: Encoding, offsets: readonly number[]): number[] {
  let [raw, normalized, bytes] = [0, 0, 0];
  let pair = text.indexOf("\r\n");
  return offsets.map((target) => {
    const start = raw;
    while (normalized < target) {
      const gap = target - normalized;
      if (pair === -1 || pair - raw >= gap) {
        raw += gap;
        normalized = target;
      } else {
        normalized += pair - raw + 1;
        raw = pair + 2;
        pair = text.indexOf("\r\n", raw);
      }
    }
    bytes += byteLength(text.slice(start, raw), encoding);
    return bytes;
  });
}

const utf8 = new TextEncoder();

function byteLength(text: string, encoding: Encoding): number {
  if (encoding === "utf-8") return utf8.encode(text).length;
  return encoding.startsWith("utf-16") ? 2 * text.length : text.length;
}
