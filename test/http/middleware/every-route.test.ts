import { expect, test } from "bun:test";
import { inspectRoutes } from "hono/dev";
import { ROLES } from "../../../src/accounts/roles.ts";
import { oneCompanyOnly, testApp, withApp } from "../../support/app.ts";
import { BODY_MATRIX, concretePath, MATRIX } from "../../support/http/role-matrix.ts";

test("S2: every route answers each role as the matrix says, before the request is validated", async () => {
  const service = await testApp();
  // /metrics is refused to administrators where several companies share an installation.
  await oneCompanyOnly(service);
  try {
    for (const [method, path, least] of MATRIX) {
      if (least === "anonymous" || path === "/api/logout") continue;
      for (const role of ROLES) {
        const response = await service.raw(method.toUpperCase(), concretePath(path), { as: role });
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

test("an agent's key is let into the routes of an agent, and into no other", () =>
  withApp(async (service) => {
    const { send, raw } = service;
    await oneCompanyOnly(service);
    const { key, role } = (
      await send("POST", "/api/keys", { json: { name: "busca", role: "AGENTE" } })
    ).body;
    expect(role).toBe("AGENTE");
    const by = { as: "anonymous", headers: { authorization: `Bearer ${key}` } } as const;
    const admitted: string[] = [];
    for (const [method, path, least] of [...MATRIX, ["post", "/mcp", "VISUALIZADOR"] as const]) {
      if (least === "anonymous") continue;
      const { status, body } = await raw(method.toUpperCase(), concretePath(path), by);
      await body?.cancel();
      if (status !== 403) admitted.push(`${method} ${path} ${status}`);
    }
    const { paths } = (await send("GET", "/openapi.json", { as: "anonymous" })).body;
    const declared = MATRIX.filter(
      ([method, path]) => paths[path][method]["x-permission"] === "agent",
    );
    expect(admitted.map((one) => one.replace(/ \d+$/, ""))).toEqual(
      declared.map(([method, path]) => `${method} ${path}`),
    );
    expect(declared.length).toBeGreaterThan(1);
  }));

test("the role matrix names every route of the app", () =>
  withApp(async ({ app }) => {
    const served = inspectRoutes(app)
      .filter(({ isMiddleware, path }) => !isMiddleware && /^\/(api\/|metrics$)/.test(path))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect([...new Set(served)].sort()).toEqual(MATRIX.map(([m, p]) => `${m} ${p}`).sort());
  }));

test("only the open routes of the role matrix answer without a token", () =>
  withApp(async ({ raw }) => {
    for (const [method, path, least] of MATRIX) {
      const { status } = await raw(method.toUpperCase(), concretePath(path), { as: "anonymous" });
      expect([
        path,
        least === "anonymous" ? status !== 401 || path === "/api/login" : status === 401,
      ]).toEqual([path, true]);
    }
  }));

test("/openapi.json has every route with its permission", () =>
  withApp(async ({ send }) => {
    const { body } = await send("GET", "/openapi.json", { as: "anonymous" });
    expect(body.openapi).toBe("3.1.0");
    const documented = Object.entries<Record<string, unknown>>(body.paths).flatMap(
      ([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(MATRIX.map(([m, p]) => `${m} ${p}`).sort());
    for (const [method, path, least] of MATRIX)
      if (least !== "anonymous" && body.paths[path][method]["x-permission"] !== "self")
        expect([path, body.paths[path][method]["x-least-role"]]).toEqual([path, least]);
  }));

test("another company's note is 404 on every route that names a note", () =>
  withApp(async ({ upload, send }) => {
    const { syntheticNote } = await import("../../../src/synthetic/synthetic-note.ts");
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
        as: "otherCompany",
        ...(json === undefined ? {} : { json }),
      });
      expect([rest, answer.status, answer.body.code]).toEqual([rest, 404, "nfe.not_found"]);
    }
    expect((await send("GET", "/api/nfes", { as: "otherCompany" })).body.data).toEqual([]);
    expect((await send("GET", "/api/stock", { as: "otherCompany" })).body.data).toEqual([]);
  }));

test("S2: a body that needs more than its route is refused for each role below the matrix", () =>
  withApp(async ({ send }) => {
    for (const [method, path, json, least] of BODY_MATRIX)
      for (const role of ROLES) {
        const { status } = await send(method.toUpperCase(), concretePath(path), { as: role, json });
        const expected = ROLES.indexOf(role) >= ROLES.indexOf(least) ? 404 : 403;
        expect([path, JSON.stringify(json), role, status]).toEqual([
          path,
          JSON.stringify(json),
          role,
          expected,
        ]);
      }
  }));
