import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { assistantOf } from "../../support/http/assistant.ts";
import {
  askMovement,
  bare,
  path,
  posted,
  type Stocked,
  stocked,
  waiting,
} from "../../support/http/confirmations.ts";
import { supplier } from "../../support/notes/purchase.ts";

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
