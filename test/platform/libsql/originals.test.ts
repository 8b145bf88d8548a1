import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { sha256 } from "../../../src/lib/hash.ts";
import { originalFrom } from "../../../src/lib/original.ts";
import { always, latin, originalsContract, spoilRow } from "../../contracts/originals.ts";
import { companyRow } from "../../support/company-row.ts";
import { testContract } from "../../support/contract-tests.ts";
import { testPorts } from "../../support/ports.ts";

async function open() {
  const ports = await testPorts();
  await ports.writer.commit({ statements: [companyRow(1), companyRow(2)], read: () => null });
  return { ...ports, spoil: spoilRow(ports) };
}

testContract("bun", originalsContract, open);

const XML = new TextEncoder().encode("<det>uma nota como muitas</det>".repeat(500));

test("an original is one row of gzip bytes, smaller than the note, dated by the clock", async () => {
  const ports = await open();
  ports.clock.set(1_800_000_000_000);
  const statements = await ports.originals.store(1, await originalFrom(XML), always);
  await ports.writer.commit({ statements, read: () => null });
  const rows = await ports.reader.rows({
    sql: "select length(gzip) < size / 10 as small, size, created_at from originals",
    args: [],
  });
  expect(rows).toEqual([{ small: 1, size: XML.byteLength, created_at: 1_800_000_000_000 }]);
  await ports.close();
});

test("the original is written by the batch that names it, or not at all", async () => {
  const ports = await open();
  const statements = await ports.originals.store(1, await originalFrom(latin), always);
  const refused = ports.writer.commit({
    statements: [...statements, companyRow(1)],
    read: () => null,
  });
  expect(await refused.catch((error: unknown) => error)).toMatchObject({
    failure: { code: "storage.rejected" },
  });
  expect(await ports.originals.get(1, await sha256(latin))).toBeNull();
  await ports.close();
});

test("an original whose guard selects nothing is not stored", async () => {
  const ports = await open();
  const guard = { sql: "select 1 from companies where id = ?1 and name = ?2", args: [1, "Outra"] };
  const statements = await ports.originals.store(1, await originalFrom(latin), guard);
  await ports.writer.commit({ statements, read: () => null });
  expect(await ports.originals.get(1, await sha256(latin))).toBeNull();
  await ports.close();
});

test("a row that inflates to more than its size is an error, before the excess is made", async () => {
  const ports = await open();
  const bomb = gzipSync(new Uint8Array(50_000_000));
  const lie = (sha: string, gzip: Uint8Array, size: number) => ({
    sql: "insert into originals (company, sha256, gzip, size, created_at) values (1, ?1, ?2, ?3, 0)",
    args: [sha, gzip, size],
  });
  const [a, b] = ["a".repeat(64), "b".repeat(64)];
  await ports.writer.commit({
    statements: [lie(a, bomb, 100), lie(b, gzipSync(latin), latin.length + 1)],
    read: () => null,
  });
  const before = process.memoryUsage().rss;
  for (const sha of [a, b])
    expect(await ports.originals.get(1, sha).catch((error: unknown) => error)).toMatchObject({
      failure: { code: "original.damaged" },
    });
  expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  await ports.close();
});
