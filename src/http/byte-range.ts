/** A part of a file: `length` bytes from `offset`. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

const SINGLE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/**
 * The bytes that a Range header selects of a file of `size` bytes (RFC 9110, 14.1.2). `whole`: no header, several ranges or an
 * invalid one, for which the whole file is served. `beyond`: the range begins after the end.
 */
export function byteRangeOf(
  header: string | undefined,
  size: number,
): ByteRange | "whole" | "beyond" {
  const [, from, to] = SINGLE_RANGE.exec((header ?? "").trim()) ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return "whole";
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "beyond" : { offset: size - length, length };
  }
  const offset = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < offset) return "whole";
  return offset >= size ? "beyond" : { offset, length: last - offset + 1 };
}
