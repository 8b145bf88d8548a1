import { expect, test } from "bun:test";
import { accountsApp, sendJson } from "../../../support/http/accounts-app.ts";
import { ADMIN, addUser, portsWithAdmin } from "../../../support/ports-with-admin.ts";

const LOGIN = "/api/login";
const bodyOf = async (response: Response) => JSON.parse(await response.text());
const withoutRequest = ({ request_id: _, ...rest }: Record<string, unknown>) => rest;

test("a login answers with a token and its user, as S.G.E. did", async () => {
  const ports = await portsWithAdmin();
  const response = await sendJson(accountsApp(ports), "POST", LOGIN, { body: ADMIN });
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  const { token, user } = await bodyOf(response);
  expect(token.split(".")).toHaveLength(3);
  expect(user).toEqual({
    id: 1,
    name: "Administrador",
    email: ADMIN.email,
    role: "ADMIN",
    active: true,
    created_at: "2026-11-23T12:00:00.000Z",
  });
  await ports.close();
});

test("a user without a name is shown without one", async () => {
  const ports = await portsWithAdmin();
  await addUser(ports, { email: "bia@loja.example", role: "OPERADOR", password: "senha da bia" });
  const response = await sendJson(accountsApp(ports), "POST", LOGIN, {
    body: { email: "bia@loja.example", password: "senha da bia" },
  });
  expect((await bodyOf(response)).user).not.toHaveProperty("name");
  await ports.close();
});

test("S9: unknown address, wrong password and inactive user get the same answer", async () => {
  const ports = await portsWithAdmin();
  await addUser(ports, {
    email: "ex@loja.example",
    role: "OPERADOR",
    active: false,
    password: ADMIN.password,
  });
  const app = accountsApp(ports);
  const answers = [];
  for (const body of [
    { email: "ninguem@loja.example", password: ADMIN.password },
    { email: ADMIN.email, password: "errada errada" },
    { email: "ex@loja.example", password: ADMIN.password },
  ]) {
    const response = await sendJson(app, "POST", LOGIN, { body });
    answers.push({ status: response.status, ...withoutRequest(await bodyOf(response)) });
  }
  expect(answers[0]).toMatchObject({ status: 401, code: "auth.invalid_credentials" });
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  await ports.close();
});

test("S7: a forged X-Forwarded-For allows no more login attempts", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  const statuses = [];
  for (let n = 0; n < 6; n++) {
    const response = await sendJson(app, "POST", LOGIN, {
      body: { email: `u${n}@x.example`, password: "x" },
      headers: { "x-forwarded-for": `203.0.113.${n}`, "x-real-ip": `203.0.113.${n}` },
    });
    statuses.push(response.status);
    if (response.status === 429) {
      expect(response.headers.get("retry-after")).toBe("12");
      expect(await bodyOf(response)).toMatchObject({ code: "rate_limited", status: 429 });
    }
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  await ports.close();
});

test("a login with missing or invalid members is 400 with their names", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  for (const body of [
    {},
    { email: ADMIN.email },
    { ...ADMIN, password: 12345678910 },
    { ...ADMIN, email: { $ne: "" } },
    { ...ADMIN, password: "x".repeat(1_025) },
  ]) {
    const response = await sendJson(app, "POST", LOGIN, { body });
    expect(response.status).toBe(400);
    const problem = await bodyOf(response);
    expect(problem.code).toBe("request.invalid");
    expect(["/email", "/password"]).toContain(problem.errors[0].path);
  }
  expect(ports.passwords.calls.verify).toBe(0);
  await ports.close();
});

test("S5: a logout revokes every token of the user", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  const tokens = [];
  for (let n = 0; n < 2; n++) {
    tokens.push((await bodyOf(await sendJson(app, "POST", LOGIN, { body: ADMIN }))).token);
    ports.clock.advance(1_000);
  }
  const [first, second] = tokens;
  const response = await sendJson(app, "POST", "/api/logout", { token: second });
  expect([response.status, await response.text()]).toEqual([204, ""]);
  for (const token of [first, second]) {
    const refused = await sendJson(app, "POST", "/api/logout", { token });
    expect(refused.status).toBe(401);
    expect((await bodyOf(refused)).code).toBe("auth.invalid_token");
  }
  await ports.close();
});

test("every role may change its own password, and only the answer's token stays valid", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  await addUser(ports, {
    email: "ver@loja.example",
    role: "VISUALIZADOR",
    password: "senha velha",
  });
  const credentials = { email: "ver@loja.example", password: "senha velha" };
  const { token } = await bodyOf(await sendJson(app, "POST", LOGIN, { body: credentials }));
  const body = { current_password: "senha velha", new_password: "uma senha bem nova" };
  const changed = await sendJson(app, "PUT", "/api/me/password", { token, body });
  expect([changed.status, changed.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const renewed = (await bodyOf(changed)).token;
  expect((await sendJson(app, "PUT", "/api/me/password", { token, body })).status).toBe(401);
  const again = await sendJson(app, "PUT", "/api/me/password", {
    token: renewed,
    body: { current_password: "uma senha bem nova", new_password: "curta" },
  });
  expect(again.status).toBe(400);
  expect(await bodyOf(again)).toMatchObject({ code: "auth.weak_password" });
  await ports.close();
});

test("a wrong current password is 400, not 401", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  const { token } = await bodyOf(await sendJson(app, "POST", LOGIN, { body: ADMIN }));
  const body = { current_password: "errada errada", new_password: "uma senha bem nova" };
  const response = await sendJson(app, "PUT", "/api/me/password", { token, body });
  expect(response.status).toBe(400);
  expect(await bodyOf(response)).toMatchObject({
    code: "auth.wrong_password",
    error: "A senha atual não confere",
  });
  await ports.close();
});

test("S13: a change of password accepts its two members only", async () => {
  const ports = await portsWithAdmin();
  const app = accountsApp(ports);
  const { token } = await bodyOf(await sendJson(app, "POST", LOGIN, { body: ADMIN }));
  const body = {
    current_password: ADMIN.password,
    new_password: "uma senha bem nova",
    role: "ADMIN",
  };
  const response = await sendJson(app, "PUT", "/api/me/password", { token, body });
  expect(response.status).toBe(422);
  expect((await sendJson(app, "POST", "/api/logout", { token })).status).toBe(204);
  await ports.close();
});
