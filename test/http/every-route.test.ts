import { expect, test } from "bun:test";
import { inspectRoutes } from "hono/dev";
import { ROLES, type Role } from "../../src/accounts/roles.ts";
import { testService, withService } from "../support/service.ts";

/** What api.md's table of roles says, written out by hand: method, path, and the least role that may. */
const MATRIX: readonly [string, string, Role | "nobody"][] = [
  ["get", "/api/health", "nobody"],
  ["get", "/api/health/full", "nobody"],
  ["post", "/api/login", "nobody"],
  ["post", "/api/logout", "VISUALIZADOR"],
  ["put", "/api/me/password", "VISUALIZADOR"],
  ["get", "/api/company", "ADMIN"],
  ["patch", "/api/company", "ADMIN"],
  ["get", "/api/keys", "ADMIN"],
  ["post", "/api/keys", "ADMIN"],
  ["delete", "/api/keys/{id}", "ADMIN"],
  ["post", "/api/nfe/upload", "OPERADOR"],
  ["post", "/api/nfe/batch", "OPERADOR"],
  ["get", "/api/nfes", "VISUALIZADOR"],
  ["get", "/api/nfes/{access_key}", "VISUALIZADOR"],
  ["get", "/api/nfes/{access_key}/xml", "VISUALIZADOR"],
  ["post", "/api/nfes/{access_key}/process", "OPERADOR"],
  ["post", "/api/nfes/{access_key}/discard", "GERENTE"],
  ["post", "/api/nfes/{access_key}/restore", "GERENTE"],
  ["get", "/api/products", "VISUALIZADOR"],
  ["get", "/api/stock", "VISUALIZADOR"],
  ["post", "/api/movements", "OPERADOR"],
  ["get", "/api/movements/list", "VISUALIZADOR"],
  ["get", "/api/supplier-items", "VISUALIZADOR"],
  ["put", "/api/supplier-items", "GERENTE"],
  ["get", "/api/dashboard/stats", "VISUALIZADOR"],
  ["get", "/api/dashboard/evolution", "VISUALIZADOR"],
  ["get", "/api/export/stock", "VISUALIZADOR"],
  ["get", "/api/export/movements", "VISUALIZADOR"],
  ["post", "/api/exports", "VISUALIZADOR"],
  ["get", "/api/exports/{id}", "VISUALIZADOR"],
  ["get", "/api/exports/{id}/file", "VISUALIZADOR"],
  ["delete", "/api/exports/{id}", "OPERADOR"],
  ["get", "/api/jobs", "VISUALIZADOR"],
  ["get", "/api/jobs/{id}", "VISUALIZADOR"],
  ["post", "/api/jobs/{id}/replay", "GERENTE"],
  ["get", "/api/events", "VISUALIZADOR"],
  ["get", "/api/notifications/stream", "VISUALIZADOR"],
  ["post", "/api/profile/cpu", "ADMIN"],
  ["post", "/api/profile/heap", "ADMIN"],
  ["get", "/metrics", "ADMIN"],
];

const KEY = "35260911222333000181550010000001231000000420";
const concrete = (path: string) => path.replace("{access_key}", KEY).replace("{id}", "nobody");

test("S2: every route answers each role as the matrix says, before it looks at the request", async () => {
  const service = await testService();
  try {
    for (const [method, path, least] of MATRIX) {
      if (least === "nobody" || path === "/api/logout") continue;
      for (const role of ROLES) {
        const response = await service.raw(method.toUpperCase(), concrete(path), { as: role });
        const answer = `${method} ${path} as ${role}: ${response.status === 403 ? 403 : "let in"}`;
        const mayEnter = ROLES.indexOf(role) >= ROLES.indexOf(least);
        expect(answer).toBe(`${method} ${path} as ${role}: ${mayEnter ? "let in" : 403}`);
        expect([401, 405, 500]).not.toContain(response.status);
        await response.body?.cancel();
      }
    }
  } finally {
    await service.close();
  }
});

test("the matrix names every route, and no route answers a stranger unless it is listed as open", () =>
  withService(async ({ app, raw }) => {
    const served = inspectRoutes(app)
      .filter(({ isMiddleware, path }) => !isMiddleware && /^\/(api\/|metrics$)/.test(path))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect([...new Set(served)].sort()).toEqual(MATRIX.map(([m, p]) => `${m} ${p}`).sort());
    for (const [method, path, least] of MATRIX) {
      const { status } = await raw(method.toUpperCase(), concrete(path), { as: "nobody" });
      expect([
        path,
        least === "nobody" ? status !== 401 || path === "/api/login" : status === 401,
      ]).toEqual([path, true]);
    }
  }));

test("the document at /openapi.json has every route with its permission", () =>
  withService(async ({ send }) => {
    const { body } = await send("GET", "/openapi.json", { as: "nobody" });
    expect(body.openapi).toBe("3.1.0");
    const documented = Object.entries<Record<string, unknown>>(body.paths).flatMap(
      ([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(MATRIX.map(([m, p]) => `${m} ${p}`).sort());
  }));

test("another company's note is not found, whatever is asked of it", () =>
  withService(async ({ upload, send }) => {
    const { syntheticNote } = await import("../../src/demo/synthetic-note.ts");
    const note = syntheticNote();
    await upload(note.xml);
    const path = `/api/nfes/${note.accessKey}`;
    for (const [method, rest, json] of [
      ["GET", "", undefined],
      ["GET", "/xml", undefined],
      ["POST", "/process", undefined],
      ["POST", "/discard", { reason: "nada" }],
      ["POST", "/restore", undefined],
    ] as const) {
      const answer = await send(method, path + rest, {
        as: "stranger",
        ...(json === undefined ? {} : { json }),
      });
      expect([rest, answer.status, answer.body.code]).toEqual([rest, 404, "nfe.not_found"]);
    }
    expect((await send("GET", "/api/nfes", { as: "stranger" })).body.data).toEqual([]);
    expect((await send("GET", "/api/stock", { as: "stranger" })).body.data).toEqual([]);
  }));
