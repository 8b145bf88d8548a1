import { expect, test } from "bun:test";
import { issueToken } from "../../../../src/accounts/token.ts";
import { canStillRead } from "../../../../src/http/stream/revocation.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { browserOf, OWNED, OWNER } from "../../../support/http/browser.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const withOwner = (body: (service: TestApp) => Promise<void>, config: object = {}) =>
  withApp(body, { config: { ...OWNED, ...config } });

test("a session is opened without a token that a script could read, and its cookie reads and writes", () =>
  withOwner(async (service) => {
    const browser = browserOf(service);
    expect((await browser.ask("GET", "/api/session")).status).toBe(401);
    const opened = await browser.enter();
    expect([opened.status, opened.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(Object.keys(opened.body)).toEqual(["user", "company", "companies", "expires_at"]);
    expect(opened.body).toMatchObject({
      user: { email: OWNER.email, role: "ADMIN" },
      company: { id: 1 },
      expires_at: "2026-11-24T00:00:00.000Z",
    });
    const [line = ""] = opened.headers.getSetCookie();
    expect(line.replace(/^sge=[\w.-]+;/, "")).toBe(
      " Max-Age=43200; Path=/; HttpOnly; SameSite=Strict",
    );
    expect(opened.text).not.toContain(String(browser.cookie?.slice(4)));

    expect((await browser.ask("GET", "/api/session")).body).toEqual(opened.body);
    const read = await browser.ask("GET", "/api/stock");
    expect([read.status, read.headers.get("vary")]).toEqual([
      200,
      "Authorization, Cookie, Accept, Origin",
    ]);
    const made = await browser.ask("POST", "/api/categories", { json: { name: "Frutas" } });
    expect(made.status).toBe(201);
  }));

test("the cookie is bound to its host and to https, but in development on this machine", async () => {
  for (const [config, host, cookie] of [
    [{ APP_ENV: "production" }, "localhost:8003", /^__Host-sge=.*; Secure/],
    [{ APP_ENV: "development" }, "loja.example", /^__Host-sge=.*; Secure/],
    [{ APP_ENV: "development" }, "127.0.0.1:8003", /^sge=(?!.*Secure)/],
    [{ APP_ENV: "development" }, "[::1]:8003", /^sge=(?!.*Secure)/],
    [{ APP_ENV: "development" }, "localhost.evil.example", /^__Host-sge=.*; Secure/],
  ] as const)
    await withOwner(async (service) => {
      const opened = await browserOf(service, host).enter();
      expect(opened.headers.getSetCookie().join("\n")).toMatch(cookie);
    }, config);
});

test("a token in the header counts before the cookie, and needs no page of ours", () =>
  withOwner(async (service) => {
    const browser = browserOf(service);
    await browser.enter();
    const as = (token: string) => ({
      from: { origin: "https://mau.example", "sec-fetch-site": "cross-site" },
      headers: { authorization: `Bearer ${token}` },
    });
    expect(
      (await browser.ask("GET", "/api/company", as(service.tokenOf("OPERADOR")))).body.code,
    ).toBe("auth.forbidden");
    expect((await browser.ask("GET", "/api/company", as("x.y.z"))).status).toBe(401);
    for (const method of ["GET", "DELETE"]) {
      const answer = await browser.ask(method, "/api/session", as(service.tokenOf("ADMIN")));
      expect([answer.status, answer.body.code]).toEqual([404, "session.not_found"]);
    }
  }));

test("a cookie holds a session, and neither an API key nor the token of a program", () =>
  withOwner(async (service) => {
    const browser = browserOf(service);
    const { body } = await service.send("POST", "/api/keys", {
      json: { name: "k", role: "ADMIN" },
    });
    for (const token of [service.tokenOf("ADMIN"), body.key, "", "x.y.z"]) {
      browser.cookie = `sge=${token}`;
      const answer = await browser.ask("GET", "/api/stock");
      expect([token, answer.status]).toEqual([token, 401]);
    }
  }));

test("a session lasts while its browser asks, 12 hours without a request, and 30 days at most", () =>
  withOwner(async (service) => {
    const { clock } = service.ports;
    const browser = browserOf(service);
    await browser.enter();
    const first = browser.cookie;
    clock.advance(59 * MINUTE);
    await browser.ask("GET", "/api/stock");
    expect(browser.cookie).toBe(first);
    clock.advance(2 * MINUTE);
    await browser.ask("HEAD", "/api/notifications/stream");
    expect(browser.cookie).toBe(first);
    const renewed = await browser.ask("GET", "/api/session");
    expect(browser.cookie).not.toBe(first);
    expect(renewed.body.expires_at).toBe("2026-11-24T01:01:00.000Z");
    // A cached answer and a refusal renew it too.
    for (const [method, path, status] of [
      ["GET", "/api/stock", 200],
      ["GET", "/api/nothing", 404],
    ] as const) {
      clock.advance(2 * HOUR);
      const before = browser.cookie;
      expect((await browser.ask(method, path)).status).toBe(status);
      expect(browser.cookie).not.toBe(before);
    }

    const left = browserOf(service);
    await left.enter();
    clock.advance(12 * HOUR);
    expect((await left.ask("GET", "/api/stock")).status).toBe(401);

    const long = browserOf(service);
    await long.enter();
    const end = clock.now() + 30 * DAY;
    while (clock.now() < end - 11 * HOUR) {
      clock.advance(11 * HOUR);
      expect((await long.ask("GET", "/api/session")).status).toBe(200);
    }
    const { expires_at } = (await long.ask("GET", "/api/session")).body;
    expect(Date.parse(expires_at)).toBe(end);
    clock.set(end);
    expect((await long.ask("GET", "/api/session")).status).toBe(401);
  }));

test("leaving ends the session of this browser, on each of its requests, and no other one", () =>
  withOwner(async (service) => {
    const [here, there] = [browserOf(service), browserOf(service)];
    await here.enter();
    await there.enter();
    const copied = here.cookie;
    const reads = canStillRead(service.ports, String(copied).slice(4), 1);
    expect(await reads).toBe(true);
    service.ports.clock.advance(2 * HOUR);
    const left = await here.ask("DELETE", "/api/session");
    expect([left.status, left.text, here.cookie]).toEqual([204, "", null]);
    expect(left.headers.get("clear-site-data")).toBe('"cache"');
    here.cookie = copied;
    const late = await here.ask("GET", "/api/stock");
    expect([late.status, late.body.code, here.cookie]).toEqual([401, "auth.invalid_token", copied]);
    expect(await canStillRead(service.ports, String(copied).slice(4), 1)).toBe(false);
    expect((await there.ask("GET", "/api/stock")).status).toBe(200);
    expect((await service.send("GET", "/api/stock")).status).toBe(200);
    const [line] = await service.rows("select user_id from audit where action = 'session.end'");
    expect(line?.user_id).toBe(1);
  }));

test("a session that ended is remembered while a token of it may be there, and 200 of a person at most", () =>
  withOwner(async (service) => {
    const remembered = async () => {
      const [row] = await service.rows(
        "select ended_sessions, token_version from users where id = 1",
      );
      const ended: object = JSON.parse(String(row?.ended_sessions));
      return [Object.keys(ended).length, row?.token_version];
    };
    const leave = async () => {
      const browser = browserOf(service);
      await browser.enter();
      expect((await browser.ask("DELETE", "/api/session")).status).toBe(204);
    };
    const [, version] = await remembered();
    await leave();
    await leave();
    expect(await remembered()).toEqual([2, version]);
    service.ports.clock.advance(12 * HOUR);
    await leave();
    expect(await remembered()).toEqual([1, version]);

    await service.ports.writer.commit({
      statements: [
        {
          sql: `update users set ended_sessions = (with recursive n(i) as (select 1 union all select i + 1 from n where i < 200)
            select json_group_object('s' || i, ?1) from n) where id = 1`,
          args: [service.ports.clock.now() + HOUR],
        },
      ],
      read: () => undefined,
    });
    const other = browserOf(service);
    await other.enter();
    await leave();
    expect(await remembered()).toEqual([1, Number(version) + 1]);
    expect((await other.ask("GET", "/api/stock")).status).toBe(401);
  }));

test("another company of the person is chosen by the cookie, and a page of the first one writes nothing into it", () =>
  withOwner(async (service) => {
    await service.ports.writer.commit({
      statements: [
        {
          sql: `insert into memberships (company, user_id, role, active, accepted_at, created_at, updated_at)
            values (2, 1, 'GERENTE', 1, 0, 0, 0)`,
          args: [],
        },
      ],
      read: () => undefined,
    });
    const browser = browserOf(service);
    await browser.enter();
    const chosen = await browser.ask("POST", "/api/session/company", { json: { company: 2 } });
    expect([chosen.status, chosen.body]).toEqual([200, {}]);
    const { body } = await browser.ask("GET", "/api/session");
    expect([body.company.id, body.company.role, body.companies.length]).toEqual([2, "GERENTE", 2]);

    const category = { json: { name: "Da primeira" } };
    const old = await browser.ask("POST", "/api/categories", {
      ...category,
      headers: { "x-company": "1" },
    });
    expect([old.status, old.body.code, old.body.company]).toEqual([
      409,
      "session.other_company",
      2,
    ]);
    expect(await service.rows("select 1 from categories")).toEqual([]);
    const own = { ...category, headers: { "x-company": "2" } };
    expect((await browser.ask("POST", "/api/categories", own)).status).toBe(201);

    // Leaving ends what the cookie was in both companies.
    const { cookie } = browser;
    await browser.ask("DELETE", "/api/session");
    browser.cookie = cookie;
    expect((await browser.ask("GET", "/api/stock")).status).toBe(401);
  }));

test("a page that was opened for another person writes nothing under the name of who has entered since", () =>
  withOwner(async (service) => {
    const browser = browserOf(service);
    await browser.enter();
    const { body } = await browser.ask("GET", "/api/session");
    const made = (person: number) =>
      browser.ask("POST", "/api/categories", {
        json: { name: "Da primeira pessoa" },
        headers: { "x-person": String(person), "x-company": "1" },
      });
    const old = await made(body.user.id + 1);
    expect([old.status, old.body.code]).toEqual([409, "session.other_person"]);
    expect(await service.rows("select 1 from categories")).toEqual([]);
    expect((await made(body.user.id)).status).toBe(201);
  }));

test("another password keeps this browser in by a new cookie, and ends every other session", () =>
  withOwner(async (service) => {
    const [here, there] = [browserOf(service), browserOf(service)];
    await here.enter();
    await there.enter();
    const changed = await here.ask("PUT", "/api/me/password", {
      json: { current_password: OWNER.password, new_password: "outra senha de verdade" },
    });
    expect([changed.status, changed.body]).toEqual([200, {}]);
    expect((await here.ask("GET", "/api/session")).status).toBe(200);
    expect((await there.ask("GET", "/api/session")).status).toBe(401);
    expect((await here.ask("POST", "/api/logout")).status).toBe(204);
    expect(here.cookie).toBeNull();
  }));

test("a session is opened under the limits and with the audit of a login", () =>
  withOwner(async (service) => {
    const wrong = await browserOf(service).enter({ ...OWNER, password: "errada, a senha" });
    expect([wrong.status, wrong.body.code]).toEqual([401, "auth.invalid_credentials"]);
    expect(wrong.headers.getSetCookie()).toEqual([]);
    const actions = await service.rows("select action from audit where action like 'login%'");
    expect(actions).toEqual([{ action: "login.failed" }]);
    let refused = 0;
    for (let n = 0; n < 12; n++)
      if ((await browserOf(service).enter({ ...OWNER, password: `errada ${n}` })).status === 429)
        refused += 1;
    expect(refused).toBeGreaterThan(0);
    const late = await browserOf(service).ask("POST", "/api/login", { json: OWNER });
    expect(late.status).toBe(429);
  }));

test("the token of a login is good in a header and not in a cookie", () =>
  withOwner(async (service) => {
    const browser = browserOf(service);
    await browser.enter();
    const user = { id: 1, company: 1, email: OWNER.email, role: "ADMIN" as const, tokenVersion: 1 };
    const token = await issueToken(
      String(service.ports.config.JWT_SECRET),
      user,
      service.ports.clock.now(),
    );
    expect(
      (
        await service.send("GET", "/api/stock", {
          as: "anonymous",
          headers: { authorization: `Bearer ${token}` },
        })
      ).status,
    ).toBe(200);
    browser.cookie = `sge=${token}`;
    expect((await browser.ask("GET", "/api/stock")).status).toBe(401);
  }));
