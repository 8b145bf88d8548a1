import { expect, test } from "bun:test";
import { accountsApp, sendJson } from "../../support/http/accounts-app.ts";
import { addUser, portsWithAdmin, tokenFor } from "../../support/ports-with-admin.ts";

const limited = { config: { RATE_LIMIT_PER_SECOND: 10, RATE_LIMIT_BURST: 20 } };

test("a user may send twenty requests at once and ten per second, as the headers say", async () => {
  const ports = await portsWithAdmin(limited);
  const app = accountsApp(ports);
  const token = await tokenFor(ports, 1, "ADMIN");
  const get = () => sendJson(app, "GET", "/api/company", { token });
  const first = await get();
  expect(first.status).toBe(200);
  expect(first.headers.get("ratelimit-policy")).toBe("20;w=2");
  expect(first.headers.get("ratelimit")).toBe("limit=20, remaining=19, reset=1");
  for (let n = 1; n < 20; n++) expect((await get()).status).toBe(200);
  const refused = await get();
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(refused.headers.get("ratelimit")).toBe("limit=20, remaining=0, reset=1");
  expect(refused.headers.get("ratelimit-policy")).toBe("20;w=2");
  expect(refused.headers.get("content-type")).toStartWith("application/problem+json");
  expect(JSON.parse(await refused.text())).toMatchObject({ code: "rate_limited", status: 429 });
  ports.clock.advance(100);
  expect((await get()).status).toBe(200);
  expect((await get()).status).toBe(429);
  await ports.close();
});

test("S8: the rate limit of one user does not affect another at the same address", async () => {
  const ports = await portsWithAdmin(limited);
  const app = accountsApp(ports);
  const id = await addUser(ports, { email: "bia@loja.example", role: "ADMIN" });
  const [first, second] = [await tokenFor(ports, 1, "ADMIN"), await tokenFor(ports, id, "ADMIN")];
  for (let n = 0; n < 21; n++) await sendJson(app, "GET", "/api/company", { token: first });
  expect((await sendJson(app, "GET", "/api/company", { token: first })).status).toBe(429);
  expect((await sendJson(app, "GET", "/api/company", { token: second })).status).toBe(200);
  await ports.close();
});

test("a request refused with 403 counts and carries the RateLimit headers", async () => {
  const ports = await portsWithAdmin(limited);
  const id = await addUser(ports, { email: "bia@loja.example", role: "VISUALIZADOR" });
  const token = await tokenFor(ports, id, "VISUALIZADOR");
  const response = await sendJson(accountsApp(ports), "GET", "/api/company", { token });
  expect(response.status).toBe(403);
  expect(response.headers.get("ratelimit")).toBe("limit=20, remaining=19, reset=1");
  await ports.close();
});

test("a rate or a burst of 0 disables the rate limit, but not the login limits", async () => {
  for (const off of [{ RATE_LIMIT_PER_SECOND: 0 }, { RATE_LIMIT_BURST: 0 }]) {
    const ports = await portsWithAdmin({ config: { ...limited.config, ...off } });
    const app = accountsApp(ports);
    const token = await tokenFor(ports, 1, "ADMIN");
    const statuses = new Set<number>();
    for (let n = 0; n < 30; n++)
      statuses.add((await sendJson(app, "GET", "/api/company", { token })).status);
    expect([...statuses]).toEqual([200]);
    const body = { email: "ninguem@x.example", password: "x" };
    for (let n = 0; n < 5; n++) await sendJson(app, "POST", "/api/login", { body });
    expect((await sendJson(app, "POST", "/api/login", { body })).status).toBe(429);
    await ports.close();
  }
});

test("requests without a token take nothing from any user's bucket", async () => {
  const ports = await portsWithAdmin(limited);
  const app = accountsApp(ports);
  for (let n = 0; n < 30; n++) await sendJson(app, "GET", "/api/company", { token: "forged" });
  const token = await tokenFor(ports, 1, "ADMIN");
  const response = await sendJson(app, "GET", "/api/company", { token });
  expect(response.headers.get("ratelimit")).toBe("limit=20, remaining=19, reset=1");
  await ports.close();
});
