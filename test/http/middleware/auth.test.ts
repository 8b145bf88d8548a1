import { expect, test } from "bun:test";
import { accountsApp, sendJson } from "../../support/http/accounts-app.ts";
import { addUser, portsWithAdmin, tokenFor } from "../../support/ports-with-admin.ts";

const codeOf = async (response: Response) => [
  response.status,
  JSON.parse(await response.text()).code,
  response.headers.get("www-authenticate"),
];
const REQUIRED = [401, "auth.required", "Bearer"];
const INVALID = [401, "auth.invalid_token", 'Bearer error="invalid_token"'];

test("a request without a token is 401 with the scheme, on unknown paths too", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  for (const path of ["/api/company", "/api/nothing/here", "/api/login"])
    expect(await codeOf(await sendJson(app, "GET", path))).toEqual(REQUIRED);
  for (const authorization of ["", "Basic abc", "Bearer", "Bearer ", "bearer  "])
    expect(
      await codeOf(await sendJson(app, "GET", "/api/company", { headers: { authorization } })),
    ).toEqual(REQUIRED);
  const token = await tokenFor(ports, 1, "ADMIN");
  expect((await sendJson(app, "GET", "/api/nothing/here", { token })).status).toBe(404);
  await ports.close();
});

test("a forged token and an expired one get the same 401", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  const token = await tokenFor(ports, 1, "ADMIN");
  for (const bad of ["x", `${token}x`, await tokenFor(ports, 99, "ADMIN")])
    expect(await codeOf(await sendJson(app, "GET", "/api/company", { token: bad }))).toEqual(
      INVALID,
    );
  ports.clock.advance(86_400_000);
  expect(await codeOf(await sendJson(app, "GET", "/api/company", { token }))).toEqual(INVALID);
  await ports.close();
});

test("the scheme Bearer is accepted in any case", async () => {
  const ports = await portsWithAdmin();
  const token = await tokenFor(ports, 1, "ADMIN");
  for (const scheme of ["bearer", "BEARER", "Bearer"]) {
    const headers = { authorization: `${scheme} ${token}` };
    const response = await sendJson(accountsApp(ports), "GET", "/api/company", { headers });
    expect(response.status).toBe(200);
  }
  await ports.close();
});

test("S6: a token in the URL or in a cookie is not accepted", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  const token = await tokenFor(ports, 1, "ADMIN");
  expect(await codeOf(await sendJson(app, "GET", `/api/company?token=${token}`))).toEqual(REQUIRED);
  const headers = { cookie: `token=${token}; authorization=Bearer ${token}` };
  expect(await codeOf(await sendJson(app, "GET", "/api/company", { headers }))).toEqual(REQUIRED);
  expect(JSON.stringify(ports.logged)).not.toContain(token);
  await ports.close();
});

test("S2: a role without the permission is refused before its body is looked at", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  for (const role of ["VISUALIZADOR", "OPERADOR", "GERENTE"] as const) {
    const id = await addUser(ports, { email: `${role}@x.example`.toLowerCase(), role });
    const token = await tokenFor(ports, id, "ADMIN");
    for (const [method, body] of [["GET"], ["PATCH", { name: 7 }]] as const) {
      const response = await sendJson(app, method, "/api/company", { token, body });
      expect(response.status).toBe(403);
      expect(JSON.parse(await response.text())).toMatchObject({
        code: "auth.forbidden",
        permission: "administer",
      });
    }
  }
  await ports.close();
});

test("S2: a route that declares no permission is refused for every role", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  app.get("/api/forgotten", (c) => c.text("secret"));
  app.all("/api/forgotten/all", (c) => c.text("secret"));
  app.get("/api/forgotten/:id", (c) => c.text("secret"));
  const token = await tokenFor(ports, 1, "ADMIN");
  for (const path of ["/api/forgotten", "/api/forgotten/all", "/api/forgotten/7"]) {
    expect((await sendJson(app, "GET", path)).status).toBe(401);
    const response = await sendJson(app, "GET", path, { token });
    expect(await response.text()).not.toContain("secret");
    expect(response.status).toBe(403);
  }
  expect(ports.logged.filter((line) => line.event === "route.undeclared")).toHaveLength(3);
  await ports.close();
});

test("S2: a route without a guard is refused even when a wider route after it has one", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  const { requires } = await import("../../../src/http/middleware/permissions.ts");
  app.get("/api/things/archive", (c) => c.text("secret"));
  app.get("/api/things/:id", requires("administer").middleware, (c) => c.text("thing"));
  const token = await tokenFor(ports, 1, "ADMIN");
  expect((await sendJson(app, "GET", "/api/things/archive", { token })).status).toBe(403);
  expect(await (await sendJson(app, "GET", "/api/things/7", { token })).text()).toBe("thing");
  await ports.close();
});
