import { expect, test } from "bun:test";
import { withApp } from "../../../support/app.ts";
import { beforeNextCommit } from "../../../support/faults/before-next-commit.ts";
import { PASSWORD, people } from "../../../support/people.ts";
import { countingPasswords } from "../../../support/ports-with-admin.ts";

const hashing = () => ({ passwords: countingPasswords() });

test("the users of a company are a bare array with the fields that the old client reads", () =>
  withApp(async (service) => {
    const { ask } = people(service);
    const users = await ask(200, "GET", "/api/users");
    expect(users.map(({ id }: { id: number }) => id)).toEqual([1, 11, 12, 13, 14]);
    expect(users[2]).toEqual({
      id: 12,
      email: "pessoa12@example.com",
      name: "Pessoa 12",
      role: "OPERADOR",
      active: true,
      accepted: true,
      invited_until: null,
      created_at: expect.stringMatching(/Z$/),
    });
  }, hashing()));

test("a user is made with a password as the old client sends it, and logs in", () =>
  withApp(async (service) => {
    const { ask, login } = people(service);
    const sent = { name: "", email: "Ana@Loja.Example", password: PASSWORD, role: "GERENTE" };
    const made = await ask(201, "POST", "/api/users", { json: sent });
    expect(made).toMatchObject({
      email: "ana@loja.example",
      name: null,
      active: true,
      invite: null,
    });
    const { user, companies } = await login("ana@loja.example");
    expect(user).toMatchObject({ id: made.id, role: "GERENTE", active: true });
    expect(companies).toMatchObject([{ id: 1, role: "GERENTE" }]);
    expect((await ask(409, "POST", "/api/users", { json: sent })).code).toBe("user.exists");
  }, hashing()));

test("a user whose id others take each time first is not made, and may be asked for again", () =>
  withApp(async (service) => {
    const { ask } = people(service);
    const sent = { email: "ana@loja.example", password: PASSWORD, role: "GERENTE" };
    const { writer } = service.ports;
    const commit = writer.commit.bind(writer);
    let others = 0;
    writer.commit = async (job, signal) => {
      others += 1;
      await commit({
        statements: [
          {
            sql: `insert into users (id, company, name, email, password_hash, role, active, token_version, created_at, updated_at)
              select max(id) + 1, 2, 'x', 'x' || ?1 || '@x.example', 'none', 'OPERADOR', 1, 1, 0, 0 from users`,
            args: [others],
          },
        ],
        read: () => undefined,
      });
      return commit(job, signal);
    };
    const answer = await service.send("POST", "/api/users", { json: sent });
    writer.commit = commit;
    expect([answer.status, answer.body.code]).toEqual([503, "overloaded"]);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(others).toBe(6);
    expect((await ask(201, "POST", "/api/users", { json: sent })).email).toBe(sent.email);
  }, hashing()));

test("a user who is changed each time first is not changed, and the reason is not the last administrator", () =>
  withApp(async (service) => {
    const { writer } = service.ports;
    const commit = writer.commit.bind(writer);
    let others = 0;
    writer.commit = async (job, signal) => {
      others += 1;
      await commit({
        statements: [
          {
            sql: "update memberships set role = ?1 where company = 1 and user_id = 12",
            args: [others % 2 === 0 ? "OPERADOR" : "VISUALIZADOR"],
          },
        ],
        read: () => undefined,
      });
      return commit(job, signal);
    };
    const json = { role: "GERENTE" };
    const answer = await service.send("PUT", "/api/users/12", { json });
    writer.commit = commit;
    expect([answer.status, answer.body.code]).toEqual([503, "overloaded"]);
    expect((await service.send("PUT", "/api/users/12", { json })).body.role).toBe("GERENTE");
  }, hashing()));

test("a user is not made with a bad e-mail, a blank or weak password, or an unknown role", () =>
  withApp(async (service) => {
    const { ask } = people(service);
    const good = { email: "a@b.example", password: PASSWORD, role: "OPERADOR" };
    for (const bad of [
      { email: "" },
      { email: "a@b" },
      { email: "a.b" },
      { password: "" },
      { password: "curta" },
      { role: "DONO" },
    ])
      expect(
        typeof (await ask(400, "POST", "/api/users", { json: { ...good, ...bad } })).error,
      ).toBe("string");
    expect(await ask(200, "GET", "/api/users")).toHaveLength(5);
  }, hashing()));

test("an invited person chooses a password with the link, once, within 72 hours", () =>
  withApp(async (service) => {
    const { ask, login, accept } = people(service);
    const json = { email: "ana@loja.example", role: "OPERADOR", invite: true };
    const { id, active, invite } = await ask(201, "POST", "/api/users", { json });
    expect(active).toBe(false);
    await login("ana@loja.example", {}, 401);
    expect((await accept(invite.token, "curta", 400)).code).toBe("auth.weak_password");
    const renewed = await ask(201, "POST", `/api/users/${id}/invite`);
    expect((await accept(invite.token, PASSWORD, 404)).code).toBe("invite.not_found");
    expect(await accept(renewed.token)).toMatchObject({ email: json.email, company: { id: 1 } });
    await login("ana@loja.example");
    await accept(renewed.token, PASSWORD, 404);
    const late = await ask(201, "POST", `/api/users/${id}/invite`);
    service.ports.clock.advance(72 * 3_600_000);
    await accept(late.token, PASSWORD, 404);
    const stored = await service.rows("select * from memberships where invite_hash is not null");
    expect(JSON.stringify(stored)).not.toContain(late.token);
  }, hashing()));

test("an invitation that is taken back opens no account, and is taken back once", () =>
  withApp(async (service) => {
    const { ask, accept } = people(service);
    for (const [n, method, json, status] of [
      [1, "DELETE", undefined, 204],
      [2, "PUT", { active: false }, 200],
    ] as const) {
      const email = `convite${n}@loja.example`;
      const invited = { email, role: "OPERADOR", invite: true };
      const { id, invite } = await ask(201, "POST", "/api/users", { json: invited });
      for (const _ of [1, 2]) await ask(status, method, `/api/users/${id}`, { json });
      await accept(invite.token, PASSWORD, 404);
      const all = await ask(200, "GET", "/api/users");
      expect(all.find((user: { id: number }) => user.id === id)).toMatchObject({
        active: false,
        invited_until: null,
      });
      const lines = await service.rows(
        "select 1 from audit where entity_id = ?1 and action in ('user.deactivate', 'user.update')",
        [String(id)],
      );
      expect([method, lines.length]).toEqual([method, 1]);
    }
  }, hashing()));

test("an invitation stays open while its person gets another name, e-mail or role", () =>
  withApp(async (service) => {
    const { ask, accept, login } = people(service);
    const invited = { email: "ana@loja.example", role: "OPERADOR", invite: true };
    const { id, invite } = await ask(201, "POST", "/api/users", { json: invited });
    const email = "ana.maria@loja.example";
    for (const json of [{ name: "Ana" }, { email }, { role: "GERENTE" }, { role: "GERENTE" }])
      await ask(200, "PUT", `/api/users/${id}`, { json });
    expect(await accept(invite.token)).toMatchObject({ email });
    expect((await login(email)).user).toMatchObject({ name: "Ana", role: "GERENTE" });
  }, hashing()));

test("an e-mail that two requests give to one user at once is that user's", () =>
  withApp(async (service) => {
    const { ask } = people(service);
    const json = { email: "outro@loja.example" };
    const first = { ...json, role: "GERENTE" };
    beforeNextCommit(service.ports, () => ask(200, "PUT", "/api/users/12", { json: first }));
    expect(await ask(200, "PUT", "/api/users/12", { json })).toMatchObject(first);
  }, hashing()));

test("a change of a user keeps what was not sent, and an empty password", () =>
  withApp(async (service) => {
    const { ask, login, make } = people(service);
    const { id } = await make("ana@loja.example", "OPERADOR");
    const form = { name: "Ana", email: "ana@loja.example", password: "", role: "GERENTE" };
    expect(await ask(200, "PUT", `/api/users/${id}`, { json: form })).toMatchObject({
      name: "Ana",
      role: "GERENTE",
      active: true,
    });
    await login("ana@loja.example");
    const off = await ask(200, "PUT", `/api/users/${id}`, { json: { active: false } });
    expect(off).toMatchObject({ name: "Ana", role: "GERENTE", active: false });
    await login("ana@loja.example", {}, 401);
    await ask(200, "PUT", `/api/users/${id}`, { json: { active: true } });
    await login("ana@loja.example");
    const taken = { email: "pessoa12@example.com" };
    expect((await ask(409, "PUT", `/api/users/${id}`, { json: taken })).code).toBe("user.exists");
    await ask(404, "PUT", "/api/users/999", { json: { name: "x" } });
  }, hashing()));

test("another role, a new password and a deactivation each end the tokens that were issued before", () =>
  withApp(async (service) => {
    const { ask, bearer, login, make } = people(service);
    const { id } = await make("ana@loja.example", "OPERADOR");
    const changes = [
      { role: "GERENTE" },
      { password: PASSWORD },
      { active: false },
      { active: true },
    ];
    for (const json of changes.slice(0, 3)) {
      const { token } = await login("ana@loja.example");
      await ask(200, "GET", "/api/stock", bearer(token));
      await ask(200, "PUT", `/api/users/${id}`, { json });
      await ask(401, "GET", "/api/stock", bearer(token));
      if (json.active === false) {
        await ask(200, "PUT", `/api/users/${id}`, { json: { active: true } });
        await ask(401, "GET", "/api/stock", bearer(token));
      }
    }
  }, hashing()));

test("a deactivated user stays in the list, and a second deactivation writes nothing", () =>
  withApp(async (service) => {
    const { ask } = people(service);
    await ask(204, "DELETE", "/api/users/12");
    await ask(204, "DELETE", "/api/users/12");
    await ask(401, "GET", "/api/stock", { as: "OPERADOR" });
    expect((await ask(200, "GET", "/api/users"))[2]).toMatchObject({ id: 12, active: false });
    const lines = await service.rows("select user_id from audit where action = 'user.deactivate'");
    expect(lines).toEqual([{ user_id: 14 }]);
    await ask(404, "DELETE", "/api/users/999");
  }, hashing()));

test("the last active administrator is neither deactivated nor given another role", () =>
  withApp(async (service) => {
    const { ask } = people(service);
    await ask(204, "DELETE", "/api/users/1");
    for (const json of [{ active: false }, { role: "GERENTE" }])
      expect((await ask(409, "PUT", "/api/users/14", { json })).code).toBe("user.last_admin");
    expect((await ask(409, "DELETE", "/api/users/14")).code).toBe("user.last_admin");
    await ask(200, "PUT", "/api/users/11", { json: { role: "ADMIN" } });
    await ask(204, "DELETE", "/api/users/14");
  }, hashing()));

test("two administrators who deactivate each other at once leave one", () =>
  withApp(async (service) => {
    const { ask } = people(service);
    await ask(204, "DELETE", "/api/users/1");
    await ask(200, "PUT", "/api/users/13", { json: { role: "ADMIN" } });
    beforeNextCommit(service.ports, async () => {
      await ask(204, "DELETE", "/api/users/13");
    });
    expect((await ask(409, "DELETE", "/api/users/14")).code).toBe("user.last_admin");
    const [left] = await service.rows(
      "select count(*) as n from memberships where company = 1 and role = 'ADMIN' and active = 1",
    );
    expect(left).toEqual({ n: 1 });
  }, hashing()));

test("an API key reads the users and writes none", () =>
  withApp(async (service) => {
    const { ask, bearer } = people(service);
    const { key } = await ask(201, "POST", "/api/keys", { json: { name: "k", role: "ADMIN" } });
    await ask(200, "GET", "/api/users", bearer(key));
    const json = { email: "a@b.example", role: "ADMIN", password: PASSWORD };
    for (const [method, path] of [
      ["POST", "/api/users"],
      ["PUT", "/api/users/12"],
      ["DELETE", "/api/users/12"],
      ["POST", "/api/users/12/invite"],
    ] as const)
      await ask(403, method, path, {
        ...bearer(key),
        ...(method === "PUT" || path === "/api/users" ? { json } : {}),
      });
  }, hashing()));
