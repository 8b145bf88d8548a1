import assert from "node:assert/strict";
import { ORIGIN, refused, typed } from "./client.mjs";

/** Methods and paths of the calls that have a preflight. */
const CALLED = [
  ["POST", "/api/login"],
  ["POST", "/api/nfe/upload"],
  ["GET", "/api/nfes"],
  ["GET", "/api/nfes/35260911222333000181550010000001231000000420"],
  ["POST", "/api/nfes/35260911222333000181550010000001231000000420/process"],
  ["GET", "/api/products?search=ab&limit=5"],
  ["PUT", "/api/products/A%201"],
  ["GET", "/api/stock"],
  ["POST", "/api/movements"],
  ["POST", "/api/movements/batch"],
  ["GET", "/api/movements/list"],
  ["GET", "/api/reports/movements"],
  ["GET", "/api/export/movements"],
  ["GET", "/api/export/stock"],
  ["GET", "/api/dashboard/stats"],
  ["GET", "/api/dashboard/evolution"],
  ["POST", "/api/categories"],
  ["DELETE", "/api/categories/1"],
  ["POST", "/api/users"],
  ["PUT", "/api/users/1"],
  ["PUT", "/api/config/email"],
  ["POST", "/api/config/email/test"],
  ["GET", "/api/audit/logs"],
];

export const openRows = [
  {
    rows: [1, 2],
    name: "health is given without a token",
    async test({ client }) {
      const health = await client.get("/api/health", { as: null });
      assert.equal(health.status, 200);
      typed(health.body, { status: "string", version: "string" }, "health");
      assert.equal(health.body.status, "ok");
      const full = await client.get("/api/health/full", { as: null });
      assert.equal(full.status, 200);
      typed(
        full.body,
        { status: "string", version: "string", timestamp: "instant", database: "string" },
        "health/full",
      );
      // `uptime` of S.G.E. is left out: an isolate has none, and no client reads it.
    },
  },
  {
    rows: [3],
    name: "a preflight of every row is answered without a token, with origin, methods and headers",
    async test({ client }) {
      for (const [method, path] of CALLED) {
        const answer = await client.preflight(
          path,
          method,
          method === "POST" ? "authorization,content-type" : "authorization",
        );
        const what = `OPTIONS ${path}`;
        assert.ok(answer.ok, `${what}: ${answer.status}`);
        assert.equal(answer.headers.get("access-control-allow-origin"), ORIGIN, what);
        const methods = answer.headers.get("access-control-allow-methods") ?? "";
        for (const one of ["GET", "POST", "PUT", "DELETE"])
          assert.ok(methods.includes(one), `${what}: ${methods}`);
        const headers = (answer.headers.get("access-control-allow-headers") ?? "").toLowerCase();
        for (const one of ["authorization", "content-type"])
          assert.ok(headers.includes(one), `${what}: ${headers}`);
        await answer.body?.cancel();
      }
    },
  },
  {
    rows: [33],
    name: "the page is at /, and an unknown path is no page",
    async test({ client }) {
      // A browser loads it without an origin. Where the build has not run, it says how.
      const page = await client.fetch("/", {});
      const html = /^text\/html/.test(page.headers.get("content-type") ?? "");
      const text = await page.text();
      assert.ok(page.status === 200 ? html : page.status === 503 && /build-page/.test(text), text);
      refused(await client.get("/nada.html", { as: null }), 404, "an unknown file");
    },
  },
  {
    rows: [4],
    name: "a login answers a token, and a wrong one 401",
    async test({ client, admin }) {
      refused(await client.login(admin.email, "errada, a senha"), 401, "a wrong password");
      const answer = await client.login(admin.email, admin.password);
      assert.equal(answer.status, 200);
      typed(answer.body, { token: "string" }, "login");
      typed(
        answer.body.user,
        { id: "integer", email: "string", role: "string", active: "boolean" },
        "login.user",
      );
      client.as(answer.body.token);
      refused(await client.get("/api/nfes", { as: "x.y.z" }), 401, "a bad token");
      refused(await client.get("/api/nfes", { as: null }), 401, "no token");
      refused(await client.get("/api/nada"), 404, "an unknown path");
    },
  },
  {
    rows: [7, 8, 12, 19, 20, 25, 29, 32],
    name: "each read of an empty database has its shape, with empty arrays",
    async test({ client }) {
      for (const path of ["/api/nfes", "/api/stock", "/api/audit/logs?page=9&limit=50"]) {
        const answer = await client.get(path);
        assert.equal(answer.status, 200, path);
        assert.deepEqual(answer.body.data, [], path);
      }
      const stats = await client.get("/api/dashboard/stats");
      typed(stats.body, STATS, "stats");
      const evolution = await client.get("/api/dashboard/evolution");
      assert.ok(evolution.body === null || Array.isArray(evolution.body));
      assert.ok(Array.isArray((await client.get("/api/users")).body));
      assert.equal(
        (await client.get("/api/nfes/35260911222333000181550010000001231000000420")).status,
        404,
      );
    },
  },
];

export const STATS = {
  total_items: "number",
  total_skus: "number",
  entries_this_month: "number",
  low_stock_count: "number",
  idle_stock_count: "number",
  stock_wealth: "number",
  stock_wealth_sale: "number",
  average_cost: "number",
  last_movement_at: "instant?",
};
