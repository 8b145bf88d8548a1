import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err } from "../../../src/lib/result.ts";
import { bunDocuments } from "../../../src/platform/bun/threads/documents.ts";
import { type DocumentDomain, inlineDocuments } from "../../../src/platform/memory/documents.ts";
import { sefazFault } from "../../../src/ports/sefaz-fault.ts";
import { documentsContract } from "../../contracts/documents.ts";
import { testContract } from "../../support/contract-tests.ts";

const domain: DocumentDomain = {
  readDocument: (bytes) => err({ code: "nfe.not_an_nfe", got: `${bytes.length} bytes in place` }),
  compareDocuments: () => "completes",
  readPackedAnswer: () => err(sefazFault("web_page")),
};
const ODD = new URL("../../support/faults/odd.worker.ts", import.meta.url);
const settings = {
  NFE_WORKERS: 1,
  NFE_QUEUE: 100,
  NFE_TIMEOUT_MS: 10_000,
  PARSE_INLINE_BYTES: 100,
};
const open = (changed: Partial<typeof settings> = {}, script = ODD) =>
  bunDocuments({ ...settings, ...changed }, domain, script);

/** A document that is large enough for a thread, and begins with what the thread shall do. */
const large = (word: string, size = 1_000) => {
  const bytes = new Uint8Array(size).fill(0x20);
  bytes.set(new TextEncoder().encode(word));
  return bytes;
};
const answered = (size = 1_000) =>
  ({ ok: false, error: { code: "nfe.not_an_nfe", got: `${size} bytes` } }) as const;
const OVERLOADED = { failure: { code: "overloaded", what: "documents", retryAfterS: 1 } };
const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

testContract("bun", documentsContract, () => {
  const documents = open();
  return { documents, close: documents.close };
});
testContract("memory", documentsContract, () => ({
  documents: inlineDocuments(domain),
  close: () => undefined,
}));

test("a small document is read in place, a large one in a thread, which is started then", async () => {
  const documents = open();
  expect(await documents.read(large("", 100))).toMatchObject({
    error: { got: "100 bytes in place" },
  });
  expect(documents.figures().workers).toBe(0);
  expect(await documents.read(large("", 101))).toEqual(answered(101));
  expect(documents.figures()).toMatchObject({ workers: 1, busy: 0, answered: 1 });
  documents.close();
});

test("two documents are compared in place or in a thread, by the size of both", async () => {
  const documents = open();
  const compare = (size: number) => documents.compare(large("", size), large("", size), "key");
  expect(await compare(50)).toBe("completes");
  expect(String(await compare(51))).toBe("51 51 key");
  documents.close();
});

test("an answer of the tax office is read in place or in a thread, and one that hangs its thread is malformed", async () => {
  const documents = open({ NFE_TIMEOUT_MS: 500 });
  expect(await documents.distribution(large("", 100))).toMatchObject({
    error: { kind: "web_page" },
  });
  expect(documents.figures().workers).toBe(0);
  expect<unknown>(await documents.distribution(large("", 101))).toEqual({
    ok: false,
    error: sefazFault("web_page", { text: "101" }),
  });
  expect(await documents.distribution(large("hang|"))).toEqual({
    ok: false,
    error: sefazFault("malformed"),
  });
  documents.close();
});

test("a part of a larger buffer reaches the thread as that part", async () => {
  const documents = open();
  const part = large("", 5_000).subarray(1_000, 3_000);
  expect(await documents.read(part)).toEqual(answered(2_000));
  expect(part.length).toBe(2_000);
  documents.close();
});

test("a document that hangs its thread is refused for good, and the next one is read", async () => {
  const documents = open({ NFE_TIMEOUT_MS: 500 });
  const [hung, next] = await Promise.all([
    documents.read(large("hang|")),
    documents.read(large("next|")),
  ]);
  expect(hung).toEqual({
    ok: false,
    error: { code: "nfe.malformed_xml", why: "timeout" },
  });
  expect(next).toEqual(answered());
  expect(documents.figures()).toMatchObject({ timeouts: 1, crashes: 0, workers: 1 });
  documents.close();
});

test("a document whose thread ended once is read by another thread", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sge-odd-"));
  const documents = open();
  expect(await documents.read(large(`die-once|${join(folder, "died")}|`))).toEqual(answered());
  expect(documents.figures()).toMatchObject({ crashes: 1 });
  documents.close();
  await rm(folder, { recursive: true, force: true });
});

test("a document that ends its thread twice is refused for good, and the pool keeps working", async () => {
  const documents = open();
  expect(await documents.read(large("die|"))).toMatchObject({
    ok: false,
    error: { code: "nfe.malformed_xml" },
  });
  expect(documents.figures()).toMatchObject({ crashes: 2 });
  expect(await documents.read(large(""))).toEqual(answered());
  documents.close();
});

test("an exception of the reader is an error without content of the note, and does not end the thread", async () => {
  const documents = open();
  const error = await caught(documents.read(large("throw|")));
  expect(String(error)).toContain("RangeError");
  expect(String(error)).not.toContain("secret");
  expect(await documents.read(large(""))).toEqual(answered());
  expect(documents.figures()).toMatchObject({ crashes: 0, workers: 1 });
  documents.close();
});

test("a full queue answers overloaded at once", async () => {
  const documents = open({ NFE_QUEUE: 2 });
  const all = await Promise.all([1, 2, 3, 4].map((n) => caught(documents.read(large(`${n}|`)))));
  expect(all).toMatchObject([answered(), answered(), answered(), OVERLOADED]);
  documents.close();
});

test("a caller that aborts while it waits frees its place, and its document is not read", async () => {
  const documents = open({ NFE_QUEUE: 1 });
  const leaving = new AbortController();
  const first = documents.read(large("first|"));
  const second = caught(documents.read(large("second|"), leaving.signal));
  leaving.abort("gone");
  const third = documents.read(large("third|"));
  expect(await second).toBe("gone");
  expect(await Promise.all([first, third])).toEqual([answered(), answered()]);
  expect(documents.figures().answered).toBe(2);
  documents.close();
});

test("a caller that aborts during its read is released at once, and the thread serves the next", async () => {
  const documents = open();
  const leaving = new AbortController();
  const first = caught(documents.read(large("first|"), leaving.signal));
  leaving.abort("gone");
  expect(await first).toBe("gone");
  expect(await documents.read(large("next|"))).toEqual(answered());
  expect(documents.figures()).toMatchObject({ workers: 1, crashes: 0 });
  documents.close();
});

test("threads that cannot be started are an overload, not a verdict on the document", async () => {
  const documents = open({}, new URL("../../support/no-such.worker.ts", import.meta.url));
  expect(await caught(documents.read(large("")))).toMatchObject(OVERLOADED);
  documents.close();
});

test("several threads read at the same time, never more than allowed", async () => {
  const documents = open({ NFE_WORKERS: 2 });
  const all = Promise.all(Array.from({ length: 6 }, () => documents.read(large(""))));
  expect(documents.figures()).toMatchObject({ workers: 2, busy: 2, queued: 4 });
  expect(await all).toHaveLength(6);
  expect(documents.figures()).toMatchObject({ workers: 2, busy: 0, queued: 0 });
  documents.close();
});

test("a closed pool answers overloaded to waiting and to later documents", async () => {
  const documents = open();
  const waiting = [1, 2].map(() => caught(documents.read(large("hang|"))));
  documents.close();
  expect(await Promise.all(waiting)).toMatchObject([OVERLOADED, OVERLOADED]);
  expect(await caught(documents.read(large("")))).toMatchObject(OVERLOADED);
  expect(documents.figures()).toMatchObject({ workers: 0, busy: 0, queued: 0 });
});

test("a process that has closed its pool ends by itself with code 0", async () => {
  const script = `
    const { bunDocuments } = await import(${JSON.stringify(new URL("../../../src/platform/bun/threads/documents.ts", import.meta.url).href)});
    const documents = bunDocuments(${JSON.stringify(settings)}, {}, new URL(${JSON.stringify(ODD.href)}));
    await documents.read(new Uint8Array(1000));
    documents.close();`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "ignore", stderr: "pipe" });
  expect(await child.exited).toBe(0);
});
