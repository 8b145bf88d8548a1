import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Role } from "../../../src/accounts/roles.ts";
import { trusted } from "../../../src/lib/cast.ts";
import type { TestApp } from "../app.ts";

/** What a tool has answered: its text, its data, whether it refused. */
export interface ToolAnswer {
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON whose shape is what they prove
  readonly body: any;
  readonly refused: boolean;
}

export interface Assistant {
  readonly client: Client;
  readonly key: string;
  call(name: string, args?: Record<string, unknown>): Promise<ToolAnswer>;
}

/** The client of the SDK, connected to the service with a new API key of a role. */
export async function assistantOf(
  service: TestApp,
  role: Role = "GERENTE",
  as?: "otherCompany",
): Promise<Assistant> {
  const made = await service.send("POST", "/api/keys", {
    json: { name: `assistente ${role}`, role },
    ...(as === undefined ? {} : { as }),
  });
  const key = String(made.body.key);
  const transport = new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
    fetch: (url, init) => {
      const { pathname } = new URL(url);
      const headers = Object.fromEntries(new Headers(init?.headers));
      const body = init?.body;
      return service.raw(init?.method ?? "GET", pathname, {
        as: "anonymous",
        headers,
        ...(typeof body === "string" ? { body } : {}),
      });
    },
  });
  const client = new Client({ name: "teste", version: "1" });
  // The SDK declares its optional members otherwise than exactOptionalPropertyTypes wants.
  await client.connect(trusted<Parameters<typeof client.connect>[0]>(transport));
  const call = async (name: string, args: Record<string, unknown> = {}): Promise<ToolAnswer> => {
    const result = await client.callTool({ name, arguments: args });
    const [first] = trusted<{ text: string }[]>(result.content);
    return {
      text: first?.text ?? "",
      body: result.structuredContent,
      refused: result.isError === true,
    };
  };
  return { client, key, call };
}
