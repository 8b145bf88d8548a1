import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const rpc = (method, params, id = 1) => ({ jsonrpc: "2.0", id, method, params });
const message = (json, as) => (known) => ({ method: "POST", path: "/mcp", json, as: known[as] });
/** The name of a product, wherever the documents have put it. */
const CODE = "NOVO/1";

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
    await call("cost_rises", { days: 30 });
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
};
