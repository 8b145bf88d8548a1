import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { type Assistant, assistantOf } from "../../support/http/assistant.ts";
import { supplier } from "../../support/notes/purchase.ts";

const item = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "10", vUnCom: "2.00" };
const posted = syntheticNote({ seed: 1, emit: supplier, items: [item] });
const waiting = syntheticNote({ seed: 2, emit: supplier, items: [item] });
const bare = syntheticNote({ seed: 3, emit: supplier, items: [item], root: "NFe" });
const path = (id: unknown) => `/api/confirmations/${id}`;

interface Stocked {
  readonly code: string;
  readonly movement: number;
}

async function stocked({ upload, send, rows }: TestApp): Promise<Stocked> {
  await upload(posted.xml, "?approve=true");
  await upload(waiting.xml, "?approve=false");
  await upload(bare.xml, "?approve=false");
  const [line] = await rows("select code from products");
  const code = String(line?.code);
  const made = await send("POST", "/api/movements", {
    json: { product_code: code, type: "ENTRADA", quantity: 1, unit_cost: 1 },
  });
  return { code, movement: made.body.movement.id };
}

/** A call of each tool that asks for a write. */
const callsOf = ({ code, movement }: Stocked): readonly [string, Record<string, unknown>][] => [
  ["approve_note", { access_key: waiting.accessKey }],
  ["approve_note", { access_key: bare.accessKey, override: ["no_protocol"] }],
  ["discard_note", { access_key: bare.accessKey, reason: "não é nossa" }],
  [
    "map_item",
    { supplier_cnpj: supplier.cnpj, code: "X", unit: "CX", product_code: code, factor: 12 },
  ],
  ["record_movement", { product_code: code, type: "SAIDA", quantity: "2.5", notes: "quebra" }],
  ["reverse_note", { access_key: posted.accessKey, reason: "engano" }],
  ["reverse_movement", { movement_id: movement, reason: "engano" }],
];

/** All rows of all tables, but for what asking itself leaves. */
async function dump({ rows }: TestApp): Promise<Record<string, unknown[]>> {
  const tables = await rows(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
  );
  const all: Record<string, unknown[]> = {};
  for (const { name } of tables) all[String(name)] = await rows(`select * from ${name}`);
  const { confirmations: _, api_keys: __, ...rest } = all;
  const ofAsking = (row: unknown) => JSON.stringify(row).includes("confirmation.ask");
  return {
    ...rest,
    audit: (rest.audit ?? []).filter((row) => !ofAsking(row)),
    events: (rest.events ?? []).filter((row) => !ofAsking(row)),
  };
}

const askMovement = async ({ call }: Assistant, code: string, more = {}) => {
  const asked = await call("record_movement", {
    product_code: code,
    type: "ENTRADA",
    quantity: 5,
    unit_cost: 2,
    ...more,
  });
  return asked.body.data;
};

test("no tool writes: each leaves the database as it was, but for the request for a confirmation", () =>
  withApp(async (service) => {
    const there = await stocked(service);
    const { client, call } = await assistantOf(service, "GERENTE");
    const { tools } = await client.listTools();
    const writing = callsOf(there);
    const reading = tools
      .filter(({ name }) => !writing.some(([of]) => of === name))
      .map(({ name }): [string, Record<string, unknown>] => [
        name,
        {
          ...(/note|held/.test(name) && name !== "notes" ? { access_key: bare.accessKey } : {}),
          ...(/kardex|product/.test(name) ? { product_code: there.code } : {}),
          ...(name === "month_missing" ? { month: "2026-11" } : {}),
          ...(name === "recall_lot" ? { lot: "L" } : {}),
          ...(name === "confirmation" ? { confirmation_id: "x" } : {}),
        },
      ]);
    expect(new Set(writing.map(([name]) => name)).size + reading.length).toBe(tools.length);
    const before = await dump(service);
    for (const [name, args] of [...reading, ...writing]) {
      const { text, body, refused } = await call(name, args);
      expect(await dump(service)).toEqual(before);
      if (!writing.some(([of]) => of === name)) continue;
      expect([name, refused, text]).toEqual([name, false, text]);
      expect(text).toContain("NADA FOI GRAVADO");
      expect(body.data).toMatchObject({ plan: expect.anything(), needs: expect.any(String) });
    }
    const { body } = await service.send("GET", "/api/confirmations", { as: "VISUALIZADOR" });
    expect(body.data).toHaveLength(writing.length);
  }));

test("a confirmed request is carried out once, and the audit names who asked and who confirmed", () =>
  withApp(async (service) => {
    const there = await stocked(service);
    const assistant = await assistantOf(service, "GERENTE");
    const [key] = await service.rows("select id from api_keys");
    // Not the second: the note that it approves is discarded by the third.
    for (const [name, args] of callsOf(there).filter((_, n) => n !== 1)) {
      const asked = (await assistant.call(name, args)).body.data;
      const shown = await service.send("GET", path(asked.confirmation_id), { as: "GERENTE" });
      expect([name, shown.body.plan_changed]).toEqual([name, false]);
      const done = await service.send("POST", path(asked.confirmation_id), { as: "GERENTE" });
      expect([name, done.status, done.body]).toMatchObject([name, 200, { tool: name }]);
      const again = await service.send("POST", path(asked.confirmation_id), { as: "GERENTE" });
      expect([again.status, again.body.code]).toEqual([409, "confirmation.ended"]);
      const { body } = await assistant.call("confirmation", {
        confirmation_id: asked.confirmation_id,
      });
      expect(body.data.state).toBe("confirmed");
      const [line] = await service.rows(
        "select user_id, key_id, detail, request_id from audit where action = 'confirmation.confirm' order by id desc",
      );
      expect(line).toMatchObject({ user_id: 13, key_id: null });
      const detail = JSON.parse(String(line?.detail));
      expect(detail).toMatchObject({ tool: name, asked_by_user: 14, asked_by_key: key?.id });
      const effects = await service.rows(
        "select user_id from audit where request_id = ?1 and action <> 'confirmation.confirm'",
        [String(line?.request_id)],
      );
      expect([name, ...effects.map(({ user_id }) => user_id)]).toContain(13);
    }
    const { body: stock } = await service.send("GET", `/api/stock/${there.code}`);
    // 10 + 1 + 10, less 2.5, less 10 and 1 of the reversals.
    expect(stock.quantity).toBe(7.5);
  }));

test("no API key confirms or refuses, and a person needs the role of the write", () =>
  withApp(async (service) => {
    const { code } = await stocked(service);
    const assistant = await assistantOf(service, "ADMIN");
    const { confirmation_id } = await askMovement(assistant, code);
    for (const method of ["POST", "DELETE"]) {
      const byKey = await service.send(method, path(confirmation_id), {
        as: "anonymous",
        headers: { authorization: `Bearer ${assistant.key}` },
      });
      expect([method, byKey.status, byKey.body.code]).toEqual([method, 403, "auth.forbidden"]);
      const viewer = await service.send(method, path(confirmation_id), { as: "VISUALIZADOR" });
      expect([method, viewer.status]).toEqual([method, 403]);
      const other = await service.send(method, path(confirmation_id), { as: "otherCompany" });
      expect([method, other.status]).toEqual([method, 404]);
    }
    const viewer = await assistantOf(service, "VISUALIZADOR");
    const { tools } = await viewer.client.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    const order = { product_code: code, type: "ENTRADA", quantity: 1 };
    const denied = await viewer.call("record_movement", order);
    expect([denied.refused, denied.body.code]).toEqual([true, "auth.forbidden"]);
    expect((await service.send("POST", path(confirmation_id), { as: "OPERADOR" })).status).toBe(
      200,
    );
  }));

test("a plan that has changed is refused with the new plan, which the person may confirm", () =>
  withApp(async (service) => {
    const { code } = await stocked(service);
    const { confirmation_id, plan } = await askMovement(await assistantOf(service), code);
    expect(plan).toMatchObject({ balance_before: 11, balance_after: 16 });
    const more = { json: { product_code: code, type: "ENTRADA", quantity: 100 } };
    await service.send("POST", "/api/movements", more);
    const refused = await service.send("POST", path(confirmation_id));
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { code: "confirmation.plan_changed", plan: { balance_before: 111, balance_after: 116 } },
    ]);
    const { body: shown } = await service.send("GET", path(confirmation_id));
    expect(shown).toMatchObject({
      plan_changed: true,
      current_plan_hash: refused.body.plan_hash,
      state: "waiting",
    });
    const json = { plan_hash: refused.body.plan_hash };
    expect((await service.send("POST", path(confirmation_id), { json })).status).toBe(200);
    expect((await service.send("GET", `/api/stock/${code}`)).body.quantity).toBe(116);
  }));

test("a write between the plan and the batch lets nothing of the batch be written", () =>
  withApp(async (service) => {
    const { code } = await stocked(service);
    const assistant = await assistantOf(service);
    const more = { json: { product_code: code, type: "ENTRADA", quantity: 100 } };
    const intrude = () => service.send("POST", "/api/movements", more);
    const one = await askMovement(assistant, code);
    beforeNextCommit(service.ports, intrude);
    const changed = await service.send("POST", path(one.confirmation_id));
    expect(changed.body).toMatchObject({
      code: "confirmation.plan_changed",
      plan: { balance_before: 111 },
    });
    expect((await service.send("GET", `/api/stock/${code}`)).body.quantity).toBe(111);
    // What does not touch the plan delays it alone.
    const two = await askMovement(assistant, code);
    beforeNextCommit(service.ports, () => service.upload(syntheticNote({ seed: 9 }).xml));
    expect((await service.send("POST", path(two.confirmation_id))).status).toBe(200);
    // Confirmed, refused or revoked meanwhile: once.
    for (const [name, act] of [
      ["confirmed", (id: string) => service.send("POST", path(id))],
      ["refused", (id: string) => service.send("DELETE", path(id))],
    ] as const) {
      const { confirmation_id } = await askMovement(assistant, code, { quantity: 1 });
      const before = await service.send("GET", `/api/stock/${code}`);
      beforeNextCommit(service.ports, () => act(confirmation_id));
      const late = await service.send("POST", path(confirmation_id));
      expect([name, late.status, late.body.code]).toEqual([name, 409, "confirmation.ended"]);
      expect([name, late.body.state]).toEqual([name, name]);
      const now = await service.send("GET", `/api/stock/${code}`);
      const moved = now.body.quantity - before.body.quantity;
      expect([name, moved]).toEqual([name, name === "confirmed" ? 1 : 0]);
    }
  }));

test("a request that is over, refused or of a revoked key can no longer be confirmed", () =>
  withApp(async (service) => {
    const { code } = await stocked(service);
    const assistant = await assistantOf(service);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await askMovement(assistant, code)).confirmation_id);
    const [refused = "", revoked = "", late = ""] = ids;
    expect((await service.send("DELETE", path(refused))).status).toBe(204);
    const states = async (id: string) => {
      const confirmed = await service.send("POST", path(id));
      return [confirmed.status, confirmed.body.state];
    };
    expect(await states(refused)).toEqual([409, "refused"]);
    const now = service.ports.clock.now();
    service.ports.clock.now = () => now + 900_000;
    expect(await states(late)).toEqual([409, "expired"]);
    service.ports.clock.now = () => now;
    const [key] = await service.rows("select asked_by_key from confirmations where id = ?1", [
      revoked,
    ]);
    const revoke = () => service.send("DELETE", `/api/keys/${key?.asked_by_key}`);
    beforeNextCommit(service.ports, revoke);
    expect(await states(revoked)).toEqual([409, "expired"]);
    expect(await states(revoked)).toEqual([409, "expired"]);
    expect((await service.send("GET", "/api/confirmations")).body.data).toEqual([]);
  }));

test("a request of a key that ends meanwhile can no longer be confirmed", () =>
  withApp(async (service) => {
    const { code } = await stocked(service);
    const assistant = await assistantOf(service);
    const { confirmation_id } = await askMovement(assistant, code);
    const before = await service.rows("select count(*) as n from movements");
    const end = () =>
      service.ports.database.writing.execute({
        sql: "update api_keys set expires_at = ?1",
        args: [service.ports.clock.now()],
      });
    beforeNextCommit(service.ports, end);
    const late = await service.send("POST", path(confirmation_id));
    expect([late.status, late.body.code, late.body.state]).toEqual([
      409,
      "confirmation.ended",
      "expired",
    ]);
    expect((await service.send("GET", path(confirmation_id))).body.state).toBe("expired");
    expect((await service.send("GET", "/api/confirmations")).body.data).toEqual([]);
    expect(await service.rows("select count(*) as n from movements")).toEqual(before);
  }));

test("a request whose time ends before its batch is expired, not confirmed", () =>
  withApp(async (service) => {
    const { code } = await stocked(service);
    const { confirmation_id } = await askMovement(await assistantOf(service), code);
    const now = service.ports.clock.now();
    const { rows } = service.ports.reader;
    service.ports.reader.rows = (statement, signal) => {
      // Its plan is being made: the look at its time is over.
      if (statement.sql.includes("balances")) service.ports.clock.now = () => now + 900_000;
      return rows.call(service.ports.reader, statement, signal);
    };
    const late = await service.send("POST", path(confirmation_id));
    expect([late.status, late.body.state]).toEqual([409, "expired"]);
    expect((await service.send("GET", `/api/stock/${code}`)).body.quantity).toBe(11);
  }));

test("a request ends when the person who made its key is no longer active, or is demoted below the write", async () => {
  for (const change of ["active = 0", "role = 'VISUALIZADOR'"])
    await withApp(async (service) => {
      const { code } = await stocked(service);
      const assistant = await assistantOf(service);
      const { confirmation_id: early } = await askMovement(assistant, code);
      const { confirmation_id: late } = await askMovement(assistant, code);
      const lose = () =>
        service.ports.database.writing.execute({
          sql: `update memberships set ${change} where company = 1
            and user_id = (select created_by from api_keys where company = 1)`,
          args: [],
        });
      // Right before the batch of the first; the second finds it so.
      beforeNextCommit(service.ports, lose);
      for (const id of [late, early]) {
        const { status, body } = await service.send("POST", path(id), { as: "GERENTE" });
        expect([status, body.code, body.state]).toEqual([409, "confirmation.ended", "expired"]);
      }
      const stock = await service.send("GET", `/api/stock/${code}`, { as: "GERENTE" });
      expect(stock.body.quantity).toBe(11);
      const shown = await service.send("GET", path(early), { as: "GERENTE" });
      expect([shown.body.state, shown.body.plan]).toEqual(["expired", null]);
      const waits = await service.send("GET", "/api/confirmations", { as: "GERENTE" });
      expect(waits.body.data).toEqual([]);
    });
});

test("a refusal of the write leaves the request waiting, and a key asks for 20 at a time", () =>
  withApp(
    async (service) => {
      const { code } = await stocked(service);
      const assistant = await assistantOf(service);
      const asked = await askMovement(assistant, code, { happened_at: "2099-01-01" });
      const refused = await service.send("POST", path(asked.confirmation_id));
      expect([refused.status, refused.body.code]).toEqual([422, "movement.in_future"]);
      expect((await service.send("GET", path(asked.confirmation_id))).body.state).toBe("waiting");
      for (let n = 1; n < 20; n++) await askMovement(assistant, code);
      const order = { product_code: code, type: "ENTRADA", quantity: 1 };
      const more = await assistant.call("record_movement", order);
      expect([more.refused, more.body.code]).toEqual([true, "confirmation.too_many"]);
      const [count] = await service.rows("select count(*) as n from confirmations");
      expect(count?.n).toBe(20);
    },
    { config: { RATE_LIMIT_PER_SECOND: 0, RATE_LIMIT_BURST: 0 } },
  ));

test("a request with nothing to write is confirmed once, and not while the database refuses", () =>
  withApp(async (service) => {
    const note = syntheticNote({ seed: 21 });
    await service.upload(note.xml, "?approve=true");
    const assistant = await assistantOf(service);
    const asked = await assistant.call("approve_note", { access_key: note.accessKey });
    const id = asked.body.data.confirmation_id;
    const { commit } = service.ports.writer;
    service.ports.writer.commit = () => Promise.reject(new Error("no disk"));
    expect((await service.send("POST", path(id))).status).toBe(500);
    service.ports.writer.commit = commit;
    expect((await service.send("GET", path(id))).body.state).toBe("waiting");
    const done = await service.send("POST", path(id));
    expect([done.status, done.body.answer.already_processed]).toEqual([200, true]);
    expect((await service.send("GET", path(id))).body.state).toBe("confirmed");
    const again = await service.send("POST", path(id));
    expect([again.status, again.body.code]).toEqual([409, "confirmation.ended"]);
    const lines = await service.rows("select 1 from audit where action = 'confirmation.confirm'");
    expect(lines).toHaveLength(1);
  }));
