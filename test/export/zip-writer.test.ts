import { expect, test } from "bun:test";
import fc from "fast-check";
import { zipWriter } from "../../src/export/zip-writer.ts";
import { crc32 } from "../../src/lib/crc32.ts";
import { readZip } from "../support/exports/read-zip.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const NOON = Date.UTC(2026, 10, 23, 12, 30, 58);

/** The archive of some whole files, and of one that is written in parts. */
function written(files: [string, Uint8Array][], parts: Uint8Array[], offset = 0): Uint8Array {
  const zip = zipWriter(offset);
  const chunks = files.flatMap(([name, bytes]) => zip.file(name, bytes, NOON));
  chunks.push(zip.open("parts", NOON), ...parts.flatMap((part) => zip.part(part)));
  chunks.push(...zip.close(), ...zip.end());
  return Buffer.concat(chunks);
}

test("an archive gives back every file, whole or written in parts", async () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 5 }), fc.array(bytes), async (files, parts) => {
      const named = files.map((file, i): [string, Uint8Array] => [`${i}.xml`, file]);
      expect(
        [...(await readZip(written(named, parts)))].map(([name, read]) => [name, [...read]]),
      ).toEqual(
        [...named, ["parts", Buffer.concat(parts)] as const].map(([name, file]) => [
          name,
          [...file],
        ]),
      );
    }),
    { seed: 20261128, numRuns: 40 },
  );
});

test("a part longer than a block of a deflate stream stays whole", async () => {
  const long = new Uint8Array(200_001).map((_, i) => i % 251);
  const files = await readZip(written([], [long, utf8("end")]));
  expect(Buffer.from(files.get("parts") ?? []).equals(Buffer.concat([long, utf8("end")]))).toBe(
    true,
  );
});

test("an archive behind the fourth GiB is read by its ZIP64 offsets", async () => {
  const start = 5 * 2 ** 30;
  const files = await readZip(written([["a.xml", utf8("<a/>")]], [utf8("b")], start), start);
  expect([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
    ["a.xml", "<a/>"],
    ["parts", "b"],
  ]);
});

test("an archive of more files than 16 bits count is read by its ZIP64 end", async () => {
  const zip = zipWriter();
  const chunks: Uint8Array[] = [];
  for (let n = 0; n < 65_540; n++) chunks.push(...zip.file(`${n}`, new Uint8Array(), NOON));
  const bytes = Buffer.concat([...chunks, ...zip.end()]);
  const end = bytes.subarray(-22);
  expect([end.readUInt16LE(8), end.readUInt16LE(10)]).toEqual([0xffff, 0xffff]);
  const end64 = bytes.subarray(-22 - 20 - 56);
  expect([end64.readUInt32LE(0), Number(end64.readBigUInt64LE(24))]).toEqual([0x06064b50, 65_540]);
});

test("an entry has the local time in MS-DOS form", () => {
  const [header = new Uint8Array()] = zipWriter().file("a", utf8("x"), NOON);
  const [time, day] = [10, 12].map((at) => Buffer.from(header).readUInt16LE(at));
  expect([Number(time) >> 11, (Number(time) >> 5) & 63, (Number(time) & 31) * 2]).toEqual([
    12, 30, 58,
  ]);
  expect([(Number(day) >> 9) + 1980, (Number(day) >> 5) & 15, Number(day) & 31]).toEqual([
    2026, 11, 23,
  ]);
});

test("a CRC-32 is that of the standard, in one or in several parts", () => {
  expect(crc32(utf8("123456789"))).toBe(0xcbf43926);
  expect(crc32(utf8("6789"), crc32(utf8("12345")))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});
