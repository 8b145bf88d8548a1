/** A part of a file: `length` bytes from `offset` on. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

const ONE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/**
 * What a Range header asks of a file of `size` bytes (RFC 9110, 14.1.2). `whole`: no range, several, or one that is none,
 * which a server answers with everything. `beyond`: it begins after the end.
 */
export function byteRangeOf(
  header: string | undefined,
  size: number,
): ByteRange | "whole" | "beyond" {
  const [, from, to] = ONE.exec((header ?? "").trim()) ?? [];
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
