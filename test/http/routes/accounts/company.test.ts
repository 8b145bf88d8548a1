import { expect, test } from "bun:test";
import { settingsOf } from "../../../../src/accounts/settings/settings.ts";
import { receive } from "../../../../src/ingest/receive/receive.ts";
import { originalFrom } from "../../../../src/lib/original.ts";
import { ok } from "../../../../src/lib/result.ts";
import type { DocumentReader } from "../../../../src/ports/documents.ts";
import { accountsApp, sendJson } from "../../../support/http/accounts-app.ts";
import { note, OUR_SECOND, OURS } from "../../../support/notes/note-values.ts";
import { auditOf, causeOf, portsWithAdmin, tokenFor } from "../../../support/ports-with-admin.ts";

const COMPANY = "/api/company";
const AT_FIRST = {
  name: "Minha empresa",
  cnpjs: [],
  environment: "production",
  time_zone: "America/Sao_Paulo",
  auto_approve: false,
  overridable_holds: ["no_protocol", "unknown_operation"],
  require_signature: false,
  require_mapping: false,
  allow_negative: true,
  alert_cost_rise_percent: 30,
  alert_held_days: 7,
};
const bodyOf = async (response: Response) => JSON.parse(await response.text());

async function administered() {
  const ports = await portsWithAdmin();
  const token = await tokenFor(ports, 1, "ADMIN");
  const app = accountsApp(ports);
  return {
    ports,
    get: () => sendJson(app, "GET", COMPANY, { token }),
    patch: (body: unknown) => sendJson(app, "PATCH", COMPANY, { token, body }),
  };
}

test("a change of some settings leaves the others unchanged", async () => {
  const { ports, get, patch } = await administered();
  expect(await bodyOf(await get())).toEqual(AT_FIRST);
  const change = {
    name: " Loja do Zé ",
    cnpjs: ["11.222.333/0001-81", "12abc34501de35", "11222333000181"],
    auto_approve: true,
    overridable_holds: ["retail", "retail"],
  };
  const changed = await patch(change);
  expect(changed.status).toBe(200);
  const now = {
    ...AT_FIRST,
    name: "Loja do Zé",
    cnpjs: ["11222333000181", "12ABC34501DE35"],
    auto_approve: true,
    overridable_holds: ["retail"],
  };
  expect(await bodyOf(changed)).toEqual(now);
  expect(await bodyOf(await get())).toEqual(now);
  expect((await settingsOf(ports, 1)).version).toBe(2);
  await ports.close();
});

test("lists may be emptied, and flags turned off", async () => {
  const { ports, patch } = await administered();
  const change = { cnpjs: [], overridable_holds: [], allow_negative: false };
  expect(await bodyOf(await patch(change))).toEqual({ ...AT_FIRST, ...change });
  await ports.close();
});

test("S13: an unknown setting is refused, and nothing is changed", async () => {
  const { ports, get, patch } = await administered();
  for (const extra of [
    { id: 2 },
    { settings_version: 9 },
    { created_at: 0 },
    { company: 2 },
    JSON.parse('{"__proto__":{"auto_approve":true},"constructor":1}'),
  ]) {
    const response = await patch({ ...extra, name: "Tomada" });
    expect(response.status).toBe(422);
    expect((await bodyOf(response)).code).toBe("request.invalid");
  }
  expect(await bodyOf(await get())).toEqual(AT_FIRST);
  expect(await auditOf(ports)).toEqual([]);
  await ports.close();
});

test("an invalid setting is 422 with its JSON pointer", async () => {
  const { ports, get, patch } = await administered();
  const refused: [unknown, string][] = [
    [{ cnpjs: ["11222333000182"] }, "/cnpjs/0"],
    [{ cnpjs: ["11222333000181", "1234"] }, "/cnpjs/1"],
    [{ cnpjs: ["00000000000000"] }, "/cnpjs/0"],
    [{ cnpjs: "11222333000181" }, "/cnpjs"],
    [{ time_zone: "America/Lugar_Nenhum" }, "/time_zone"],
    [{ time_zone: "-03:00" }, "/time_zone"],
    [{ time_zone: "" }, "/time_zone"],
    [{ environment: "2" }, "/environment"],
    [{ auto_approve: "true" }, "/auto_approve"],
    [{ auto_approve: null }, "/auto_approve"],
    [{ name: "   " }, "/name"],
    [{ overridable_holds: ["no_such_hold"] }, "/overridable_holds/0"],
  ];
  for (const [body, path] of refused) {
    const response = await patch(body);
    expect(response.status).toBe(422);
    expect((await bodyOf(response)).errors[0].path).toBe(path);
  }
  expect(await bodyOf(await get())).toEqual(AT_FIRST);
  await ports.close();
});

test("the five holds of NEVER_OVERRIDABLE cannot be made overridable", async () => {
  const { ports, patch } = await administered();
  for (const code of [
    "homologation",
    "not_authorised",
    "cancelled",
    "protocol_mismatch",
    "key_mismatch",
  ]) {
    const response = await patch({ overridable_holds: ["no_goods", code] });
    expect(response.status).toBe(422);
    expect((await bodyOf(response)).errors).toMatchObject([{ path: "/overridable_holds/1" }]);
  }
  const others = [
    "no_protocol",
    "not_ours",
    "no_goods",
    "unknown_operation",
    "mapping",
    "signature_invalid",
    "retail",
  ];
  const response = await patch({ overridable_holds: others });
  expect((await bodyOf(response)).overridable_holds).toEqual(others);
  await ports.close();
});

test("a body that is not an object is 422", async () => {
  const { ports, patch } = await administered();
  for (const body of [[], "text", 7, null]) expect((await patch(body)).status).toBe(422);
  await ports.close();
});

test("a change of settings judges pending notes again, and no others", async () => {
  const reading = { note: note({}), findings: [] };
  const documents: DocumentReader = {
    read: async () => ok({ kind: "notes", notes: [ok(reading)] }),
    compare: async () => "same",
    distribution: () => Promise.reject(new Error("not asked for")),
  };
  const ports = await portsWithAdmin({ documents });
  const token = await tokenFor(ports, 1, "ADMIN");
  const app = accountsApp(ports);
  await receive(ports, await originalFrom(new TextEncoder().encode("<x/>")), {
    cause: causeOf(1),
    approve: false,
  });
  const holds = async () => {
    const rows = await ports.reader.rows({ sql: "select holds from notes", args: [] });
    return JSON.parse(String(rows[0]?.holds)).map((hold: { code: string }) => hold.code);
  };
  expect(await holds()).toEqual([]);
  await sendJson(app, "PATCH", COMPANY, { token, body: { cnpjs: [OUR_SECOND] } });
  expect(await holds()).toEqual(["not_ours"]);
  await sendJson(app, "PATCH", COMPANY, { token, body: { cnpjs: [OUR_SECOND, OURS] } });
  expect(await holds()).toEqual([]);
  await ports.writer.commit({
    statements: [{ sql: "update notes set status = 'DESCARTADA'", args: [] }],
    read: () => undefined,
  });
  await sendJson(app, "PATCH", COMPANY, { token, body: { cnpjs: [OUR_SECOND] } });
  expect(await holds()).toEqual([]);
  await ports.close();
});
