import type { TestApp } from "../app.ts";
import type { Go } from "./walk-counts.ts";

/** Asks the assistant's door with a key, and the tools whose statements no other route has. */
export async function walkAssistant({ send }: TestApp, go: Go): Promise<void> {
  const made = await send("POST", "/api/keys", { json: { name: "assistente", role: "GERENTE" } });
  const ask = (name: string, args: Record<string, unknown>) =>
    go("POST", "/mcp", {
      as: "anonymous",
      headers: { authorization: `Bearer ${made.body.key}` },
      json: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } },
    });
  await ask("stock_search", {});
}
