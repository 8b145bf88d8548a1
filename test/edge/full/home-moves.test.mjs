import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accepted, outcomes, queueWorld, ZIPS } from "../queue-world.mjs";
import { execute } from "../recording-proxy.mjs";
import { moveCompany, twoServers } from "../two-homes.mjs";
import { ADMIN, fromBun } from "../world.mjs";

const UPLOADERS = 8;

describe("a company whose home is the second database, in workerd", () => {
  let servers;
  let world;
  let made;
  const inNorte = async (sql) =>
    (await execute(servers.norte.url, sql)).rows.map((row) => row.map(({ value }) => value));

  before(async () => {
    const started = await Promise.allSettled([
      twoServers(),
      fromBun(`${ZIPS}
        const three = await base64(many(1, 3));
        return { three, notes: many(100, 200).map(({ bytes }) => new TextDecoder().decode(bytes)) };`),
    ]);
    [servers, made] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
    await moveCompany(1, "norte", servers.settings);
    const database = { url: servers.first.url, close: servers.close };
    world = await queueWorld({ DATABASE_URLS: servers.settings.DATABASE_URLS }, database);
  });
  after(() => world?.close() ?? servers?.close());

  test("jobs are worked off there, and the cron sends lost messages of it again", async () => {
    const job = await accepted(await world.zipped(made.three, "?async=true&approve=true"));
    assert.equal((await world.ended(job)).summary.approved, 3);
    // As after a crash between the commit and the queue.
    await execute(
      servers.norte.url,
      `insert into jobs (company, id, kind, state, total, params, created_by, created_at, updated_at)
        select company, 'lost', kind, 'queued', 1, params, created_by, created_at, 0 from jobs where id = '${job}'`,
    );
    await execute(
      servers.norte.url,
      `insert into job_items (company, job, position, file, sha256, state, results, updated_at)
        select company, 'lost', 0, 'lost.xml', sha256, 'received', '[]', 0 from job_items where job = '${job}' and position = 0`,
    );
    await world.cron();
    assert.deepEqual(outcomes(await world.ended("lost")), ["lost.xml duplicate"]);
    assert.deepEqual(await world.rows("select count(*) from jobs"), [["0"]]);
  });

  test("the cron of each minute brings the audit lines of logins, and chains them there", async () => {
    await world.json("/api/login", { body: JSON.stringify(ADMIN) });
    await world.minute();
    const [[logins, unchained]] = await inNorte(
      "select sum(action like '%login%'), sum(hash is null) from audit where company = 1",
    );
    assert.ok(Number(logins) > 0, `${logins} lines of logins`);
    assert.equal(unchained, "0");
    const left = await world.rows(
      "select count(*) from audit where company = 1 and id > (select audit_from from companies where id = 1)",
    );
    assert.deepEqual(left, [["0"]]);
  });

  test("moves to and fro beside uploads lose and double no note", async (t) => {
    const kept = [];
    const waiting = [...made.notes];
    let isOver = false;
    let refused = 0;
    const uploader = async () => {
      for (let xml = waiting.pop(); xml !== undefined && !isOver; xml = waiting.pop())
        for (let status = 0; status !== 200; ) {
          const answer = await world.call("/api/nfe/upload?approve=true", {
            body: xml,
            type: "application/xml",
          });
          status = answer.status;
          const body = await answer.json();
          if (status === 200) kept.push(body.access_key);
          else {
            assert.equal(body.code, "company.moving", JSON.stringify(body));
            refused += 1;
          }
        }
    };
    const uploaders = Array.from({ length: UPLOADERS }, uploader);
    for (const to of ["first", "norte"]) await moveCompany(1, to, servers.settings);
    isOver = true;
    await Promise.all(uploaders);
    assert.ok(kept.length > 0);
    const keys = await inNorte("select access_key from notes where status = 'PROCESSADA'");
    assert.deepEqual(new Set(kept).size, kept.length);
    const there = new Set(keys.flat());
    for (const key of kept) assert.ok(there.has(key), `${key} was acknowledged and is lost`);
    assert.equal(there.size, kept.length + 3);
    const differing = await inNorte(`select b.product from balances b where b.quantity_e4 <>
      (select sum(m.quantity_e4) from movements m where m.company = b.company and m.product = b.product)`);
    assert.deepEqual(differing, []);
    const { data } = await world.json("/api/nfes?limit=100");
    assert.ok(data.length > 3);
    t.diagnostic(`${kept.length} notes acknowledged, ${refused} refused as company.moving`);
  });
});
