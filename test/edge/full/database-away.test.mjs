import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accepted, pause, queueWorld, ZIPS } from "../queue-world.mjs";
import { fromBun } from "../world.mjs";

const NOTES = 500;
/** For how long there is no database. */
const AWAY_S = Number(process.env.EDGE_AWAY_S ?? 30);

describe("a database that goes away", () => {
  let world;
  let made;

  before(async () => {
    const started = await Promise.allSettled([
      queueWorld({ JOB_ATTEMPTS: "10" }),
      fromBun(`${ZIPS}
        return { all: await base64(many(1, ${NOTES})), other: note(9999) };`),
    ]);
    [world, made] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
  });
  after(() => world?.close());

  test(`is down for ${AWAY_S} s among ${NOTES} queued notes: all are posted once`, async () => {
    const job = await accepted(await world.zipped(made.all, "?approve=true"));
    const posted = async () =>
      Number((await world.rows("select count(*) from notes where status = 'PROCESSADA'"))[0][0]);
    const deadline = AbortSignal.timeout(60_000);
    while ((await posted()) < NOTES / 5 && !deadline.aborted) await pause();
    await world.database.stop("SIGKILL");

    const upload = () =>
      world.call("/api/nfe/upload", { body: made.other, type: "application/xml" });
    const back = AbortSignal.timeout(AWAY_S * 1_000);
    let refused = 0;
    while (!back.aborted) {
      const answer = await upload();
      assert.equal(answer.status, 503, await answer.clone().text());
      assert.ok(Number(answer.headers.get("retry-after")) >= 1);
      refused += 1;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.ok(refused > 0);
    await world.database.start();
    const before = await posted();
    assert.ok(before >= NOTES / 5 && before < NOTES, `${before} were posted before`);

    const done = await world.ended(job, 600_000);
    assert.equal(done.state, "done");
    assert.deepEqual([done.done, done.parked, done.summary.approved], [NOTES, 0, NOTES]);
    assert.deepEqual(
      await world.rows(
        "select status, count(*), count(distinct posting), count(distinct access_key) from notes group by 1",
      ),
      [["PROCESSADA", `${NOTES}`, `${NOTES}`, `${NOTES}`]],
    );
    assert.deepEqual(
      await world.rows(`select count(*), count(distinct origin_ref) from movements`),
      [[`${NOTES * 3}`, `${NOTES * 3}`]],
    );
    assert.deepEqual(
      await world.rows(
        `select b.product from balances b where b.quantity_e4 <>
          (select sum(m.quantity_e4) from movements m where m.company = b.company and m.product = b.product)`,
      ),
      [],
    );
    assert.deepEqual(await world.rows("select type from events where type like 'job.%'"), [
      ["job.done"],
    ]);
    const again = await upload();
    assert.equal(again.status, 200, await again.clone().text());
  });
});
