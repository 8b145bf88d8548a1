import { expect, test } from "bun:test";
import { type TestApp, withApp } from "../../support/app.ts";
import { assistantOf } from "../../support/http/assistant.ts";

const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
const asked = (service: TestApp, key: string, body: string, headers: Record<string, string> = {}) =>
  service.send("POST", "/mcp", {
    as: "anonymous",
    body,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
  });

test("the assistant's door takes API keys alone", () =>
  withApp(async (service) => {
    const none = await service.send("POST", "/mcp", { as: "anonymous", json: ping });
    expect([none.status, none.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    const person = await service.send("POST", "/mcp", { json: ping });
    expect([person.status, person.body.code]).toEqual([403, "mcp.key_needed"]);
    const { key } = await assistantOf(service, "VISUALIZADOR");
    const { status, body } = await asked(service, key, JSON.stringify(ping));
    expect([status, body]).toEqual([200, { jsonrpc: "2.0", id: 1, result: {} }]);
  }));

test("a page of another origin is refused, whatever the Host says", () =>
  withApp(
    async (service) => {
      const { key } = await assistantOf(service, "VISUALIZADOR");
      for (const [origin, status] of [
        ["https://loja.example", 200],
        ["https://mau.example", 403],
        ["null", 403],
        ["http://localhost", 403],
      ] as const) {
        const headers = { origin, host: new URL("http://x").host };
        expect([origin, (await asked(service, key, JSON.stringify(ping), headers)).status]).toEqual(
          [origin, status],
        );
      }
    },
    { config: { CORS_ORIGINS: ["https://loja.example"], APP_ENV: "production" } },
  ));

test("a message that is none gets a JSON-RPC error, and a notification no answer", () =>
  withApp(async (service) => {
    const { key } = await assistantOf(service, "VISUALIZADOR");
    for (const [body, status, code] of [
      ["{", 400, -32700],
      ['{"jsonrpc":"2.0","jsonrpc":"2.0"}', 400, -32700],
      ["[]", 400, -32600],
      ['{"jsonrpc":"1.0","id":1,"method":"ping"}', 400, -32600],
      ['{"jsonrpc":"2.0","id":{},"method":"ping"}', 400, -32600],
      ['{"jsonrpc":"2.0","id":1,"method":"resources/list"}', 200, -32601],
      ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}', 200, -32602],
    ] as const) {
      const answer = await asked(service, key, body);
      expect([body, answer.status, answer.body.error.code]).toEqual([body, status, code]);
    }
    const sent = await asked(
      service,
      key,
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
    );
    expect([sent.status, sent.text]).toEqual([202, ""]);
    const old = { "mcp-protocol-version": "2020-01-01" };
    expect((await asked(service, key, JSON.stringify(ping), old)).status).toBe(400);
    expect((await asked(service, key, `"${"x".repeat(70_000)}"`)).status).toBe(413);
    const get = await service.send("GET", "/mcp");
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  }));

test("calls count against the rate limit of their key", () =>
  withApp(
    async (service) => {
      const { key } = await assistantOf(service, "VISUALIZADOR");
      const statuses = [];
      for (let n = 0; n < 4; n++)
        statuses.push((await asked(service, key, JSON.stringify(ping))).status);
      expect(statuses.at(-1)).toBe(429);
    },
    { config: { RATE_LIMIT_PER_SECOND: 1, RATE_LIMIT_BURST: 4 } },
  ));
