import { describe, expect, spyOn, test } from "bun:test";
import { join } from "node:path";
import { trusted } from "../../src/lib/cast.ts";

interface Line {
  readonly id: string;
  readonly file: string;
  readonly kind: "refused";
  readonly ready: boolean;
  readonly key: null;
  readonly title: null;
  readonly message: string;
  readonly zip: null;
}

/** What gallery/leaving.ts gives of the page. */
interface Page {
  readonly Refused: new (...given: never[]) => Error;
  readonly Unreachable: new () => Error;
  readonly atLeaving: Set<() => void>;
  leave(): Promise<void>;
  staysAtLeaving(line: { readonly mine: string; readonly todo?: string }, person: string): boolean;
  sheetOf(lines: readonly Line[]): string;
}

const { page } = trusted<{ readonly page: Page }>(
  await import(join(import.meta.dir, "gallery/leaving.ts")),
);
const { Refused, Unreachable, atLeaving, leave, staysAtLeaving, sheetOf } = page;

/** Leaves, with a service that answers so; gives the fault, and whether what the page keeps was removed. */
async function left(
  answer: () => Promise<Response>,
): Promise<{ fault: unknown; removed: boolean }> {
  let removed = false;
  const remove = () => {
    removed = true;
  };
  const asked = spyOn(globalThis, "fetch").mockImplementation(
    Object.assign(answer, { preconnect: () => undefined }),
  );
  Object.assign(globalThis, { localStorage: { removeItem: () => undefined } });
  atLeaving.add(remove);
  const fault: unknown = await leave().then(
    () => null,
    (why: unknown) => why,
  );
  atLeaving.delete(remove);
  Reflect.deleteProperty(globalThis, "localStorage");
  asked.mockRestore();
  return { fault, removed };
}

const answering = (status: number) => async () =>
  status === 204 ? new Response(null, { status }) : Response.json({}, { status });

describe("leaving", () => {
  test("removes nothing and says why while the service has not ended the session", async () => {
    const alone = await left(() => Promise.reject(new TypeError("no network")));
    expect(alone.fault).toBeInstanceOf(Unreachable);
    expect(alone.removed).toBe(false);
    for (const status of [403, 429, 503]) {
      const { fault, removed } = await left(answering(status));
      expect([status, fault instanceof Refused, removed]).toEqual([status, true, false]);
    }
  });

  test("removes what the page kept once the session is over, also where it was over before", async () => {
    for (const status of [204, 401])
      expect(await left(answering(status))).toEqual({ fault: null, removed: true });
  });

  test("keeps the lines of a count that another person, or another company, has not sent yet", () => {
    const stays = (mine: string, todo?: string) =>
      staysAtLeaving({ mine, ...(todo === undefined ? {} : { todo }) }, "1:2");
    expect(stays("1:3|c", "1:3|c")).toBe(true);
    expect(stays("4:2|c", "4:2|c")).toBe(true);
    expect(stays("1:23|c", "1:23|c")).toBe(true);
    expect(stays("1:2|c", "1:2|c")).toBe(false);
    expect(stays("1:3|c")).toBe(false);
  });
});

test("the sheet of the tray has no cell that a spreadsheet would run", () => {
  const line = {
    id: "1",
    kind: "refused",
    ready: false,
    key: null,
    title: null,
    zip: null,
  } as const;
  for (const file of ["=1+1", " =1+1", "\u200b=1+1", "\uff1d1+1", "\u2212A1", "'=1+1"]) {
    const [, row = ""] = sheetOf([{ ...line, file, message: file }]).split("\r\n");
    const [first, , , , , last] = row.split(";");
    expect([first, last]).toEqual([`'${file}`, `'${file}`]);
  }
});
