import { expect, test } from "bun:test";
import { hex, sha256 } from "../../src/lib/hash.ts";

/** By WebCrypto, whatever the size. */
const reference = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));

test("a hash is the same whether it is computed at once or in another thread", async () => {
  for (const size of [0, 1, 63, 64, 65, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, 1 << 20]) {
    const bytes = new Uint8Array(size).map((_, n) => n * 31);
    expect(await sha256(bytes)).toBe(await reference(bytes));
  }
});

test("a hash of a part of a buffer is of that part alone", async () => {
  const whole = new TextEncoder().encode("before-the-part-after");
  expect(await sha256(whole.subarray(7, 15))).toBe(await sha256("the-part"));
});

test("a hash of a text is that of its UTF-8", async () => {
  expect(await sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(await sha256("não")).toBe(await sha256(new TextEncoder().encode("não")));
});
