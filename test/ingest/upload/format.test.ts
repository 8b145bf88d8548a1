import { expect, test } from "bun:test";
import { formatOf } from "../../../src/ingest/upload/format.ts";

const utf16 = (text: string) => new Uint8Array(Buffer.from(text, "utf16le"));
const utf8 = (text: string) => new TextEncoder().encode(text);

test("a file of nothing but a byte order mark and blanks is empty, in every encoding", () => {
  for (const bytes of [
    utf8(""),
    utf8(" \t\r\n"),
    utf8("\ufeff \n"),
    utf16("\ufeff"),
    utf16("\ufeff \r\n"),
  ])
    expect([bytes, formatOf(bytes)]).toEqual([bytes, "empty"]);
});

test("a file with more blanks than are read is not empty", () => {
  expect(formatOf(utf8(" ".repeat(2_048)))).toBe("other");
});

test("a text with a zero byte that is not UTF-16 is no XML", () => {
  expect(formatOf(utf8("\0<nfeProc>"))).toBe("xml");
  expect(formatOf(utf8("  \0 <nfeProc>"))).toBe("other");
  expect(formatOf(utf16("<nfeProc>"))).toBe("xml");
});
