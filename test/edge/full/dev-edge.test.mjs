import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ADMIN } from "../world.mjs";

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-dev-edge-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** dev:edge over the folder; resolves when it listens, or with its words when it ends before. */
function devEdge(env = {}, ...args) {
  const child = spawn("bun", ["src/tools/dev-edge.ts", ...args], {
    env: {
      ...process.env,
      PORT: "0",
      DATA_DIR: join(folder, "data"),
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      COMPANY_NAME: `Café "d'Ana" & $filhos`,
      RATE_LIMIT_PER_SECOND: "0",
      PASSWORD_COST: "4",
      LOG_LEVEL: "error",
      ...env,
    },
  });
  const said = { out: "", err: "" };
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.stderr.on("data", (bytes) => {
    said.err += bytes;
  });
  const url = new Promise((resolve) => {
    child.stdout.on("data", (bytes) => {
      said.out += bytes;
      const [, listening] = /^listening on (http:\S+)$/m.exec(said.out) ?? [];
      if (listening !== undefined) resolve(listening);
    });
    ended.then(() => resolve(null));
  });
  return { child, said, ended, url };
}

/** Processes that work on the folder. */
async function left() {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => line.includes(folder));
}

test("dev:edge serves and keeps the demo, answers no foreign SQL, and leaves no process behind", async () => {
  const first = devEdge({}, "--demo");
  const url = await first.url;
  assert.ok(url, first.said.err);
  const token = async (base) => {
    const body = JSON.stringify(ADMIN);
    const answer = await fetch(`${base}/api/login`, { method: "POST", body });
    return (await answer.json()).token;
  };
  const get = async (base, path, bearer) =>
    (await fetch(`${base}${path}`, { headers: { authorization: `Bearer ${bearer}` } })).json();
  const bearer = await token(url);
  const { pagination } = await get(url, "/api/nfes?status=PROCESSADA", bearer);
  assert.ok(pagination.total > 40, JSON.stringify(pagination));
  assert.equal((await get(url, "/api/company", bearer)).name, `Café "d'Ana" & $filhos`);

  // A page of a browser on this machine reaches sqld's port as well, and sends what it likes as text/plain.
  const sqld = await readFile(join(folder, "data/edge/libsql/url"), "utf8");
  const requests = [{ type: "execute", stmt: { sql: "select password_hash from users" } }];
  for (const authorization of [undefined, "Bearer x", `Bearer ${bearer}`])
    for (const path of ["/v2/pipeline", "/v3/pipeline", "/"]) {
      const asked = await fetch(`${sqld}${path}`, {
        method: "POST",
        headers: { "content-type": "text/plain", ...(authorization ? { authorization } : {}) },
        body: JSON.stringify(path === "/" ? { statements: [requests[0].stmt.sql] } : { requests }),
      });
      assert.ok([400, 401].includes(asked.status), `${path} ${asked.status}`);
      assert.doesNotMatch(await asked.text(), /scrypt/);
    }
  const open = [];
  for (const name of await readdir(join(folder, "data"), { recursive: true }))
    if (((await stat(join(folder, "data", name)).catch(() => ({ mode: 0 }))).mode & 0o077) !== 0)
      open.push(name);
  assert.deepEqual(open, []);

  const same = devEdge();
  assert.equal(await same.url, null);
  assert.equal(await same.ended, 1);
  assert.match(same.said.err, /já serve o sqld/);
  const taken = devEdge({ PORT: new URL(url).port, DATA_DIR: join(folder, "other") });
  assert.equal(await taken.ended, 1);
  assert.match(taken.said.err, /EADDRINUSE/);

  first.child.kill("SIGTERM");
  assert.equal(await first.ended, 0);
  assert.equal(first.said.out.match(/^listening on /gm).length, 1);
  assert.deepEqual(await left(), []);

  const second = devEdge();
  const again = await second.url;
  assert.ok(again, second.said.err);
  // The secret was kept: what it signed still holds.
  const kept = await get(again, "/api/nfes?status=PROCESSADA", bearer);
  assert.equal(kept.pagination.total, pagination.total);
  second.child.kill("SIGINT");
  assert.equal(await second.ended, 0);
  assert.deepEqual(await left(), []);
});
