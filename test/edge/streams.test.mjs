import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pass } from "node:timers/promises";
import { execute, road } from "./recording-proxy.mjs";
import { ADMIN, fromBun, libsqlServer, SECRET, worker } from "./world.mjs";

/** Some 12 MB of CSV: the sockets between workerd, the harness and this process hold up to 7 MB of it. */
const MOVEMENTS = 200_000;
const SLICE = 50_000;
/** Pages of 250 rows (export/pages.ts), and the look that every stream of events takes. */
const PAGE = /from movements/;
const LOOK = /from events not indexed/;

describe("streams at the edge", () => {
  let edge;
  let database;
  let way;
  let notes;
  let token;

  const call = (path, { body, headers = {}, type = "application/json" } = {}) =>
    edge.fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body === undefined ? {} : { "content-type": type }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body,
    });
  const happen = () =>
    execute(
      database.url,
      "insert into events (company, type, payload, at) values (1, 'test', '{}', 1)",
    );
  const upload = ({ xml }) => call("/api/nfe/upload", { body: xml, type: "application/xml" });

  before(async () => {
    const started = await Promise.allSettled([
      libsqlServer(),
      fromBun(`
        const { syntheticNote } = await import("./src/synthetic/synthetic-note.ts");
        return [1, 2, 3].map((seed) => syntheticNote({ seed, items: 1 }));`),
    ]);
    [database, notes] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
    way = await road(database.url);
    edge = await worker({
      DATABASE_URL: way.url,
      JWT_SECRET: SECRET,
      PASSWORD_COST: "4",
      RATE_LIMIT_BURST: "0",
    });
    ({ token } = await (await call("/api/login", { body: JSON.stringify(ADMIN) })).json());
    await execute(
      database.url,
      "insert into products (company, code, name, unit, created_at, updated_at) values (1, 'P', 'PRODUTO', 'UN', 0, 0)",
    );
    for (let from = 1; from <= MOVEMENTS; from += SLICE)
      await execute(
        database.url,
        `insert into movements (company, product, type, quantity_e4, cost_e2, origin, origin_ref, posting, created_at,
          happened_at, value_e2, passed_e2, after_e4, after_e2)
        with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${from + SLICE - 1})
        select 1, 'P', 'ENTRADA', 10000, 100, 'MANUAL', 'm' || i, 'm' || i, 1000 + i, 1000 + i, 100, 0, i * 10000, i * 100 from n`,
      );
  });
  after(async () => {
    await edge?.close();
    await way?.close();
    await database?.close();
  });

  test("a stream has the events of other requests, resumes after the last one, and ends with its client", async () => {
    const first = following(await call("/api/notifications/stream"));
    assert.equal((await first.next()).event, "connected");
    assert.equal((await upload(notes[0])).status, 200);
    const notice = await first.next();
    assert.equal(notice.event, "NEW_NFE");
    await first.cancel();

    assert.equal((await upload(notes[1])).status, 200);
    assert.equal((await upload(notes[2])).status, 200);
    const [one, other] = [1, 2].map(() =>
      call("/api/notifications/stream", { headers: { "last-event-id": notice.id } }),
    );
    for (const answer of [await one, await other]) {
      const again = following(answer);
      const events = [await again.next(), await again.next(), await again.next()];
      assert.deepEqual(
        events.map(({ event }) => event),
        ["connected", "NEW_NFE", "NEW_NFE"],
      );
      assert.ok(!events.some(({ event, id }) => event === "NEW_NFE" && id === notice.id));
      await again.cancel();
    }
    const { data } = await (await call("/api/events?wait=1&limit=10")).json();
    assert.equal(data.length, 3);
  });

  test("a CSV is complete and never compressed, and a paused reader pauses its pages", async () => {
    const before = way.count(PAGE);
    const answer = await call("/api/export/movements?dialect=rfc4180", {
      headers: { "accept-encoding": "gzip" },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-encoding"), null);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader.read()).value;
    const paused = (await stands(() => way.count(PAGE))) - before;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
    }
    const lines = text.trimEnd().split("\r\n");
    assert.equal(lines.length, 1 + MOVEMENTS);
    assert.equal(new Set(lines).size, lines.length);
    const pages = way.count(PAGE) - before;
    assert.ok(pages <= MOVEMENTS / 100 && pages >= MOVEMENTS / 250, `${pages} pages`);
    assert.ok(paused < pages * 0.75, `${paused} of ${pages} pages while it paused`);
  });

  test("a client that disconnects ends the queries of its CSV and of its events", async () => {
    const before = way.count(PAGE);
    const csv = await call("/api/export/movements");
    const reader = csv.body.getReader();
    await reader.read();
    const events = following(await call("/api/notifications/stream"));
    await events.next();
    await reader.cancel();
    await events.cancel();
    // workerd on a laptop learns that a quiet client has gone when it writes to it a second time: an event, or a heartbeat.
    let [pages, looks] = [0, 0];
    for (let n = 0; n < 8; n++) {
      [pages, looks] = [way.count(PAGE), way.count(LOOK)];
      await happen();
      await pass(1_100);
      if (way.count(LOOK) === looks) break;
    }
    assert.deepEqual([way.count(PAGE), way.count(LOOK)], [pages, looks]);
    assert.ok(pages - before < MOVEMENTS / 250, `${pages - before} pages`);
    assert.equal((await call("/api/stock")).status, 200);
  });
});

/** What a counter stands at when it has not moved for a second; fails when it never rests. */
async function stands(count) {
  for (let n = 0; n < 30; n++) {
    const seen = count();
    await pass(1_000);
    if (count() === seen) return seen;
  }
  return assert.fail("it never rests");
}

/** Events of a stream, one by one; comments are passed by. */
function following(answer) {
  assert.equal(answer.status, 200);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  return {
    async next() {
      for (;;) {
        const at = rest.indexOf("\n\n");
        if (at >= 0) {
          const lines = rest.slice(0, at).split("\n");
          rest = rest.slice(at + 2);
          const field = (name) =>
            lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
          if (field("event") !== undefined) return { event: field("event"), id: field("id") };
          continue;
        }
        const { done, value } = await reader.read();
        if (done) return null;
        rest += value;
      }
    },
    cancel: () => reader.cancel(),
  };
}
