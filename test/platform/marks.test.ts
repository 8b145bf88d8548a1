import { afterAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileMarks, MARK as NAME } from "../../src/platform/bun/files/marks.ts";
import { differenceOf } from "../../src/platform/installation.ts";
import { memoryMarks } from "../../src/platform/memory/marks.ts";
import { installationContract } from "../contracts/installation.ts";
import { A, B, MARK, marksContract } from "../contracts/marks.ts";
import { testContract } from "../support/contract-tests.ts";
import { testPorts } from "../support/ports.ts";

const folders: string[] = [];
async function folder() {
  const path = await mkdtemp(join(tmpdir(), "sge-marks-"));
  folders.push(path);
  return path;
}
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

testContract("memory", marksContract, async () => ({
  marks: memoryMarks(),
  close: async () => undefined,
}));
testContract("bun", marksContract, async () => {
  const marks = fileMarks(join(await folder(), "data"));
  return { marks, close: () => marks.end() };
});

testContract("bun", installationContract, async () => {
  const { database, close } = await testPorts();
  return { batches: database.writing, reading: database.reading, close };
});

test("a recorded commit is in the mark at once, also after the end of the process", async () => {
  const path = await folder();
  const marks = fileMarks(path);
  await marks.write(MARK);
  marks.noteFile({ size: 8_192, changes: 4 });
  for (let commits = 8; commits < 15; commits += 1) {
    marks.noteCommit({ id: A, commits }, commits);
    expect(await fileMarks(path).read()).toMatchObject({
      id: A,
      commits,
      at: commits,
      file: { size: 8_192, changes: 4 },
    });
  }
  await marks.end();
});

test("a half-written line is ignored: the older line is used, and two broken lines are an error", async () => {
  const path = await folder();
  const marks = fileMarks(path);
  await marks.write(MARK);
  marks.noteCommit({ id: A, commits: 8 }, 8);
  marks.noteCommit({ id: A, commits: 9 }, 9);
  await marks.end();
  const whole = await readFile(join(path, NAME));
  await writeFile(join(path, NAME), whole.with(512 + 20, 0x39));
  expect(await fileMarks(path).read()).toMatchObject({ commits: 8 });
  await writeFile(join(path, NAME), whole.subarray(0, 100));
  const unread = await fileMarks(path)
    .read()
    .catch((error: unknown) => error);
  expect(unread).toMatchObject({ code: "STORAGE_DAMAGED", message: expect.stringContaining(path) });
});

test("a mark that was removed or replaced under the service is written again", async () => {
  for (const change of [
    (path: string) => rm(path),
    (path: string) => rename(path, `${path}.old`),
  ]) {
    const path = await folder();
    const marks = fileMarks(path);
    await marks.write(MARK);
    marks.noteCommit({ id: A, commits: 8 }, 8);
    await change(join(path, NAME));
    marks.noteCommit({ id: A, commits: 9 }, 9);
    await marks.end();
    expect(await fileMarks(path).read()).toMatchObject({ commits: 9 });
    expect((await readdir(path)).filter((name) => name.endsWith("~"))).toEqual([]);
  }
});

test("a database is the marked one by its id, and whole when it has as many commits or more", () => {
  const next = { id: B, commits: 3 };
  for (const [mark, found, difference] of [
    [MARK, { id: A, commits: 7 }, null],
    [MARK, { id: A, commits: 8 }, null],
    [MARK, { id: A, commits: 5 }, { kind: "older", missing: 2 }],
    [MARK, { id: B, commits: 9 }, { kind: "another" }],
    [MARK, null, { kind: "empty" }],
    // A restore was cut off: what was there and what was to come are both right.
    [{ ...MARK, next }, { id: A, commits: 7 }, null],
    [{ ...MARK, next }, { id: B, commits: 3 }, null],
    [
      { ...MARK, next },
      { id: B, commits: 1 },
      { kind: "older", missing: 2 },
    ],
    [{ ...MARK, next }, { id: "c".repeat(32), commits: 9 }, { kind: "another" }],
  ] as const)
    expect([mark.next, found, differenceOf(mark, found)]).toEqual([mark.next, found, difference]);
});

test("a mark that is not a file is an error with its path and advice, without the system's text", async () => {
  const path = await folder();
  await mkdir(join(path, NAME));
  const said = await fileMarks(path).read().then(String, String);
  expect(said).toMatch(
    /marca desta instalação não pode ser lida \(EISDIR\): .*installation.*permissões/,
  );
});

test("a mark that is written removes the drafts of processes that have ended, and no other file", async () => {
  const path = await folder();
  const ended = Bun.spawn(["true"]);
  await ended.exited;
  const others = [`${NAME}.1~`, `${NAME}.x~`, "outra.txt"];
  for (const name of [`${NAME}.${ended.pid}~`, ...others]) await writeFile(join(path, name), "x");
  await fileMarks(path).write(MARK);
  expect((await readdir(path)).sort()).toEqual([NAME, ...others].sort());
});
