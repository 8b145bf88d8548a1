import { afterAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileBlobs } from "../../../src/platform/bun/files/blobs.ts";
import {
  checkedBlobs,
  type DeliverBlocks,
  streamed,
  verifiedFirst,
} from "../../../src/platform/checked-blobs.ts";
import { memoryBlobs } from "../../../src/platform/memory/blobs.ts";
import type { BlobStore } from "../../../src/ports/storage.ts";
import { blobsContract } from "../../contracts/blobs.ts";
import { checkedBlobsContract } from "../../contracts/checked-blobs.ts";
import { testContract } from "../../support/contract-tests.ts";

const folders: string[] = [];
const folder = async () => {
  const path = await mkdtemp(join(tmpdir(), "sge-blobs-"));
  folders.push(path);
  return join(path, "blobs");
};
afterAll(() => Promise.all(folders.map((path) => rm(`${path}`, { recursive: true, force: true }))));

const memory = () => memoryBlobs({ now: () => Date.now() });
const openChecked = (bare: BlobStore, deliver: DeliverBlocks = streamed) => ({
  blobs: checkedBlobs(bare, deliver),
  bare,
  close: async () => undefined,
});

testContract("memory", blobsContract, async () => ({
  blobs: memoryBlobs({ now: () => Date.now() }),
  close: async () => undefined,
}));

testContract("bun", blobsContract, async () => ({
  blobs: fileBlobs(await folder()),
  close: async () => undefined,
}));

testContract("checked in memory", blobsContract, async () => openChecked(memory()));
testContract("checked in memory", checkedBlobsContract, async () => openChecked(memory()));
const openProved = async () => openChecked(fileBlobs(await folder()), verifiedFirst);
testContract("checked on bun", blobsContract, openProved);
testContract("checked on bun", checkedBlobsContract, openProved);

test("a key that leads out of the folder is refused", async () => {
  const path = await folder();
  const blobs = fileBlobs(join(path, "inner"));
  for (const key of [
    "../a",
    "/etc/passwd",
    "a/../../b",
    "",
    ".",
    "a//b",
    "a/.hidden",
    "a\0b",
    "a~",
  ])
    for (const ask of [
      () => blobs.put(key, new Uint8Array(1)),
      () => blobs.get(key),
      () => blobs.delete(key),
    ])
      expect(await ask().catch((error: unknown) => error)).toBeInstanceOf(Error);
  expect(await readdir(path).catch(() => [])).toEqual([]);
});

test("a file exists whole or not at all: it is not visible before the stream has ended", async () => {
  const path = await folder();
  const blobs = fileBlobs(path);
  const gate = Promise.withResolvers<void>();
  const seen: unknown[] = [];
  const stream = new ReadableStream<Uint8Array>({
    async start(out) {
      out.enqueue(new Uint8Array(10));
      await gate.promise;
      out.close();
    },
  });
  const put = blobs.put("a", stream);
  while ((await readdir(path).catch(() => [])).length === 0) await Bun.sleep(0);
  seen.push(await blobs.get("a"), await blobs.list(""));
  gate.resolve();
  await put;
  expect(seen).toEqual([null, []]);
  expect(await readdir(path)).toEqual(["a"]);
});

test("unfinished files of ended processes are removed, and those of running ones are not", async () => {
  const path = await folder();
  const blobs = fileBlobs(path);
  await mkdir(join(path, "exports/1"), { recursive: true });
  await blobs.put("exports/1/kept.csv", new Uint8Array(3));
  const gone = Bun.spawn(["true"]);
  await gone.exited;
  for (const name of [
    `exports/1/x.csv.${gone.pid}.1~`,
    // The number of this very process was another's before.
    `exports/1/y.csv.${process.pid}.99~`,
    // PID 1 lives.
    "exports/1/z.csv.1.1~",
  ])
    await writeFile(join(path, name), "half");
  const gate = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>({
    async start(out) {
      await gate.promise;
      out.close();
    },
  });
  const put = blobs.put("exports/1/now.csv", stream);
  while ((await readdir(join(path, "exports/1"))).length < 5) await Bun.sleep(0);
  expect(await blobs.removePartial()).toBe(2);
  gate.resolve();
  await put;
  expect((await readdir(join(path, "exports/1"))).sort()).toEqual([
    "kept.csv",
    "now.csv",
    "z.csv.1.1~",
  ]);
  expect(await blobs.removePartial()).toBe(0);
});

test("a full disk is storage.full, and leaves no file behind", async () => {
  const path = await folder();
  const blobs = fileBlobs(path);
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
  });
  const stream = new ReadableStream<Uint8Array>({ pull: (out) => out.error(full) });
  expect(await blobs.put("a", stream).catch((error: unknown) => error)).toMatchObject({
    failure: { code: "storage.full" },
  });
  expect(await readdir(path)).toEqual([]);
});

test("a folder that is not writable is an error, also where a file has its name", async () => {
  const path = await folder();
  await fileBlobs(path).writable();
  expect(await readdir(path)).toEqual([]);
  await writeFile(join(path, "taken"), "");
  const taken = fileBlobs(join(path, "taken"));
  expect(await taken.writable().catch((error: unknown) => error)).toBeInstanceOf(Error);
});
