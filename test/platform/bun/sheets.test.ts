import { expect, test } from "bun:test";
import { bunSheets } from "../../../src/platform/bun/threads/sheets.ts";
import type { SheetLines } from "../../../src/ports/sheets.ts";

const ODD = new URL("../../support/faults/odd-sheets.worker.ts", import.meta.url);
const OVERLOADED = { failure: { code: "overloaded", what: "reader", retryAfterS: 1 } };

async function withSheets(
  work: (lines: (page: string, signal?: AbortSignal) => Promise<string>) => Promise<void>,
  changed: { MAX_IN_FLIGHT?: number; NFE_TIMEOUT_MS?: number } = {},
): Promise<void> {
  const sheets = bunSheets({ MAX_IN_FLIGHT: 10, NFE_TIMEOUT_MS: 10_000, ...changed }, ODD);
  const text = ({ bytes }: SheetLines) => new TextDecoder().decode(bytes);
  try {
    await work((page, signal) =>
      sheets
        .lines({ sheet: "", width: 1, slice: new TextEncoder().encode(page) }, signal)
        .then(text),
    );
  } finally {
    sheets.close();
  }
}
const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test("a page that ends its thread is refused, and the next one has another thread", () =>
  withSheets(async (lines) => {
    expect(await lines("a")).toBe("a");
    expect(await caught(lines("die"))).toMatchObject(OVERLOADED);
    expect(await lines("b")).toBe("b");
  }));

test("a page that hangs its thread is refused, and the one behind it is answered", () =>
  withSheets(
    async (lines) => {
      const [hung, next] = [caught(lines("hang")), lines("b")];
      expect(await hung).toMatchObject(OVERLOADED);
      expect(await next).toBe("b");
    },
    { NFE_TIMEOUT_MS: 1_000 },
  ));

test("a page that cannot be shown fails with the name of the error, and its thread goes on", () =>
  withSheets(async (lines) => {
    expect(String(await caught(lines("throw")))).toBe(
      "Error: the thread's answer failed: RangeError",
    );
    expect(await lines("b")).toBe("b");
  }));

test("a page whose reader has left rejects with the reason, and more pages than may wait are refused", () =>
  withSheets(
    async (lines) => {
      const left = new AbortController();
      const all = ["a", "b", "c"].map((page) => caught(lines(page, left.signal)));
      left.abort(new Error("left"));
      expect((await Promise.all(all)).map(String)).toEqual([
        "Error: left",
        "Error: left",
        expect.stringContaining("overloaded"),
      ]);
    },
    { MAX_IN_FLIGHT: 1 },
  ));

test("a page that is a part of a larger buffer leaves the rest of it as it was", async () => {
  const sheets = bunSheets({ MAX_IN_FLIGHT: 10, NFE_TIMEOUT_MS: 10_000 }, ODD);
  const whole = new TextEncoder().encode("one two");
  const { bytes } = await sheets.lines({ sheet: "", width: 1, slice: whole.subarray(4) });
  sheets.close();
  expect(new TextDecoder().decode(bytes)).toBe("two");
  expect(new TextDecoder().decode(whole)).toBe("one two");
});
