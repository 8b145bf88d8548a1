import { fdatasyncSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchFiles } from "../src/platform/bun/database/file-watch.ts";
import { threadConnection } from "../src/platform/bun/database/writer-thread.ts";
import { fileMarks } from "../src/platform/bun/files/marks.ts";
import { checkedBatches, type Installation } from "../src/platform/installation.ts";
import { figure, ratios, spread, table } from "./figures.ts";

/**
 * The cost of noticing a lost database (docs/adr/0009): a check of the files, a mark, a sync of the mark as it would be
 * if each commit waited for it, and commits of 16 notes' rows with and without the count and the mark, in turn.
 * bun bench/marks.ts [commits of a round = 150] [rounds = 7]
 */
const [commits = 150, rounds = 7] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "sge-bench-marks-"));
const path = join(folder, "sge.db");
const connection = await threadConnection(
  path,
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
);
await connection.executeMultiple(`
  create table installation (one integer primary key, id text not null, commits integer not null) strict;
  insert into installation values (1, '${"a".repeat(32)}', 0);
  create table t (a integer primary key, b blob) strict;`);

const marks = fileMarks(folder);
let last: Installation = { id: "a".repeat(32), commits: 0 };
await marks.write({ ...last, at: 0, next: null, file: null });
const sealed = checkedBatches(connection, path, {
  expected: () => last,
  committed(now) {
    last = now;
    marks.noteCommit(now, Date.now());
  },
});

/** The rows of a group: 16 originals of 4 KB, 10 items each. */
const ROWS =
  "with recursive n(i) as (select 0 union all select i + 1 from n where i < 10) insert into t (b) select randomblob(iif(i = 0, 4000, 150)) from n";
const GROUP = Array.from({ length: 16 }, () => ROWS);

async function perSecond(batches: Pick<typeof connection, "batch">): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < commits; n += 1) await batches.batch(GROUP, "write");
  return (commits / (performance.now() - start)) * 1_000;
}

function microseconds(times: number, act: (n: number) => void): number {
  const start = performance.now();
  for (let n = 0; n < times; n += 1) act(n);
  return ((performance.now() - start) / times) * 1_000;
}

const [bare, counted]: [number[], number[]] = [[], []];
await perSecond(sealed);
for (let round = 0; round < rounds; round += 1) {
  bare.push(await perSecond(connection));
  counted.push(await perSecond(sealed));
}
const watch = watchFiles(path);
const looks = microseconds(20_000, () => watch.check());
const noted = microseconds(20_000, (n) =>
  marks.noteCommit({ id: last.id, commits: last.commits + n }, n),
);
const file = openSync(join(folder, "installation"), "r+");
const synced = microseconds(200, (n) => {
  marks.noteCommit({ id: last.id, commits: last.commits + 20_000 + n }, n);
  fdatasyncSync(file);
});
console.log(
  table(
    ["", ""],
    [
      ["a look at the files, µs", figure(looks)],
      ["a mark without a sync, µs", figure(noted)],
      ["a mark with a sync, µs", figure(synced)],
      ["commits/s, bare", spread(bare)],
      ["commits/s, counted and marked", spread(counted)],
      ["counted / bare", spread(ratios(counted, bare))],
    ],
  ),
);
await connection.close();
await marks.end();
await rm(folder, { recursive: true, force: true });
