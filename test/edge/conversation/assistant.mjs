import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { post } from "./words.mjs";

const rpc = (method, params, id = 1) => ({ jsonrpc: "2.0", id, method, params });
const message = (json, as) => (known) => ({ method: "POST", path: "/mcp", json, as: known[as] });
/** A product of its own. */
const CODE = "MCP/1";

/** Of the assistant's door. */
export const assistant = {
  async "an assistant, by the client of the SDK"({ ask, sides, keys }) {
    await ask("its door without a token", () => ({ method: "POST", path: "/mcp", as: null }));
    await ask("its door with a person", message(rpc("ping"), "admin"));
    await ask("a stream of its door", ({ ADMIN }) => ({ path: "/mcp", as: ADMIN }));
    await ask("its door from another page", ({ ADMIN }) => ({
      method: "POST",
      path: "/mcp",
      as: ADMIN,
      json: rpc("ping"),
      headers: { origin: "https://mau.example" },
    }));
    await ask("a notification", message({ jsonrpc: "2.0", method: "notifications/x" }, "ADMIN"));
    await ask("no method of ours", message(rpc("resources/list"), "ADMIN"));
    await ask("its tools", message(rpc("tools/list"), "GERENTE"));
    const call = (name, args, as = "VISUALIZADOR") =>
      ask(`the tool ${name}`, message(rpc("tools/call", { name, arguments: args }), as));
    await call("stock_search", { search: "1" });
    await call("stock_product", { product_code: CODE });
    await call("kardex", { product_code: CODE });
    await ask("the tool cost_rises", message(rpc("tools/call", { name: "cost_rises" }), "ADMIN"), {
      like: ({ status, body }) => ({ status, rises: body.result.structuredContent.data.rises }),
    });
    await call("note", { access_key: keys.first });
    await call("why_held", { access_key: keys.first });
    await call("notes", { status: "PENDENTE" });
    await call("month_missing", { month: "2026-11" });
    await call("waiting_items", {});
    await call("recall_lot", { lot: "NADA" });
    for (const { fetch, known } of sides) {
      const transport = new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
        requestInit: { headers: { authorization: `Bearer ${known.VISUALIZADOR}` } },
        fetch: (url, init) => fetch(new URL(url).pathname, init),
      });
      const client = new Client({ name: "teste", version: "1" });
      await client.connect(transport);
      const { tools } = await client.listTools();
      assert.ok(tools.some(({ name }) => name === "why_held"));
      const result = await client.callTool({
        name: "stock_product",
        arguments: { product_code: CODE },
      });
      assert.equal(result.structuredContent.data.product.code, CODE);
      await client.close();
    }
  },
  async "what an assistant asks for, and a person confirms"({ ask, keys }) {
    const path = "/api/confirmations";
    const call = (name, args, keep = () => undefined, as = "GERENTE") =>
      ask(`the tool ${name}`, message(rpc("tools/call", { name, arguments: args }), as), {
        keep: (body, known) => keep(body.result.structuredContent.data, known),
        like: ({ status, body }) => ({ status, body: withoutHash(body) }),
      });
    const like = ({ status, body }) => ({ status, body: withoutHash(body) });
    await ask("a product", post("/api/products", { code: CODE, name: "«Óleo»", unit: "UN" }));
    const keepId = (data, known) => {
      known.asked = data.confirmation_id;
    };
    const of = (method, more) => (known) => ({ method, path: `${path}/${known.asked}`, ...more });
    const order = { product_code: CODE, type: "ENTRADA", quantity: 1, unit_cost: 2 };
    await call("record_movement", order, keepId);
    await ask("what waits", { path }, { like });
    await ask("what a key asks for", of("GET"), { like });
    await ask("confirmed by a key", (known) => ({ ...of("POST")(known), as: known.ADMIN }));
    await ask("confirmed with another plan", of("POST", { json: { plan_hash: "0".repeat(64) } }), {
      like,
    });
    await ask("confirmed", of("POST"), { like });
    await ask("confirmed again", of("POST"));
    await call("record_movement", { ...order, type: "SAIDA" }, keepId);
    await ask("refused", of("DELETE"));
    await ask("refused again", of("DELETE"));
    await ask("confirmed after that", of("POST"));
    const no = (name, args, as) =>
      ask(`the tool ${name}`, message(rpc("tools/call", { name, arguments: args }), as));
    await no("approve_note", { access_key: keys.first }, "VISUALIZADOR");
    await no("discard_note", { access_key: "0".repeat(44), reason: "nada" }, "GERENTE");
    await no("reverse_movement", { movement_id: 999999, reason: "nada" }, "GERENTE");
    await ask("of no request", { method: "POST", path: `${path}/nada` });
  },
};

/** A plan's hash and the end of its fifteen minutes are each service's own. */
const withoutHash = (body) =>
  JSON.parse(
    JSON.stringify(body)
      .replaceAll(/[0-9a-f]{64}/g, "<hash>")
      .replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, "<instant>"),
  );
