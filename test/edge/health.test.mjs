import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ADMIN, fromBun, libsqlServer, SECRET, worker } from "./world.mjs";

const PROBLEM = "application/problem+json; charset=utf-8";

describe("the Worker in workerd", () => {
  let edge;
  let database;
  let made;
  let token;

  const call = (path, { body, type = "application/json", bearer = token, method } = {}) =>
    edge.fetch(path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        ...(body === undefined ? {} : { "content-type": type }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body,
    });
  const upload = (xml) => call("/api/nfe/upload", { body: xml, type: "application/xml" });

  const query = async (sql) => {
    const requests = [{ type: "execute", stmt: { sql } }, { type: "close" }];
    const body = JSON.stringify({ requests });
    const answer = await fetch(`${database.url}/v2/pipeline`, { method: "POST", body });
    const [{ type, error }] = (await answer.json()).results;
    assert.equal(type, "ok", error?.message);
  };
  /** Asks until the Worker says that it is able to serve. */
  const ableToServe = async () => {
    const deadline = AbortSignal.timeout(20_000);
    for (;;) {
      deadline.throwIfAborted();
      const answer = await call("/api/health/full");
      await answer.arrayBuffer();
      if (answer.ok) return;
    }
  };

  before(async () => {
    const started = await Promise.allSettled([
      worker(),
      libsqlServer(),
      fromBun(`
        const { syntheticNote } = await import("./src/synthetic/synthetic-note.ts");
        const { VERSION } = await import("./src/version.ts");
        const notes = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => syntheticNote({ seed, items: 3 }));
        return { version: VERSION, notes };`),
    ]);
    // What did start is closed afterwards, whatever did not
    [edge, database, made] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
  });
  after(async () => {
    await edge?.close();
    await database?.close();
  });

  test("is not configured without a secret or a database, and serves nothing", async () => {
    const answer = await call("/api/health");
    assert.equal(answer.status, 503);
    assert.equal((await answer.json()).code, "not_configured");
  });

  test("answers storage.outdated before its migrations, and recovers without further checks", async () => {
    const newest = "created_at = (select max(created_at) from __drizzle_migrations)";
    await query(`create table kept as select * from __drizzle_migrations where ${newest}`);
    await query(`delete from __drizzle_migrations where ${newest}`);
    await edge.bind({ DATABASE_URL: database.url, JWT_SECRET: SECRET, PASSWORD_COST: "4" });

    assert.equal((await call("/api/health")).status, 200);
    const refused = await call("/api/login", { body: JSON.stringify(ADMIN) });
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "30");
    assert.equal((await refused.json()).code, "storage.outdated");
    const said = edge.logs().filter(({ message }) => message.includes("schema.outdated"));
    assert.equal(said.length, 1);
    assert.match(said[0].message, /"level":"error".*"run":"bun run db:migrate"/);

    await query("insert into __drizzle_migrations select * from kept");
    await ableToServe();
    // A newer version of the program may be migrating beneath it: what it has seen once it believes.
    await query("delete from __drizzle_migrations");
    await ableToServe();
    await query("insert into __drizzle_migrations select * from kept");
  });

  test("answers health with its version, and in full with its database, its buckets and its queue", async () => {
    const answer = await call("/api/health");
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { status: "ok", version: made.version });
    const full = await call("/api/health/full");
    assert.equal(full.status, 200);
    const { checks } = await full.json();
    assert.deepEqual(
      checks.map(({ name, ok }) => [name, ok]),
      [
        ["database", true],
        ["originals", true],
        ["files", true],
        ["queue", true],
      ],
    );
  });

  test("answers an unknown path and a missing token with problems", async () => {
    const unknown = await call("/nowhere");
    assert.equal(unknown.status, 404);
    assert.equal(unknown.headers.get("content-type"), PROBLEM);
    assert.equal((await unknown.json()).code, "http.not_found");
    const anonymous = await call("/api/nfes");
    assert.equal(anonymous.status, 401);
    assert.equal(anonymous.headers.get("content-type"), PROBLEM);
  });

  test("serves a note from login to CSV, as the same program does on Bun", async () => {
    const login = await call("/api/login", { body: JSON.stringify(ADMIN) });
    assert.equal(login.status, 200);
    ({ token } = await login.json());

    const [{ xml, accessKey }] = made.notes;
    const sent = await upload(xml);
    assert.equal(sent.status, 200);
    assert.equal((await sent.json()).status, "PENDENTE");
    const again = await upload(xml);
    assert.equal((await again.json()).code, "nfe.duplicate");

    const done = await call(`/api/nfes/${accessKey}/process`, { method: "POST" });
    assert.equal(done.status, 200);
    const twice = await call(`/api/nfes/${accessKey}/process`, { method: "POST" });
    assert.equal((await twice.json()).already_processed, true);

    const original = await call(`/api/nfes/${accessKey}/xml`);
    assert.deepEqual(Buffer.from(await original.arrayBuffer()), Buffer.from(xml));
    const note = await (await call(`/api/nfes/${accessKey}`)).json();
    const csv = await call("/api/export/movements?dialect=rfc4180");
    assert.equal(csv.status, 200);
    const lines = (await csv.text()).trim().split("\r\n");
    assert.equal(lines.length, 1 + note.movements.length);
    assert.ok(note.movements.length >= 3);
  });

  test("a database of another installation accepts no write and is unhealthy until the right one is back", async () => {
    await query("create table was as select * from installation");
    await query("update installation set id = 'ffffffffffffffffffffffffffffffff'");
    const refused = await call("/api/movements", {
      body: JSON.stringify({ product_code: "P1", type: "ENTRADA", quantity: 1 }),
    });
    assert.deepEqual([refused.status, (await refused.json()).code], [503, "storage.gone"]);
    const health = await call("/api/health/full");
    assert.equal(health.status, 503);
    const { checks } = await health.json();
    assert.equal(checks.find(({ name }) => name === "database").detail.code, "storage.gone");
    assert.ok(edge.logs().some(({ message }) => message.includes("storage.gone")));
    await query("update installation set id = (select id from was)");
    await ableToServe();
    await query("drop table was");
  });

  test("concurrent notes are each stored once, and the stock is their sum", async () => {
    const sent = await Promise.all(
      [...made.notes.slice(1), ...made.notes.slice(1)].map(({ xml }) =>
        call("/api/nfe/upload?approve=true", { body: xml, type: "application/xml" }),
      ),
    );
    const statuses = sent.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [...Array(7).fill(200), ...Array(7).fill(409)]);
    const { pagination } = await (await call("/api/nfes?status=PROCESSADA")).json();
    assert.equal(pagination.total, 8);
  });
});
