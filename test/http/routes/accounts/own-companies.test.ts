import { expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../../../src/synthetic/zip.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { beforeNextCommit } from "../../../support/faults/before-next-commit.ts";
import { PASSWORD, people } from "../../../support/people.ts";
import { countingPasswords } from "../../../support/ports-with-admin.ts";

const hashing = () => ({ passwords: countingPasswords() });
const ANA = "ana@loja.example";

/** Ana is OPERADOR of company 1 and was invited to company 2 as GERENTE. */
async function invited(service: TestApp) {
  const { ask, make } = people(service);
  const { id } = await make(ANA, "OPERADOR");
  const json = { email: ANA, role: "GERENTE", password: "uma senha que ninguém usa" };
  const { invite, ...user } = await ask(201, "POST", "/api/users", { as: "otherCompany", json });
  return { id, invite, user };
}

/** Ana belongs to both. */
async function member(service: TestApp): Promise<number> {
  const { id, invite } = await invited(service);
  await people(service).accept(invite.token);
  return id;
}

test("a person of another company keeps the password and enters only after accepting with it", () =>
  withApp(async (service) => {
    const { ask, login, accept } = people(service);
    const { invite, user } = await invited(service);
    expect(user).toMatchObject({ name: null, active: false, accepted: false });
    expect((await login(ANA)).companies).toHaveLength(1);
    await login(ANA, { company: 2 }, 404);
    const at = `/api/users/${user.id}`;
    const as = "otherCompany" as const;
    const switched = await ask(409, "PUT", at, { as, json: { active: true } });
    expect(switched.code).toBe("user.not_accepted");
    expect((await accept(invite.token, "uma senha que ninguém usa", 400)).code).toBe(
      "auth.wrong_password",
    );
    expect(service.ports.logged.filter(({ event }) => event === "password.failed")).toMatchObject([
      { level: "warn", user: user.id, company: 2 },
    ]);
    await accept(invite.token);
    const { companies } = await login(ANA);
    expect(companies.map(({ id, role }: { id: number; role: string }) => [id, role])).toEqual([
      [1, "OPERADOR"],
      [2, "GERENTE"],
    ]);
  }, hashing()));

test("an invitation is answered alike, after the same work, for a new person and for one of another company", () => {
  const passwords = countingPasswords();
  return withApp(
    async (service) => {
      const { ask, make } = people(service);
      await make(ANA, "OPERADOR");
      service.ports.clock.advance(3_600_000);
      const answers = [];
      for (const email of [ANA, "nova@loja.example"]) {
        const before = passwords.calls.hash;
        const json = { email, role: "GERENTE", name: "Ana", invite: true };
        const {
          id,
          email: _,
          ...rest
        } = await ask(201, "POST", "/api/users", {
          as: "otherCompany",
          json,
        });
        const hashed = passwords.calls.hash - before;
        answers.push({
          ...rest,
          hashed,
          invite: { ...rest.invite, token: rest.invite.token.length },
        });
      }
      expect(answers[0]).toEqual(answers[1]);
    },
    { passwords },
  );
});

test("a person chooses the company: by login, by a call, and the next login begins where the last choice was", () =>
  withApp(async (service) => {
    const { ask, bearer, login } = people(service);
    await member(service);
    const first = await login(ANA);
    expect((await ask(200, "GET", "/api/me", bearer(first.token))).company.id).toBe(1);
    const json = { company: 2 };
    const { token } = await ask(200, "POST", "/api/session/company", {
      ...bearer(first.token),
      json,
    });
    const me = await ask(200, "GET", "/api/me", bearer(token));
    expect(me).toMatchObject({
      user: { email: ANA, role: "GERENTE" },
      api_key: null,
      company: { id: 2, role: "GERENTE" },
    });
    expect(me.companies).toHaveLength(2);
    expect((await ask(200, "GET", "/api/me", bearer(first.token))).company.id).toBe(1);
    expect((await login(ANA)).user.role).toBe("GERENTE");
    expect((await login(ANA, { company: 1 })).user.role).toBe("OPERADOR");
    expect((await login(ANA)).user.role).toBe("OPERADOR");
    await ask(404, "POST", "/api/session/company", { ...bearer(token), json: { company: 3 } });
    await ask(404, "POST", "/api/session/company", { as: "OPERADOR", json });
    const lines = await service.rows(
      "select company, detail from audit where action = 'session.company'",
    );
    expect(lines).toEqual([{ company: 2, detail: '{"from":1}' }]);
  }, hashing()));

test("the end of one membership ends its tokens, and leaves those of the other company", () =>
  withApp(async (service) => {
    const { ask, bearer, login } = people(service);
    const id = await member(service);
    const one = (await login(ANA, { company: 1 })).token;
    const two = (await login(ANA, { company: 2 })).token;
    await ask(204, "DELETE", `/api/users/${id}`, { as: "otherCompany" });
    await ask(401, "GET", "/api/stock", bearer(two));
    await ask(200, "GET", "/api/stock", bearer(one));
    await ask(404, "POST", "/api/session/company", { ...bearer(one), json: { company: 2 } });
    await ask(204, "POST", "/api/logout", bearer(one));
    await ask(401, "GET", "/api/stock", bearer(one));
  }, hashing()));

test("a logout ends the tokens of every company of the person", () =>
  withApp(async (service) => {
    const { ask, bearer, login } = people(service);
    await member(service);
    const tokens = [1, 2].map(async (company) => (await login(ANA, { company })).token);
    const [one = "", two = ""] = await Promise.all(tokens);
    await ask(200, "GET", "/api/stock", bearer(two));
    await ask(204, "POST", "/api/logout", bearer(one));
    await ask(401, "GET", "/api/stock", bearer(two));
  }, hashing()));

test("no administrator changes name, e-mail or password of a person of another company, nor makes a link for one", () =>
  withApp(async (service) => {
    const { ask, login } = people(service);
    const id = await member(service);
    for (const as of ["ADMIN", "otherCompany"] as const) {
      for (const json of [
        { password: "outra bem comprida" },
        { email: "eu@loja.example" },
        { name: "X" },
      ])
        expect((await ask(409, "PUT", `/api/users/${id}`, { as, json })).code).toBe("user.shared");
      expect((await ask(409, "POST", `/api/users/${id}/invite`, { as })).code).toBe("user.shared");
      await ask(200, "PUT", `/api/users/${id}`, { as, json: { role: "VISUALIZADOR" } });
    }
    await login(ANA);
  }, hashing()));

test("a password is not set for a person who is invited by another company meanwhile", () =>
  withApp(async (service) => {
    const { ask, make, login } = people(service);
    const { id } = await make(ANA, "OPERADOR");
    beforeNextCommit(service.ports, async () => {
      await ask(201, "POST", "/api/users", {
        as: "otherCompany",
        json: { email: ANA, role: "GERENTE" },
      });
    });
    const refused = await ask(409, "PUT", `/api/users/${id}`, {
      json: { password: "outra bem comprida" },
    });
    expect(refused.code).toBe("user.shared");
    await login(ANA);
  }, hashing()));

test("a link that two use at once sets one password", () =>
  withApp(async (service) => {
    const { ask, accept, login } = people(service);
    const json = { email: ANA, role: "GERENTE" };
    const { invite } = await ask(201, "POST", "/api/users", { json });
    beforeNextCommit(service.ports, async () => {
      await accept(invite.token);
    });
    expect((await accept(invite.token, "a senha de um outro", 404)).code).toBe("invite.not_found");
    await login(ANA);
  }, hashing()));

test("an API key acts in its own company alone and chooses no other", () =>
  withApp(async (service) => {
    const { ask, bearer, login } = people(service);
    const id = await member(service);
    await ask(200, "PUT", `/api/users/${id}`, { json: { role: "ADMIN" } });
    const { token } = await login(ANA, { company: 1 });
    const json = { name: "k", role: "ADMIN" };
    const { key } = await ask(201, "POST", "/api/keys", { ...bearer(token), json });
    const me = await ask(200, "GET", "/api/me", bearer(key));
    expect([me.company.id, me.companies.length, me.api_key]).toEqual([1, 1, expect.any(String)]);
    await ask(403, "POST", "/api/session/company", { ...bearer(key), json: { company: 2 } });
    await ask(204, "DELETE", `/api/users/${id}`);
    await ask(401, "GET", "/api/stock", bearer(key));
  }, hashing()));

test("an own password is changed in whatever company the person is, and ends every older token", () =>
  withApp(async (service) => {
    const { ask, bearer, login } = people(service);
    await member(service);
    const one = (await login(ANA, { company: 1 })).token;
    const two = (await login(ANA, { company: 2 })).token;
    const json = { current_password: PASSWORD, new_password: "a nova senha de Ana" };
    const { token } = await ask(200, "PUT", "/api/me/password", { ...bearer(two), json });
    expect((await ask(200, "GET", "/api/me", bearer(token))).company.id).toBe(2);
    for (const old of [one, two]) await ask(401, "GET", "/api/stock", bearer(old));
  }, hashing()));

test("a note of another company of the sender says which, to this sender alone", () =>
  withApp(async (service) => {
    const { ask, bearer, login } = people(service);
    await member(service);
    const cnpj = "11444777000161";
    const patch = (as: "ADMIN" | "otherCompany", json: object) =>
      ask(200, "PATCH", "/api/company", { as, json });
    await patch("ADMIN", { cnpjs: ["11222333000181"] });
    await patch("otherCompany", { cnpjs: [cnpj], name: "Loja Certa" });
    const { token } = await login(ANA, { company: 1 });
    const note = (seed: number) =>
      syntheticNote({ seed, dest: { name: "LOJA CERTA DE TESTE", uf: "SP", cnpj } });
    const headers = { "content-type": "application/xml" };
    const codes = ({ findings }: { findings: { code: string }[] }) =>
      findings.filter(({ code }) => code === "other_company").length;
    const sent = await ask(200, "POST", "/api/nfe/upload", {
      as: "anonymous",
      body: note(1).xml,
      headers: { ...headers, ...bearer(token).headers },
    });
    expect(sent.holds.map(({ code }: { code: string }) => code)).toContain("not_ours");
    expect(sent.findings[0]).toMatchObject({
      code: "other_company",
      message: expect.stringContaining(`Loja Certa (CNPJ ${cnpj})`),
    });
    const zip = await zipOf([{ name: "a.xml", bytes: new TextEncoder().encode(note(2).xml) }]);
    const { results } = await ask(200, "POST", "/api/nfe/batch", {
      as: "anonymous",
      body: zip,
      headers: { "content-type": "application/zip", ...bearer(token).headers },
    });
    expect(codes(results[0])).toBe(1);
    const colleagues = await ask(200, "POST", "/api/nfe/upload", { body: note(3).xml, headers });
    expect(codes(colleagues)).toBe(0);
    expect(codes(await ask(200, "GET", `/api/nfes/${note(1).accessKey}`))).toBe(0);
  }, hashing()));
