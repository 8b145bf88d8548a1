import { describe, expect, test } from "bun:test";
import { csvOfPages } from "../../src/export/csv-file.ts";
import type { Page } from "../../src/export/pages.ts";
import type { Sheet } from "../../src/export/sheet.ts";
import { csvStream } from "../../src/export/stream.ts";
import { Failed } from "../../src/lib/result.ts";

const plain: Sheet = { head: "n\r\n", lines: (page) => page.map(([n]) => `${n}\r\n`).join("") };

/** Pages of one row each, counted as they are pulled; the page after `broken` fails. */
function counted(many: number, { broken = many, empty = false } = {}) {
  const seen = { pulled: 0, ended: false, asked: 0, brokenAfter: null as number | null };
  async function* pages(): AsyncGenerator<Page, void, void> {
    try {
      for (let n = 1; n <= many; n += 1) {
        seen.pulled += 1;
        if (n > broken) throw new Error("the database is gone");
        yield empty && n < many ? [] : [[n]];
      }
    } finally {
      seen.ended = true;
    }
  }
  const watch = {
    onPageRequested: () => {
      seen.asked += 1;
    },
    onFailure: (rows: number) => {
      seen.brokenAfter = rows;
    },
  };
  return { seen, open: () => csvStream(csvOfPages(pages(), plain), watch) };
}

const read = async (reader: {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
}): Promise<string | null> => {
  const { value, done } = await reader.read();
  return done ? null : new TextDecoder().decode(value);
};

/** Everything that is ready to run has run. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("a CSV as a stream", () => {
  test("is its headings and every page, in order", async () => {
    const { open, seen } = counted(3);
    expect(await new Response(await open()).text()).toBe("n\r\n1\r\n2\r\n3\r\n");
    expect(seen).toMatchObject({ pulled: 3, ended: true, brokenAfter: null });
  });

  test("without rows is its headings", async () => {
    expect(await new Response(await counted(0).open()).text()).toBe("n\r\n");
  });

  test("skips pages without a match", async () => {
    expect(await new Response(await counted(50, { empty: true }).open()).text()).toBe(
      "n\r\n50\r\n",
    );
  });

  test("reads no page ahead of a paused reader", async () => {
    const { open, seen } = counted(1_000);
    const reader = (await open()).getReader();
    await settled();
    expect(seen.pulled).toBe(1);
    expect(await read(reader)).toBe("n\r\n");
    expect(await read(reader)).toBe("1\r\n");
    await settled();
    // The page that was read, and the next one, which waits.
    expect(seen.pulled).toBe(2);
    await reader.cancel();
  });

  test("that is cancelled ends its query", async () => {
    const { open, seen } = counted(1_000);
    const reader = (await open()).getReader();
    await read(reader);
    await read(reader);
    await reader.cancel();
    await settled();
    expect(seen.ended).toBe(true);
    expect(seen.pulled).toBeLessThanOrEqual(2);
    expect(seen.brokenAfter).toBeNull();
  });

  test("that breaks ends with an error, never as if it were complete", async () => {
    const { open, seen } = counted(10, { broken: 4 });
    const reader = (await open()).getReader();
    const got: string[] = [];
    const fault = await (async () => {
      for (;;) got.push(`${await read(reader)}`);
    })().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Failed);
    expect(fault).toMatchObject({ failure: { code: "export.interrupted", rows: 4 } });
    expect(fault).toMatchObject({ cause: { message: "the database is gone" } });
    expect(got).not.toContain("null");
    expect(seen).toMatchObject({ brokenAfter: 4, ended: true });
  });

  test("that cannot begin fails before its first byte", async () => {
    await expect(counted(1, { broken: 0 }).open()).rejects.toThrow("the database is gone");
  });

  test("calls onPageRequested for each page", async () => {
    const { open, seen } = counted(5);
    await new Response(await open()).text();
    expect(seen.asked).toBe(6);
  });
});
