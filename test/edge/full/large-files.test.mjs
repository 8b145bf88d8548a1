import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accepted, pause, queueWorld, ZIPS } from "../queue-world.mjs";
import { fromBun } from "../world.mjs";

/** Of the parts that an upload of unknown length has. */
const PART = 5 << 20;

describe("files of more than a request may hold", () => {
  let world;
  let made;

  before(async () => {
    const started = await Promise.allSettled([
      queueWorld(),
      fromBun(`${ZIPS}
        const noise = () => crypto.getRandomValues(new Uint8Array(65536));
        const ballast = Buffer.concat(Array.from({ length: 176 }, noise));
        const large = [...many(101, 30), { name: "ballast.pdf", bytes: ballast }];
        return { more: await base64(many(41, 51)), large: await base64(large) };`),
    ]);
    [world, made] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
  });
  after(() => world?.close());

  test("a ZIP of more than a request may hold is streamed to the bucket, and processed by the queue", async () => {
    const large = Buffer.from(made.large, "base64");
    assert.ok(large.length > 10 << 20);
    const [one, two] = await Promise.all([
      world
        .call("/api/nfe/batch?approve=true", { body: large, type: "application/zip" })
        .then(accepted),
      world.zipped(made.more).then(accepted),
    ]);
    const done = await Promise.all([world.ended(one, 20_000), world.ended(two, 20_000)]);
    assert.deepEqual(
      done.map(({ state, summary }) => [
        state,
        summary.approved + summary.registered,
        summary.ignored,
      ]),
      [
        ["done", 30, 1],
        ["done", 51, 0],
      ],
    );
    const renamed = Buffer.from(made.more, "base64");
    renamed[30] ^= 1;
    const refused = await world.ended(
      await world.zipped(renamed.toString("base64")).then(accepted),
      20_000,
    );
    assert.deepEqual(
      refused.results.map(({ code }) => code),
      ["batch.malformed_zip"],
      "a ZIP whose first local header has another name than its directory",
    );
    assert.deepEqual((await world.bindings.FILES.list({ prefix: "archives/" })).objects, []);
    const rehearsed = await world.call("/api/nfe/batch?dry_run=true", {
      body: large,
      type: "application/zip",
    });
    assert.equal(rehearsed.status, 413);
  });

  test("an export of several parts is written in the background, and read in parts", async () => {
    // Sixty thousand more, so that the file is larger than one part of an upload.
    await world.run(
      `insert into movements (company, product, type, quantity_e4, cost_e2, origin, origin_ref, posting, user_id, created_at,
          happened_at, value_e2, passed_e2, after_e4, after_e2)
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 60000)
        select company, product, type, quantity_e4, cost_e2, 'TESTE', origin_ref || '-' || i, posting, user_id, created_at,
          happened_at, value_e2, passed_e2, after_e4, after_e2
        from n, (select * from movements limit 1)`,
    );
    const { id } = await world.json("/api/exports", {
      body: JSON.stringify({ type: "movements", dialect: "rfc4180" }),
    });
    const deadline = AbortSignal.timeout(60_000);
    const state = async () => (await world.json(`/api/exports/${id}`)).state;
    while ((await state()) !== "done" && !deadline.aborted) await pause();
    const whole = Buffer.from(await (await world.call(`/api/exports/${id}/file`)).arrayBuffer());
    assert.ok(whole.length > PART, `${whole.length} bytes`);
    const streamed = await world.call("/api/export/movements?dialect=rfc4180");
    assert.deepEqual(whole, Buffer.from(await streamed.arrayBuffer()));
    const part = await world.call(`/api/exports/${id}/file`, {
      headers: { range: `bytes=${PART - 100}-${PART + 99}` },
    });
    assert.equal(part.status, 206);
    assert.equal(
      part.headers.get("content-range"),
      `bytes ${PART - 100}-${PART + 99}/${whole.length}`,
    );
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(PART - 100, PART + 100));
    const beyond = await world.call(`/api/exports/${id}/file`, {
      headers: { range: `bytes=${whole.length}-` },
    });
    assert.equal(beyond.status, 416);
    assert.equal((await world.call(`/api/exports/${id}`, { method: "DELETE" })).status, 204);
  });
});
