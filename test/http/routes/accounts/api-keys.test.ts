import { expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";

const by = (key: string) => ({
  as: "anonymous" as const,
  headers: { authorization: `Bearer ${key}` },
});

async function makeKey({ send }: TestApp, role: string, more: Record<string, unknown> = {}) {
  const answer = await send("POST", "/api/keys", { json: { name: "ERP", role, ...more } });
  expect(answer.status).toBe(201);
  return answer;
}

test("an API key is shown once, listed by its prefix, and revoked for good", () =>
  withApp(async (service) => {
    const { send } = service;
    const made = await makeKey(service, "OPERADOR", { expires_at: "2027-01-01T00:00:00-03:00" });
    expect(made.headers.get("cache-control")).toBe("no-store");
    const { key, ...shown } = made.body;
    expect(shown).toEqual({
      id: key.slice(4, 14),
      prefix: key.slice(0, 14),
      name: "ERP",
      role: "OPERADOR",
      effective_role: "OPERADOR",
      created_at: "2026-11-23T12:00:00.000Z",
      created_by: 14,
      expires_at: "2027-01-01T03:00:00.000Z",
      last_used_at: null,
    });
    const list = await send("GET", "/api/keys");
    expect(list.body).toEqual({
      data: [shown],
      pagination: { page: 1, limit: 50, total: 1, total_pages: 1 },
    });
    expect(list.text).not.toContain(key);
    expect((await send("GET", "/api/keys", { as: "otherCompany" })).body.data).toEqual([]);
    expect((await send("DELETE", `/api/keys/${shown.id}`, { as: "otherCompany" })).status).toBe(
      404,
    );
    expect((await send("GET", "/api/nfes", by(key))).status).toBe(200);
    for (let n = 0; n < 2; n++)
      expect((await send("DELETE", `/api/keys/${shown.id}`)).status).toBe(204);
    expect((await send("GET", "/api/nfes", by(key))).body.code).toBe("auth.invalid_token");
    expect((await send("GET", "/api/keys")).body.data).toEqual([]);
  }));

test("an API key has the permissions of its role, but not those over a user's own account", () =>
  withApp(async (service) => {
    const { send } = service;
    const { key } = (await makeKey(service, "ADMIN")).body;
    expect((await send("GET", "/api/company", by(key))).status).toBe(200);
    expect((await send("GET", "/api/keys", by(key))).status).toBe(200);
    const forbidden = [
      ["POST", "/api/logout", undefined],
      ["PUT", "/api/me/password", { current_password: "x", new_password: "y" }],
      ["POST", "/api/keys", { name: "outra", role: "VISUALIZADOR" }],
    ] as const;
    for (const [method, path, json] of forbidden) {
      const answer = await send(method, path, {
        ...by(key),
        ...(json === undefined ? {} : { json }),
      });
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, "auth.forbidden"]);
    }
    const reader = (await makeKey(service, "VISUALIZADOR")).body.key;
    expect((await send("GET", "/api/stock", by(reader))).status).toBe(200);
    expect((await send("POST", "/api/nfe/upload", by(reader))).status).toBe(403);
    expect((await send("GET", "/api/company", { as: "ADMIN" })).status).toBe(200);
  }));

test("an agent's key ends when its maker may no longer do what an agent does", () =>
  withApp(async (service) => {
    const { send } = service;
    await send("PATCH", "/api/company", { json: { cnpjs: [COMPANY.cnpj] } });
    const { key } = (await makeKey(service, "AGENTE")).body;
    const claim = () => send("POST", "/api/sefaz/calls", { ...by(key), json: {} });
    expect((await claim()).body).toEqual({ call: null, next_at: null });
    expect((await send("GET", "/api/sefaz", by(key))).status).toBe(403);
    const maker = (role: string) =>
      service.ports.writer.commit({
        statements: [{ sql: "update memberships set role = ?1 where user_id = 14", args: [role] }],
        read: () => null,
      });
    await maker("VISUALIZADOR");
    expect((await claim()).body.code).toBe("auth.invalid_token");
    await maker("OPERADOR");
    expect((await claim()).status).toBe(200);
  }));

test("the audit names the key that wrote, beside the user who created it", () =>
  withApp(async (service) => {
    const { body } = await makeKey(service, "GERENTE");
    const note = syntheticNote();
    const uploaded = await service.send("POST", "/api/nfe/upload", {
      as: "anonymous",
      body: note.xml,
      headers: { authorization: `Bearer ${body.key}`, "content-type": "application/xml" },
    });
    expect(uploaded.status).toBe(200);
    const path = `/api/nfes/${note.accessKey}`;
    expect((await service.send("POST", `${path}/process`, by(body.key))).status).toBe(200);
    await service.send("POST", `${path}/process`, by(body.key));
    const lines = await service.rows(
      "select action, user_id, key_id from audit where action like 'nfe.%' order by id",
    );
    expect(lines).toEqual([
      { action: "nfe.register", user_id: 14, key_id: body.id },
      { action: "nfe.process", user_id: 14, key_id: body.id },
    ]);
    const requests = service.ports.logged.filter(({ event }) => event === "request");
    expect(requests.map(({ key }) => key)).toEqual([null, body.id, body.id, body.id]);
    expect(JSON.stringify(service.ports.logged)).not.toContain(body.key);
  }));

test("an API key has its own rate limit, apart from its creator's", () =>
  withApp(
    async (service) => {
      const { key } = (await makeKey(service, "OPERADOR")).body;
      const get = (who: Parameters<TestApp["send"]>[2]) => service.send("GET", "/api/stock", who);
      expect((await get(by(key))).headers.get("ratelimit")).toStartWith("limit=5, remaining=4");
      for (let n = 1; n < 5; n++) expect((await get(by(key))).status).toBe(200);
      expect((await get(by(key))).status).toBe(429);
      expect((await get({ as: "ADMIN" })).status).toBe(200);
    },
    { config: { RATE_LIMIT_PER_SECOND: 1, RATE_LIMIT_BURST: 5 } },
  ));

test("an invalid body for a key is refused with its invalid fields", () =>
  withApp(async ({ send }) => {
    for (const json of [
      {},
      { name: "", role: "ADMIN" },
      { name: "x".repeat(81), role: "ADMIN" },
      { name: "x", role: "DONO" },
      { name: "x", role: "ADMIN", expires_at: "amanhã" },
      { name: "x", role: "ADMIN", hash: "0" },
    ]) {
      const answer = await send("POST", "/api/keys", { json });
      expect([answer.status, answer.body.code]).toEqual([422, "request.invalid"]);
    }
    const past = await send("POST", "/api/keys", {
      json: { name: "x", role: "ADMIN", expires_at: "2026-11-23T12:00:00Z" },
    });
    expect([past.status, past.body.code]).toEqual([400, "key.expiry_past"]);
    expect((await send("GET", "/api/keys")).body.data).toEqual([]);
  }));
