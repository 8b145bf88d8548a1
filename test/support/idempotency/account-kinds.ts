import { answerOf } from "../app.ts";
import { somePfx } from "../sefaz/some-pfx.ts";
import { app, json, type Kind, PASSWORD, type World } from "./world.ts";

const mail = (world: World, about: string, n: number) =>
  `${about}${n}.${world.company}@loja.example`;
const MAILBOX = { imap_host: "imap.example.com", imap_user: "nfe", imap_password: "uma senha" };
const FROM_OUR_PAGE = { "sec-fetch-site": "same-origin" };

async function webhook(world: World): Promise<string> {
  const url = "https://erp.loja.com.br/sge";
  const { id } = await world.ask("POST", "/api/webhooks", { url, events: ["*"], description: "" });
  return `/api/webhooks/${id}`;
}

async function invited(world: World, about: string, n: number) {
  const user = { email: mail(world, about, n), role: "OPERADOR", invite: true };
  return world.ask("POST", "/api/users", user);
}

/** What an assistant asks for: an entry of a product of its own. */
async function askedFor(world: World, n: number): Promise<string> {
  const { service, company } = world;
  const product_code = await world.product(`ASKED${n}`);
  const { key } = await world.ask("POST", "/api/keys", { name: `a${n}`, role: "GERENTE" });
  const args = { product_code, type: "ENTRADA", quantity: 5 };
  const params = { name: "record_movement", arguments: args };
  const answer = await answerOf(
    await app.request(
      "/mcp",
      {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
      },
      { ports: service.ports },
    ),
  );
  const id = String(answer.body.result.structuredContent.data.confirmation_id);
  // The clock moves by hours while requests are repeated.
  await service.ports.writer.commit({
    statements: [
      {
        sql: "update confirmations set expires_at = expires_at + 8640000000 where company = ?1 and id = ?2",
        args: [company, id],
      },
    ],
    read: () => undefined,
  });
  return id;
}

/** Every POST of people, sessions, keys, webhooks, mail, assistants and of who runs the service. */
export const ACCOUNT_KINDS: readonly Kind[] = [
  {
    route: "/api/login",
    answers: "open",
    async make(world, n) {
      const email = mail(world, "login", n);
      await world.person(email);
      return { ...json("/api/login", { email, password: PASSWORD }), token: null };
    },
  },
  {
    route: "/api/session",
    answers: "open",
    async make(world, n) {
      const email = mail(world, "session", n);
      await world.person(email);
      const sent = json("/api/session", { email, password: PASSWORD });
      return { ...sent, token: null, headers: FROM_OUR_PAGE };
    },
  },
  {
    route: "/api/logout",
    answers: "open",
    refusals: ["auth.invalid_token"],
    make: async (world, n) => ({
      ...json("/api/logout"),
      token: await world.person(mail(world, "logout", n)),
    }),
  },
  {
    route: "/api/session/company",
    answers: "open",
    make: async (world, n) => ({
      ...json("/api/session/company", { company: 3 - world.company }),
      token: await world.person(mail(world, "chooses", n)),
    }),
  },
  {
    route: "/api/password/set",
    answers: "open",
    refusals: ["invite.not_found"],
    async make(world, n) {
      const { invite } = await invited(world, "accepts", n);
      const order = { token: invite.token, password: PASSWORD };
      return { ...json("/api/password/set", order), token: null };
    },
  },
  {
    route: "/api/users",
    answers: "lost",
    make: async (world, n) =>
      json("/api/users", { email: mail(world, "made", n), role: "OPERADOR", invite: true }),
  },
  {
    route: "/api/users/{id}/invite",
    answers: "lost",
    make: async (world, n) => json(`/api/users/${(await invited(world, "invited", n)).id}/invite`),
  },
  {
    route: "/api/keys",
    answers: "lost",
    make: async (_, n) => json("/api/keys", { name: `K${n}`, role: "OPERADOR" }),
  },
  {
    route: "/api/config/email/test",
    answers: "open",
    make: async () => json("/api/config/email/test", MAILBOX),
  },
  {
    route: "/api/config/email/address",
    answers: "lost",
    make: async () => json("/api/config/email/address"),
  },
  {
    route: "/api/config/alerts/test",
    answers: "open",
    async make(world) {
      await world.ask("PUT", "/api/config/alerts", { recipients: ["dona@loja.example"] });
      return json("/api/config/alerts/test");
    },
  },
  {
    route: "/api/confirmations/{id}",
    answers: "lost",
    make: async (world, n) => json(`/api/confirmations/${await askedFor(world, n)}`),
  },
  {
    route: "/api/certificates",
    answers: "lost",
    make: async () =>
      json("/api/certificates", { pfx: somePfx().toBase64(), passphrase: "segredo" }),
  },
  {
    route: "/api/webhooks",
    answers: "lost",
    most: 3,
    make: async () =>
      json("/api/webhooks", { url: "https://erp.loja.com.br/x", events: ["*"], description: "" }),
  },
  {
    route: "/api/webhooks/{id}/rotate-secret",
    answers: "lost",
    most: 3,
    make: async (world) => json(`${await webhook(world)}/rotate-secret`),
  },
  {
    route: "/api/webhooks/{id}/ping",
    answers: "open",
    most: 3,
    make: async (world) => json(`${await webhook(world)}/ping`),
  },
  {
    route: "/api/webhooks/{id}/deliveries/{event}/replay",
    answers: "lost",
    most: 3,
    async make(world) {
      const at = await webhook(world);
      await world.product(`SAID${at.slice(-12)}`);
      const { id } = await world.row("select max(id) as id from events where company = ?1", [
        world.company,
      ]);
      return json(`${at}/deliveries/e${Number(id).toString(36)}/replay`);
    },
  },
  {
    route: "/api/webhooks/{id}/replay",
    answers: "lost",
    most: 3,
    make: async (world) => json(`${await webhook(world)}/replay?after=e0`),
  },
  // Where there are several companies, no administrator has the routes of who runs the installation.
  ...["/api/profile/cpu", "/api/profile/heap"].map(
    (route): Kind => ({
      route,
      answers: "open",
      refusals: ["http.not_found"],
      make: async () => json(route),
    }),
  ),
];
