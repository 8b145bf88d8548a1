import { expect, test } from "bun:test";
import { joinedBytes } from "../../src/lib/bytes.ts";

test("joined bytes are a copy of the parts, one behind the other", () => {
  const parts = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3, 4, 5).subarray(1)];
  const joined = joinedBytes(parts);
  parts[0]?.fill(9);
  expect([...joined]).toEqual([1, 2, 4, 5]);
  expect(joined.buffer.byteLength).toBe(4);
  expect([...joinedBytes([])]).toEqual([]);
});
