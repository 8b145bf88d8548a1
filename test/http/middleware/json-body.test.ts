import { expect, test } from "bun:test";
import { inspectRoutes } from "hono/dev";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { concretePath, MATRIX } from "../../support/http/role-matrix.ts";

/** Every route whose contract has a JSON body: method and path. */
async function takingJson({ send }: TestApp): Promise<[string, string][]> {
  const { paths } = (await send("GET", "/openapi.json")).body;
  return MATRIX.filter(
    ([method, path]) => paths[path][method].requestBody?.content["application/json"] !== undefined,
  ).map(([method, path]) => [method.toUpperCase(), concretePath(path)]);
}

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const json = { "content-type": "application/json" };

/** One middleware reads the body, whatever it is called: one body shows it for each route. */
const JSON_TYPES = ["application/json", "application/json; charset=iso-8859-1", "text/plain"];

test("a malformed or ambiguous JSON body is 400 with its position, on every route", () =>
  withApp(async (service) => {
    const routes = await takingJson(service);
    expect(routes.length).toBeGreaterThan(8);
    for (const [method, path] of routes)
      for (const [body, says] of [
        ["{", "não é um JSON válido: erro de sintaxe na linha 1, coluna 2"],
        ['{"a":1,\n"b"}', "linha 2, coluna 4"],
        [" ", "está vazio"],
        ['{"a":1,"a":2}', "o campo /a aparece duas vezes"],
        [latin1('{"notes":"Devolução"}'), "não está em UTF-8"],
        [Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), "não está em UTF-8"],
        [Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0), "não está em UTF-8"],
        ["[".repeat(40), "há níveis demais"],
        [`[${"0,".repeat(60_000)}0]`, "há valores demais"],
      ] as const)
        for (const type of body === "{" ? JSON_TYPES : ["application/json"]) {
          const answer = await service.send(method, path, {
            body,
            headers: { "content-type": type },
          });
          expect([path, answer.status, answer.body.code]).toEqual([
            path,
            400,
            "request.malformed_json",
          ]);
          expect(answer.body.detail).toContain(says);
        }
  }));

test("a number that a double would round is refused by its field, on every route", () =>
  withApp(async (service) => {
    for (const [method, path] of await takingJson(service)) {
      const body = '{"quantity": 1.0000000000000001}';
      const answer = await service.send(method, path, { body, headers: json });
      expect([400, 422]).toContain(answer.status);
      expect(answer.body.errors).toEqual([
        { path: "/quantity", code: "inexact_number", message: expect.stringContaining("texto") },
      ]);
    }
  }));

test("quantity, cost and factor are stored exactly or refused", () =>
  withApp(async ({ upload, send, rows }) => {
    await upload(
      syntheticNote({
        seed: 1,
        items: [{ cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "10", vUnCom: "1.00" }],
      }).xml,
      "?approve=true",
    );
    const post = (members: string) =>
      send("POST", "/api/movements", {
        body: `{"product_code":"P1","type":"ENTRADA",${members}}`,
        headers: json,
      });
    for (const number of [
      "1.0000000000000001",
      "123456.00000000000000001",
      "1.00001",
      "1234567890123456",
      "9007199254740993",
      "1e-5",
      "0.30000000000000004",
    ])
      for (const members of [`"quantity":${number}`, `"quantity":1,"unit_cost":${number}`]) {
        const { status, body } = await post(members);
        expect([members, status, body.code]).toEqual([members, 400, "request.invalid"]);
      }
    for (const [number, e4] of [
      ["1.5000", 15_000],
      ["1e2", 1_000_000],
      ['"0.0001"', 1],
      ["0.0001", 1],
      ['"1.00000"', 10_000],
    ] as const) {
      const { status, body } = await post(`"quantity":${number}`);
      expect([number, status]).toEqual([number, 201]);
      const [kept] = await rows("select quantity_e4 from movements where id = ?1", [
        body.movement.id,
      ]);
      expect(kept).toEqual({ quantity_e4: e4 });
    }
  }));

test("a JSON body is read whatever its Content-Type says", () =>
  withApp(async (service) => {
    for (const type of [
      "application/json; charset=utf-8;",
      "application/json ; charset=utf-8",
      "application/json, application/json",
      "text/plain",
      "application/x-www-form-urlencoded",
      "text/json",
      ";;;",
      "",
    ])
      for (const [method, path] of await takingJson(service)) {
        const body = '{"estranho":"é"}';
        const { status } = await service.send(method, path, {
          body,
          headers: { "content-type": type },
        });
        expect([path, type, status]).not.toEqual([path, type, 415]);
        expect(status).toBeLessThan(500);
      }
    const { body } = await service.send("POST", "/api/login", {
      as: "anonymous",
      body: '\ufeff{"email":"a@b.example","password":"nenhuma"}',
      headers: { "content-type": "application/json; charset=utf-8;" },
    });
    expect(body.code).toBe("auth.invalid_credentials");
  }));

test("a body is not read when the caller lacks the permission, or on a route that takes none", () =>
  withApp(async (service) => {
    const { body } = await service.send("PATCH", "/api/company", {
      as: "OPERADOR",
      body: "{",
      headers: json,
    });
    expect(body.code).toBe("auth.forbidden");
    expect(
      (await service.send("POST", "/api/movements", { as: "anonymous", body: "{" })).status,
    ).toBe(401);
    const routes = new Set((await takingJson(service)).map(String));
    for (const [method, path] of MATRIX) {
      if (method === "get" || routes.has(String([method.toUpperCase(), concretePath(path)])))
        continue;
      if (path.startsWith("/api/nfe/") || path === "/api/logout") continue;
      const answer = await service.send(method.toUpperCase(), concretePath(path), {
        body: "undefined",
        headers: json,
      });
      expect([path, answer.body?.code]).not.toEqual([path, "request.malformed_json"]);
    }
    expect(
      (await service.send("POST", "/api/logout", { body: "undefined", headers: json })).status,
    ).toBeLessThan(300);
    expect(inspectRoutes(service.app).length).toBeGreaterThan(20);
  }));

test("a JSON body of more than 1 MiB is 413, whether declared or counted", () =>
  withApp(async ({ app, tokenOf, send }) => {
    const authorization = `Bearer ${tokenOf("ADMIN")}`;
    const large = `{"name":"${"x".repeat(1 << 20)}"}`;
    expect((await send("PATCH", "/api/company", { body: large, headers: json })).status).toBe(413);
    let chunks = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(out) {
        chunks += 1;
        out.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const response = await app.request("/api/company", {
      method: "PATCH",
      headers: { authorization },
      body: endless,
    });
    expect(response.status).toBe(413);
    expect(chunks).toBeLessThan(25);
  }));
