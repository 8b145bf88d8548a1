import { COMPANY } from "../../src/synthetic/trade.ts";
import type { TestApp } from "../support/app.ts";
import { browserOf } from "../support/http/browser.ts";
import { distribution, docZip } from "../support/http/walk-sefaz.ts";
import { PASSWORD } from "../support/idempotency/world.ts";
import { announcedKey, noteSummary } from "../support/sefaz/summaries.ts";

/** How a route is asked: its address, and where the usual body or caller does not do. */
export interface Asked {
  readonly at: Map<string, string>;
  readonly bodies: Readonly<Record<string, object>>;
  readonly headers: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A person with a password, a session of that person in a browser, and an invitation to accept: what sessions are asked with. */
export async function sessions(service: TestApp): Promise<Pick<Asked, "bodies" | "headers">> {
  const { send } = service;
  const email = "bia@loja.example";
  const user = { name: "Bia", email, password: PASSWORD, role: "GERENTE" };
  await send("POST", "/api/users", { json: user });
  const browser = browserOf(service);
  await browser.enter({ email, password: PASSWORD });
  const { token } = (await send("POST", "/api/login", { json: { email, password: PASSWORD } }))
    .body;
  const invited = { email: "caio@loja.example", role: "OPERADOR", invite: true };
  const { invite } = (await send("POST", "/api/users", { json: invited })).body;
  return {
    bodies: {
      "POST /api/login": { email, password: PASSWORD },
      "POST /api/session": { email, password: PASSWORD },
      "POST /api/password/set": { token: invite.token, password: PASSWORD },
      "PUT /api/me/password": { current_password: PASSWORD, new_password: "outra senha comprida" },
    },
    headers: {
      "GET /api/session": {
        cookie: browser.cookie ?? "",
        "sec-fetch-site": "same-origin",
        host: "localhost:8003",
      },
      "PUT /api/me/password": { authorization: `Bearer ${token}` },
    },
  };
}

/** What an assistant asks for; the id of the confirmation. */
export async function askedFor({ send }: TestApp, key: string, quantity: number): Promise<string> {
  const args = { product_code: "P3", type: "ENTRADA", quantity };
  const { body } = await send("POST", "/mcp", {
    headers: { authorization: `Bearer ${key}` },
    json: {
      ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
      params: { name: "record_movement", arguments: args },
    },
  });
  return body.result.structuredContent.data.confirmation_id;
}

/** What the distribution of the tax office brings: an announced note, a parked document, and a call without its answer; its id. */
export async function fetched({ send }: TestApp): Promise<string> {
  const { cnpj } = COMPANY;
  const claimed = async () => (await send("POST", "/api/sefaz/calls", { json: {} })).body.call.id;
  await send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: true } });
  await send("POST", `/api/sefaz/calls/${await claimed()}/answer`, {
    headers: { "content-type": "application/octet-stream" },
    body: new TextEncoder().encode(
      distribution(
        docZip("resNFe_v1.01.xsd", noteSummary(announcedKey(2))) +
          '<docZip NSU="000000000000001" schema="procNFe_v4.00.xsd">bm8=</docZip>',
      ),
    ),
  });
  await send("POST", "/api/nfes/fetch", { json: { access_key: announcedKey(3) } });
  return claimed();
}

/** A statement about the note of this path, which waits for an agent; its id. */
export async function stated({ send }: TestApp, note = ""): Promise<string> {
  const { body } = await send("POST", `${note}/statement`, { json: { type: "210210" } });
  return body.id;
}
