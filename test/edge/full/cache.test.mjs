import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pass } from "node:timers/promises";
import { road } from "../recording-proxy.mjs";
import { ADMIN, fromBun, libsqlServer, SECRET, worker } from "../world.mjs";

const ROUNDS = 6;
const PRODUCTS = /from \\?"?products/;

describe("isolates of one database", () => {
  let database;
  let way;
  let notes;
  let token;
  /** Each an isolate of its own, in a process of its own. */
  let [one, other] = [];

  const call = (edge, path, { body, type = "application/xml", headers = {} } = {}) =>
    edge.fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body === undefined ? {} : { "content-type": type }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body,
    });

  before(async () => {
    const started = await Promise.allSettled([
      libsqlServer(),
      fromBun(`
        const { syntheticNote } = await import("./src/synthetic/synthetic-note.ts");
        return Array.from({ length: ${ROUNDS} }, (_, seed) => syntheticNote({ seed, items: 1 }));`),
    ]);
    [database, notes] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
    way = await road(database.url);
    const settings = { JWT_SECRET: SECRET, PASSWORD_COST: "4", RATE_LIMIT_BURST: "0" };
    const edges = await Promise.allSettled([
      worker({ ...settings, DATABASE_URL: way.url, MAX_IN_FLIGHT: "40" }),
      worker({ ...settings, DATABASE_URL: database.url }),
    ]);
    [one, other] = edges.map(({ value }) => value);
    for (const { reason } of edges) assert.ifError(reason);
    const login = { body: JSON.stringify(ADMIN), type: "application/json" };
    ({ token } = await (await call(one, "/api/login", login)).json());
  });
  after(async () => {
    await one?.close();
    await other?.close();
    await way?.close();
    await database?.close();
  });

  test("a write through one isolate is never stale in another, which keeps other cached answers", async () => {
    const stats = async (edge) => {
      const answer = await call(edge, "/api/dashboard/stats");
      assert.equal(answer.status, 200);
      return { how: answer.headers.get("x-cache"), text: await answer.text() };
    };
    for (const [n, { xml }] of notes.entries()) {
      const [writer, reader] = n % 2 === 0 ? [one, other] : [other, one];
      const before = await stats(reader);
      assert.equal((await stats(reader)).how, "HIT");
      const sent = await call(writer, "/api/nfe/upload?approve=true", { body: xml });
      assert.equal((await sent.json()).status, "PROCESSADA");
      const fresh = await stats(reader);
      assert.equal(fresh.how, "MISS");
      assert.notEqual(fresh.text, before.text);
      assert.equal(fresh.text, (await stats(writer)).text);
      assert.equal((await stats(reader)).how, "HIT");
    }
  });

  test("a role removed through one isolate is gone in another at the next request", async () => {
    assert.equal((await call(other, "/api/stock")).status, 200);
    const login = { body: JSON.stringify(ADMIN), type: "application/json" };
    const fresh = await (await call(one, "/api/login", login)).json();
    assert.equal((await call(one, "/api/logout", { body: "" })).status < 300, true);
    assert.equal((await call(other, "/api/stock")).status, 401);
    token = fresh.token;
    const again = await (await call(one, "/api/login", login)).json();
    token = again.token;
    assert.equal((await call(other, "/api/stock")).status, 200);
  });

  test("concurrent requests for the same answer are all answered", async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => call(one, "/api/products?search=P")),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    assert.equal(new Set(bodies).size, 1);
  });

  test("a request waits for no other request's answer, write, password or commit", async () => {
    const before = way.count(PRODUCTS);
    way.block(PRODUCTS);
    const stuck = call(one, "/api/products?search=PRODUTO");
    await way.reached(PRODUCTS, before + 1);
    way.letPass();
    const same = await call(one, "/api/products?search=PRODUTO");
    assert.equal(same.status, 200);
    const login = { body: JSON.stringify(ADMIN), type: "application/json" };
    const both = await Promise.all([
      call(one, "/api/login", login),
      call(one, "/api/nfe/upload", { body: notes[0].xml }),
    ]);
    assert.deepEqual(
      both.map(({ status }) => status),
      [200, 409],
    );
    way.open();
    assert.equal((await stuck).status, 200);
  });

  test("requests of disconnected clients free their places", async () => {
    const before = way.count(PRODUCTS);
    way.block(PRODUCTS);
    const leaving = new AbortController();
    const { signal } = leaving;
    const left = Array.from({ length: 40 }, (_, n) =>
      one
        .fetch(`/api/products?search=${n}`, {
          headers: { authorization: `Bearer ${token}` },
          signal,
        })
        .then(
          ({ status }) => status,
          ({ name }) => name,
        ),
    );
    await way.reached(PRODUCTS, before + 40);
    assert.equal((await call(one, "/api/products")).status, 503);
    leaving.abort();
    assert.deepEqual([...new Set(await Promise.all(left))], ["AbortError"]);
    way.open();
    await way.quiet();
    // What was too late on the road has opened the circuit: its next probe closes it.
    while ((await call(one, "/api/products")).status !== 200) await pass(100);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => call(one, "/api/products?search=P")),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  });
});
