import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accepted, outcomes, pause, queueWorld, ZIPS } from "./queue-world.mjs";
import { fromBun } from "./world.mjs";

describe("work that goes by the queue", () => {
  let world;
  let made;

  before(async () => {
    const started = await Promise.allSettled([
      queueWorld(),
      fromBun(`${ZIPS}
        const twin = xml("twin.xml", note(1).replace("<natOp>", "<natOp>X"));
        const mixed = [...many(1, 12), twin, xml("bad.xml", "<evento/>")];
        return { mixed: await base64(mixed), three: await base64(many(31, 3)) };`),
    ]);
    [world, made] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
  });
  after(() => world?.close());

  test("a batch is processed by the queue, each note once, in few commits", async () => {
    const answer = await world.zipped(made.mixed, "?async=true&approve=true");
    const location = answer.headers.get("location");
    const job = await accepted(answer);
    assert.equal(location, `/api/jobs/${job}`);
    const done = await world.ended(job);
    assert.equal(done.state, "done");
    assert.deepEqual([done.total, done.done, done.parked], [14, 14, 0]);
    const { approved, duplicate, rejected } = done.summary;
    assert.deepEqual([approved, duplicate, rejected], [12, 1, 1]);
    const refused = done.results.find(({ file }) => file === "bad.xml");
    assert.deepEqual([refused.outcome, refused.code], ["rejected", "nfe.not_an_nfe"]);
    const [{ messages, writes, groups }] = world.logged("queue.batch");
    assert.ok(groups <= writes / 2, `${messages} messages, ${writes} writes, ${groups} commits`);
  });

  test("a message that is delivered twice, at once or later, is processed once", async () => {
    const before = await world.rows("select count(*), sum(quantity_e4) from movements");
    const jobs = await world.rows("select company, id from jobs");
    const [[company, job]] = jobs;
    const again = Array.from({ length: 14 }, (_, position) => ({
      body: { v: 1, kind: "document", company: Number(company), job, position },
      contentType: "json",
    }));
    const seen = () => world.logged("queue.batch").reduce((sum, { done }) => sum + done, 0);
    const had = seen();
    await world.bindings.JOBS.sendBatch([...again, ...again]);
    const deadline = AbortSignal.timeout(8_000);
    while (seen() < had + 28 && !deadline.aborted) await pause();
    assert.ok(seen() >= had + 28);
    assert.deepEqual(await world.rows("select count(*), sum(quantity_e4) from movements"), before);
    assert.equal((await world.ended(job)).summary.approved, 12);
    const finished = await world.rows("select count(*) from events where type = 'job.done'");
    assert.deepEqual(finished, [["1"]]);
  });

  test("a document without bytes is parked alone with its reason, and a replay processes it", async () => {
    const sent = await accepted(await world.zipped(made.three, "?async=true"));
    assert.equal((await world.ended(sent)).summary.registered, 3);
    const [[sha]] = await world.rows(
      `select sha256 from job_items where job = '${sent}' and position = 1`,
    );
    const key = `originals/1/${sha}`;
    const bytes = await (await world.bindings.ORIGINALS.get(key)).arrayBuffer();
    await world.bindings.ORIGINALS.delete(key);
    // The same documents once more, as a job whose messages are sent when the bytes are gone.
    const job = "bare";
    await world.run(`insert into jobs (company, id, kind, state, total, params, created_by, created_at, updated_at)
        select company, '${job}', kind, 'queued', 3, params, created_by, created_at, created_at from jobs where id = '${sent}'`);
    await world.run(`insert into job_items (company, job, position, file, sha256, state, results, updated_at)
        select company, '${job}', position, 'again-' || file, sha256, 'received', '[]', updated_at from job_items where job = '${sent}'`);
    const message = (position) => ({ v: 1, kind: "document", company: 1, job, position });
    await world.bindings.JOBS.sendBatch([0, 1, 2].map((position) => ({ body: message(position) })));
    await world.bindings.JOBS.send({ hello: "world" });

    const failed = await world.ended(job);
    assert.equal(failed.state, "failed");
    assert.deepEqual(outcomes(failed), [
      "again-31.xml duplicate",
      "again-32.xml parked",
      "again-33.xml duplicate",
    ]);
    assert.equal(failed.results[1].code, "batch.bytes_missing");

    await world.bindings.ORIGINALS.put(key, bytes);
    const replayed = await world.call(`/api/jobs/${job}/replay`, { method: "POST" });
    assert.equal(replayed.status, 202);
    const done = await world.ended(job);
    assert.equal(done.state, "done");
    assert.equal(done.summary.duplicate, 3);
  });

  test("an unreadable message is stored, and health counts it", async () => {
    const unreadable = async () => {
      const { checks } = await world.json("/api/health/full");
      return checks.find(({ name }) => name === "queue").detail.unreadable;
    };
    const deadline = AbortSignal.timeout(10_000);
    while ((await unreadable()) === 0 && !deadline.aborted) await pause();
    const stored = await world.rows("select lane, body, reason from queue");
    assert.deepEqual(stored, [["unreadable", '"{\\"hello\\":\\"world\\"}"', "message.unreadable"]]);
  });

  test("the cron sends lost messages again, removes what has expired, and corrects no balance", async () => {
    const day = 86_400_000;
    // As after a crash between the commit and the queue, half an hour ago.
    await world.run(`insert into jobs (company, id, kind, state, total, params, created_by, created_at, updated_at)
        select company, 'lost', kind, 'queued', 1, params, created_by, created_at, 0 from jobs where kind = 'batch' limit 1`);
    await world.run(`insert into job_items (company, job, position, file, sha256, state, results, updated_at)
        select company, 'lost', 0, 'lost.xml', sha256, 'received', '[]', 0 from job_items where file = '31.xml'`);
    await world.run(
      `insert into jobs (company, id, kind, state, params, created_by, created_at, updated_at, finished_at, expires_at) values (1, 'over', 'export', 'done', '{}', 1, 0, 0, 1, 1)`,
    );
    await world.run(
      `insert into queue (key, lane, body, available_at, created_at, dead_at) values ('old', 'unreadable', '1', 0, 0, ${Date.now() - 31 * day})`,
    );
    const tampered = "product = (select min(product) from balances)";
    await world.run(`update balances set quantity_e4 = quantity_e4 + 1 where ${tampered}`);
    const balance = await world.rows(`select quantity_e4 from balances where ${tampered}`);

    await world.cron();
    const lost = await world.ended("lost");
    assert.deepEqual(outcomes(lost), ["lost.xml duplicate"]);
    assert.deepEqual(await world.rows("select id from jobs where kind = 'export'"), []);
    assert.deepEqual(await world.rows("select key from queue where key = 'old'"), []);
    const differs = world.logged("ledger.differs");
    assert.deepEqual(
      differs.map(({ level }) => level),
      ["error"],
    );
    assert.deepEqual(
      await world.rows(`select quantity_e4 from balances where ${tampered}`),
      balance,
    );
  });
});
