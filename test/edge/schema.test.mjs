import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ADMIN, libsqlServer, SECRET, worker } from "./world.mjs";

let server;
let edge;
before(async () => {
  [server, edge] = await Promise.all([libsqlServer(), worker()]);
});
after(() => Promise.all([edge?.close(), server?.close()]));

const query = async (sql) => {
  const requests = [{ type: "execute", stmt: { sql } }, { type: "close" }];
  const body = JSON.stringify({ requests });
  const answer = await fetch(`${server.url}/v2/pipeline`, { method: "POST", body });
  const [{ type, error }] = (await answer.json()).results;
  assert.equal(type, "ok", error?.message);
};
const login = () =>
  edge.fetch("http://edge/api/login", { method: "POST", body: JSON.stringify(ADMIN) });

/** Asks until the Worker says that it is able to serve. */
async function ableToServe() {
  const deadline = AbortSignal.timeout(20_000);
  for (;;) {
    deadline.throwIfAborted();
    const answer = await edge.fetch("http://edge/api/health/full");
    await answer.arrayBuffer();
    if (answer.ok) return;
  }
}

test("a Worker before its migrations says so on whatever asks the database, comes back by itself, and looks no more", async () => {
  const newest = "created_at = (select max(created_at) from __drizzle_migrations)";
  await query(`create table kept as select * from __drizzle_migrations where ${newest}`);
  await query(`delete from __drizzle_migrations where ${newest}`);
  await edge.bind({ DATABASE_URL: server.url, JWT_SECRET: SECRET, PASSWORD_COST: "4" });

  assert.equal((await edge.fetch("http://edge/api/health")).status, 200);
  const refused = await login();
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
  assert.equal((await login()).status, 200);
});
