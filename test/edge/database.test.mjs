import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { faultyProxy } from "./faulty-proxy.mjs";
import { ADMIN, fromBun, libsqlServer, SECRET, worker } from "./world.mjs";

/** The COMMIT of a batch, as libSQL's client sends it. */
const A_WRITE = /"BEGIN IMMEDIATE"/;

describe("the Worker and its database", () => {
  let folder;
  let database;
  let proxy;
  let edge;
  let notes;
  let bearer;
  let tokenFor;

  const call = (path, { body, type = "application/xml" } = {}) =>
    edge.fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body === undefined ? {} : { "content-type": type }),
        authorization: `Bearer ${bearer}`,
      },
      body,
    });
  const upload = (n) => call("/api/nfe/upload?approve=true", { body: notes[n].xml });
  const totals = async () => {
    const [all, moved] = await Promise.all(
      ["/api/nfes", "/api/movements/list"].map(async (path) => (await call(path)).json()),
    );
    return [all.pagination.total, moved.pagination.total];
  };
  const configured = (url, token) => ({
    DATABASE_URL: url,
    DATABASE_AUTH_TOKEN: token,
    JWT_SECRET: SECRET,
    PASSWORD_COST: "4",
    RATE_LIMIT_PER_SECOND: "0",
    LOG_LEVEL: "warn",
  });
  /** Status, code and Retry-After of a refusal. */
  const said = async (answer) => [
    answer.status,
    (await answer.json()).code,
    answer.headers.get("retry-after"),
  ];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sge-tokens-"));
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const keyFile = join(folder, "key.pem");
    await writeFile(keyFile, publicKey.export({ type: "spki", format: "pem" }));
    /** A token as Turso gives them: EdDSA, `a` says what it may. */
    tokenFor = (a, seconds = 3_600) => {
      const claims = { a, exp: Math.floor(Date.now() / 1_000) + seconds };
      const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const text = `${part({ alg: "EdDSA", typ: "JWT" })}.${part(claims)}`;
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString("base64url")}`;
    };
    const started = await Promise.allSettled([
      libsqlServer({ keyFile, token: tokenFor("rw") }),
      fromBun(`
        const { syntheticNote } = await import("./src/synthetic/synthetic-note.ts");
        return [1, 2, 3, 4, 5].map((seed) => syntheticNote({ seed, items: 2 }));`),
    ]);
    [database, notes] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
    proxy = await faultyProxy(database.url);
    edge = await worker(configured(proxy.url, tokenFor("rw")));
  });
  after(async () => {
    await edge?.close();
    await proxy?.close();
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("stores a note with a token that may write", async () => {
    const login = await call("/api/login", { body: JSON.stringify(ADMIN), type: "text/plain" });
    ({ token: bearer } = await login.json());
    assert.equal((await upload(0)).status, 200);
    assert.deepEqual(await totals(), [1, 2]);
  });

  test("a write whose answer is lost is `storage.unknown`, and a second request stores it once", async () => {
    proxy.lose(A_WRITE);
    const asked = proxy.asked();
    assert.deepEqual(await said(await upload(1)), [504, "storage.unknown", null]);
    assert.ok(proxy.asked() - asked < 10, "it was not sent again by itself");
    const again = await upload(1);
    const { code, status, note_status } = await again.json();
    assert.deepEqual([again.status, code, note_status], [409, "nfe.duplicate", "PROCESSADA"]);
    assert.equal(status, 409);
    assert.deepEqual(await totals(), [2, 4]);
  });

  test("a slow and then dead database costs no request its time once the circuit is open", async () => {
    proxy.become({ slowMs: 2_000 });
    const waiting = await Promise.all(Array.from({ length: 8 }, () => call("/api/stock")));
    for (const answer of waiting) assert.deepEqual(await said(answer), [503, "overloaded", "1"]);

    // From here on no request is sent to the database, except for one probe at a time.
    proxy.become("cut");
    const asked = proxy.asked();
    const shed = await Promise.all([upload(2), upload(3), upload(2), call("/api/stock")]);
    for (const answer of shed) assert.deepEqual(await said(answer), [503, "overloaded", "1"]);
    assert.ok(proxy.asked() - asked <= 1, `${proxy.asked() - asked} were sent`);
    // What does not need it works, and what tells of it says so.
    assert.equal((await call("/api/health")).status, 200);
    const full = await call("/api/health/full");
    assert.deepEqual([full.status, (await full.json()).database], [503, "disconnected"]);

    proxy.become("open");
    let stock;
    do stock = await call("/api/stock");
    while (stock.status === 503);
    assert.equal(stock.status, 200);
    for (const n of [2, 3]) assert.equal((await upload(n)).status, 200);
    assert.deepEqual(await totals(), [4, 8]);
  });

  test("serves reads and refuses writes with a read-only token", async () => {
    await edge.bind(configured(database.url, tokenFor("ro")));
    const before = await totals();
    assert.deepEqual(await said(await upload(4)), [503, "storage.read_only", null]);
    const move = { product_code: "X", type: "ENTRADA", quantity: 1 };
    const stock = await (await call("/api/stock?limit=1")).json();
    const body = JSON.stringify({ ...move, product_code: stock.data[0].code });
    assert.deepEqual(await said(await call("/api/movements", { body, type: "application/json" })), [
      503,
      "storage.read_only",
      null,
    ]);
    assert.deepEqual(await totals(), before);
    assert.equal((await call("/api/export/movements")).status, 200);
    assert.equal((await call("/api/health/full")).status, 200);
  });

  test("is not configured with an expired token, and the log says why", async () => {
    await edge.bind(configured(proxy.url, tokenFor("rw", -3_600)));
    const [asked, before] = [proxy.asked(), edge.logs().length];
    for (const answer of [await upload(4), await call("/api/stock")])
      assert.deepEqual(await said(answer), [503, "not_configured", null]);
    assert.equal(proxy.asked() - asked, 2, "a refusal is not asked again");
    const lines = edge.logs().slice(before);
    assert.deepEqual(
      lines
        .map(({ message }) => JSON.parse(message))
        .map(({ level, code, why }) => [level, code, why]),
      Array(2).fill(["error", "not_configured", "database.token_refused"]),
    );
    assert.equal((await call("/api/health")).status, 200);
  });

  test("stores a refused note once with a valid token", async () => {
    await edge.bind(configured(database.url, tokenFor("rw")));
    assert.equal((await upload(4)).status, 200);
    assert.deepEqual(await totals(), [5, 10]);
  });
});
