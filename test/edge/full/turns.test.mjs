import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { accepted, queueWorld, ZIPS } from "../queue-world.mjs";
import { ADMIN, fromBun } from "../world.mjs";

const run = promisify(execFile);
const NOISY = 200;

describe("companies that share the queue at the edge", () => {
  let world;
  let made;

  before(async () => {
    const started = await Promise.allSettled([
      queueWorld(),
      fromBun(`${ZIPS}
        return { noisy: await base64(many(1, 20)), quiet: await base64(many(31, 3)) };`),
    ]);
    [world, made] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
  });
  after(() => world?.close());

  test("a company with three documents does not wait for the two hundred of another before it", async (t) => {
    const env = { ...process.env, DATABASE_URL: world.database.url, PASSWORD_COST: "4" };
    const add = ["src/cli/door.ts", "company", "add", "Quieta", "--admin", ADMIN.email];
    await run("bun", add, { env });
    const { token } = await world.json("/api/session/company", {
      body: JSON.stringify({ company: 2 }),
    });
    const asQuiet = { headers: { authorization: `Bearer ${token}` } };
    const noisy = await accepted(await world.zipped(made.noisy, "?async=true"));
    await world.ended(noisy);
    const quiet = await accepted(
      await world.call("/api/nfe/batch?async=true", {
        body: Buffer.from(made.quiet, "base64"),
        type: "application/zip",
        ...asQuiet,
      }),
    );
    for (;;) {
      const [[left]] = await world.rows(
        `select count(*) from job_items where job = '${quiet}' and state = 'received'`,
      );
      if (left === "0") break;
    }
    // Two hundred documents of one, whose messages are all sent before the three of the other.
    const again = (company, from, job, count) => `
      insert into jobs (company, id, kind, state, total, params, created_by, created_at, updated_at)
        select company, '${job}', kind, 'queued', ${count}, params, created_by, created_at, 0 from jobs
        where id = '${from}' and company = ${company};`;
    const items = (company, from, job, count) => `
      with recursive n (i) as (select 0 union all select i + 1 from n where i + 1 < ${count})
      insert into job_items (company, job, position, file, sha256, state, results, updated_at)
        select ${company}, '${job}', i, i || '.xml', (select sha256 from job_items where company = ${company}
          and job = '${from}' and position = i % (select total from jobs where id = '${from}')), 'received', '[]', 0 from n`;
    for (const of of [
      [1, noisy, "many", NOISY],
      [2, quiet, "few", 3],
    ]) {
      await world.run(again(...of));
      await world.run(items(...of));
    }
    const messages = (company, job, from, count) =>
      Array.from({ length: count }, (_, i) => ({
        body: { v: 1, kind: "document", company, job, position: from + i },
        contentType: "json",
      }));
    await world.bindings.JOBS.sendBatch(messages(1, "many", 0, 100));
    await world.bindings.JOBS.sendBatch(messages(1, "many", 100, 100));
    await world.bindings.JOBS.sendBatch(messages(2, "few", 0, 3));
    const done = await world.ended("many", 60_000);
    assert.deepEqual([done.done, done.parked], [NOISY, 0]);
    const [[before]] = await world.rows(
      `select count(*) from job_items where job = 'many'
        and updated_at < (select max(updated_at) from job_items where job = 'few' and state <> 'received')`,
    );
    const [[few]] = await world.rows(
      "select count(*) from job_items where job = 'few' and state <> 'received'",
    );
    assert.equal(few, "3");
    assert.ok(Number(before) <= NOISY / 2, `${before} of ${NOISY} were worked off before`);
    const passed = world.logged("queue.batch").reduce((sum, line) => sum + line.passed, 0);
    t.diagnostic(
      `${before} of ${NOISY} were worked off before; ${passed} messages were sent again`,
    );
    assert.ok(passed > 0);
  });
});
