import type { TestApp } from "../app.ts";
import type { Go } from "./walk-counts.ts";

/** Asks the assistant's door with a key for a movement, and the routes of confirmations for everything that they have a statement for. */
export async function walkAssistant({ send, ports }: TestApp, go: Go): Promise<void> {
  const made = await send("POST", "/api/keys", { json: { name: "assistente", role: "GERENTE" } });
  const ask = (name: string, args: Record<string, unknown>) =>
    go("POST", "/mcp", {
      as: "anonymous",
      headers: { authorization: `Bearer ${made.body.key}` },
      json: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } },
    });
  await ask("stock_search", {});
  for (const quantity of [1, 2])
    await ask("record_movement", { product_code: "P1", type: "ENTRADA", quantity });
  // Not by the reader, whose statements are those of the routes.
  const asked = await ports.database.writing.execute("select id from confirmations");
  const [first, second] = asked.rows.map((row) => Object.values(row)[0]);
  const one = "/api/confirmations/{id}";
  await go("GET", "/api/confirmations");
  await go("GET", one, { at: `/api/confirmations/${first}` });
  await go("POST", one, { at: `/api/confirmations/${first}` });
  await go("DELETE", one, { at: `/api/confirmations/${second}` });
}
