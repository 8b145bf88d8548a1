import { expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { remoteDatabase } from "../../../src/platform/libsql/remote-database.ts";
import { libsqlServer } from "../../support/sqld.ts";

// Where sqld 0.24.32 folds its log among three writers, all writes may stop: seen in four of five runs of bench/edge.ts.
test("a libSQL server that we start does not fold its log among its writers", async () => {
  await using sqld = await libsqlServer();
  const url = `http://127.0.0.1:${sqld.port}`;
  const database = remoteDatabase(url, undefined, { canProbe: false, canQueue: true });
  await database.writing.batch(["create table things (thing blob) strict"], "write");
  const insert = { sql: "insert into things values (zeroblob(?1))", args: [1 << 20] };
  for (let n = 0; n < 8; n += 1) await database.writing.batch([insert], "write");
  database.close();
  const [file, log] = await Promise.all(
    ["data", "data-wal"].map((name) => stat(join(sqld.data, name))),
  );
  expect(log?.size).toBeGreaterThan(8 << 20);
  expect(file?.size).toBeLessThan(1 << 20);
});
