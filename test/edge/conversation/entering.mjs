import { ADMIN } from "../world.mjs";
import { JSON_TYPE, post, ROLES, XML } from "./words.mjs";

/** Of the API as a whole, of accounts and of settings. */
export const entering = {
  async "what is open, unknown, or not allowed"({ ask, documents }) {
    await ask("health", { path: "/api/health" });
    await ask("the description", { path: "/openapi.json" });
    for (const path of ["/nowhere", "/api/nowhere", "/api/nfes/", "/api//nfes", "/nowhere/"])
      await ask(`unknown ${path}`, { path });
    for (const [method, path] of [
      ["DELETE", "/api/nfes"],
      ["GET", "/api/login"],
      ["PUT", "/api/nfe/upload"],
      ["PATCH", "/api/health"],
      ["HEAD", "/api/nfes"],
    ])
      await ask(`${method} ${path}`, { method, path });
    for (const as of ["garbage", "eyJhbGciOiJub25lIn0.e30.", "sge_0000000000_0000"])
      await ask("a bad token", { path: "/api/stock", as });
    await ask("no token", { path: "/api/stock?token=abc", as: null });
    for (const origin of [
      "https://loja.example",
      "https://outra.example",
      "http://localhost:1",
      "null",
    ])
      await ask(`preflight from ${origin}`, {
        method: "OPTIONS",
        path: "/api/nfes",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type,authorization",
        },
      });
    await ask("a read from an allowed origin", {
      path: "/api/health",
      headers: { origin: "https://loja.example" },
    });
    await ask("ids of the caller's", {
      path: "/api/health",
      headers: {
        "x-request-id": "pedido-1",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
      },
    });
    await ask("an id that may not stand in a log", {
      path: "/nowhere",
      headers: { "x-request-id": "a b'c" },
    });
    await ask("an upload without a token", {
      method: "POST",
      path: "/api/nfe/upload",
      headers: XML,
      body: documents.first,
    });
  },

  async "signing in, and keys for each role"({ ask }) {
    const login = (body, headers) => ({ method: "POST", path: "/api/login", body, headers });
    await ask("a login that is no JSON", login("{", JSON_TYPE));
    await ask("a login without a password", login('{"email":"a@b.example"}', JSON_TYPE));
    await ask(
      "a login with an unknown e-mail",
      login('{"email":"a@b.example","password":"x"}', JSON_TYPE),
    );
    await ask(
      "a login as text/plain",
      login(JSON.stringify(ADMIN), { "content-type": "text/plain" }),
      {
        keep: (body, known) => {
          known.admin = body.token;
        },
      },
    );
    await ask("no keys yet", { path: "/api/keys" });
    for (const role of ROLES)
      await ask(`a key of a ${role}`, post("/api/keys", { name: `chave ${role}`, role }), {
        keep: (body, known) => {
          known[role] = body.key;
          known.lastKey = body.id;
        },
      });
    await ask(
      "a key in the past",
      post("/api/keys", { name: "x", role: "ADMIN", expires_at: "2020-01-01T00:00:00Z" }),
    );
    await ask("a key of no role", post("/api/keys", { name: "x", role: "DONO" }));
    await ask("a key to be deleted", post("/api/keys", { name: "vai embora", role: "ADMIN" }), {
      keep: (body, known) => {
        known.gone = body;
      },
    });
    await ask("deleted", ({ gone }) => ({ method: "DELETE", path: `/api/keys/${gone.id}` }));
    await ask("deleted twice", ({ gone }) => ({ method: "DELETE", path: `/api/keys/${gone.id}` }));
    await ask("with a deleted key", ({ gone }) => ({ path: "/api/stock", as: gone.key }));
    await ask("the keys", { path: "/api/keys" });
    await ask("keys are not for a manager", ({ GERENTE }) => ({ path: "/api/keys", as: GERENTE }));
  },

  async "users, and the companies of a person"({ ask }) {
    const users = (json) => post("/api/users", json);
    const at = (rest = "") => `/api/users/${rest}`;
    await ask("who am I", { path: "/api/me" });
    await ask("who is a key", ({ OPERADOR }) => ({ path: "/api/me", as: OPERADOR }));
    await ask("the users", { path: "/api/users" });
    await ask(
      "a user with a weak password",
      users({ email: "a@b.example", password: "x", role: "ADMIN" }),
    );
    await ask("a user of no role", users({ email: "a@b.example", role: "DONO" }));
    await ask("an invitation", users({ email: "Ana@Loja.Example", role: "OPERADOR" }), {
      keep: (body, known) => {
        known.ana = body;
      },
    });
    await ask("the same again", users({ email: "ana@loja.example", role: "OPERADOR" }));
    await ask("active without consent", ({ ana }) => ({
      method: "PUT",
      path: at(ana.id),
      json: { active: true },
    }));
    await ask(
      "a link that is none",
      post("/api/password/set", { token: "x", password: "uma senha comprida" }),
    );
    await ask("the link", ({ ana }) =>
      post("/api/password/set", { token: ana.invite.token, password: "uma senha comprida" }),
    );
    await ask("the link again", ({ ana }) =>
      post("/api/password/set", { token: ana.invite.token, password: "uma senha comprida" }),
    );
    await ask("another role", ({ ana }) => ({
      method: "PUT",
      path: at(ana.id),
      json: { name: "Ana", password: "", role: "GERENTE" },
    }));
    await ask("off", ({ ana }) => ({ method: "DELETE", path: at(ana.id) }));
    await ask("no link for the inactive", ({ ana }) => ({
      method: "POST",
      path: at(`${ana.id}/invite`),
    }));
    await ask("the last administrator", { method: "DELETE", path: at(1) });
    await ask("a company that is not hers", post("/api/session/company", { company: 2 }));
    await ask("the users then", { path: "/api/users" });
  },

  async "who did what"({ ask }) {
    // Places and hashes differ with the instants; what was done does not.
    const like = ({ status, body }) => ({
      status,
      lines: body.data?.map(
        ({ id, seq, hash, entity_id, description, ip_address, request_id, ...line }) => line,
      ),
      problem: body.code,
    });
    for (const query of [
      "?action=key.revoke",
      "?entity_type=api_key&limit=2",
      "?action=LOGIN&limit=1",
      "?limit=x",
      "?from=ontem",
    ])
      await ask(`the audit log ${query}`, { path: `/api/audit/logs${query}` }, { like });
    const csv = {
      without: ["content-encoding", "vary"],
      like: ({ status, body }) => ({ status, lines: body.split?.("\r\n").length }),
    };
    await ask(
      "the audit log as CSV",
      { path: "/api/export/audit?action=key.create&dialect=rfc4180" },
      csv,
    );
    await ask("not for a manager", ({ GERENTE }) => ({ path: "/api/audit/logs", as: GERENTE }));
  },

  async "settings, and what follows from them"({ ask, keys }) {
    const change = (body) => ({ method: "PATCH", path: "/api/company", json: body });
    await ask("the company", { path: "/api/company" });
    await ask("settings under an ETag that is not theirs", {
      ...change({ allow_negative: true }),
      headers: { "if-match": '"settings-0"' },
    });
    await ask("the stock of some products", { path: "/api/stock?codes=PREGO,NOVO/1" });
    await ask("the stock of one product", { path: "/api/stock/PREGO" });
    await ask("the stock of no product", { path: "/api/stock/NENHUM?at=2026-11-01" });
    const like = ({ status, body }) => [status, body.data?.length, typeof body.pagination];
    for (const list of ["nfes", "movements/list", "products", "stock", "supplier-items", "jobs"]) {
      const start = { path: `/api/${list}?cursor=start&limit=1` };
      const keep = (body, known) => {
        known.next = body.pagination?.next_cursor ?? "start";
      };
      await ask(`${list} by a cursor`, start, { like, keep });
      const next = ({ next }) => ({ path: `/api/${list}?limit=1&cursor=${next}` });
      await ask(`${list} by the next cursor`, next, { like });
      await ask(`${list} without fields`, { path: `/api/${list}?fields=nenhum` });
    }
    await ask("two fields of the stock", { path: "/api/stock?fields=code,quantity&cursor=start" });
    await ask("a text that is no cursor", { path: "/api/nfes?cursor=x" });
    await ask("the feed from now on", { path: "/api/events?after=end" }, { like: () => null });
    for (const body of [
      { name: "Loja Um", time_zone: "America/Manaus" },
      { cnpjs: ["11222333000181"], require_mapping: true },
      { time_zone: "Nenhures" },
      { overridable_holds: ["homologation"] },
      { estranho: 1 },
      {},
      { alert_cost_rise_percent: null, alert_held_days: 30 },
      { alert_cost_rise_percent: 0 },
      { alert_cost_rise_percent: 10 },
      { cnpjs: [], require_mapping: false, auto_approve: true },
    ])
      await ask(`settings ${JSON.stringify(body)}`, change(body));
    await ask("notes have their verdict again", { path: `/api/nfes/${keys.unsaid ?? keys.latin}` });
    await ask("notes by day of another zone", { path: "/api/nfes?from=2026-11-01" });
  },

  async "where mail comes from"({ ask }) {
    // Only Bun opens mailboxes: a Worker is handed the mail that Cloudflare takes for it.
    const like = ({ status, headers, body: { reads_mailboxes: _, ...body } }) => ({
      status,
      headers,
      body,
    });
    const show = { path: "/api/config/email" };
    await ask("no mail yet", show, { like });
    const order = {
      imap_host: "imap.loja.example",
      imap_user: "notas@loja.example",
      imap_password: "segredo",
      imap_allowed_senders: "fornecedor@x.example, @outro.example",
    };
    for (const body of [
      order,
      { ...order, imap_password: "********", imap_port: 143, use_tls: false },
      { ...order, imap_port: 25 },
      { ...order, imap_host: "imap.outra.example", imap_password: "********" },
      { ...order, imap_allowed_senders: "*" },
      { ...order, imap_host: "a b" },
      { ...order, estranho: 1 },
      {},
    ])
      await ask(`mail ${JSON.stringify(body)}`, { ...show, method: "PUT", json: body });
    await ask("an address", { method: "POST", path: "/api/config/email/address" });
    await ask("mail as it is set up", show, { like });
    const alerts = { path: "/api/config/alerts" };
    const put = (json) => ({ ...alerts, method: "PUT", json });
    await ask("no alerts by mail yet", alerts);
    const to = ["Dona@Loja.Example", "dona@loja.example", "contador@x.example"];
    await ask("alerts by mail", put({ recipients: to, events: ["stock.low"] }));
    await ask("alerts to no address", put({ recipients: ["dona"] }));
    await ask("alerts of no type", put({ recipients: to, events: [] }));
    await ask("alerts to too many", put({ recipients: Array(11).fill("a@b.example") }));
    await ask("a trial without a sender", {
      ...alerts,
      path: `${alerts.path}/test`,
      method: "POST",
    });
    await ask("all alerts to no recipient", put({ recipients: [] }));
    await ask("alerts as they are set up", alerts);
    await ask("mail is not for a manager", ({ GERENTE }) => ({ ...show, as: GERENTE }));
  },

  async "what only one of them has, by name"({ ask }) {
    // A Worker has no profiler, knows other parts, and its counts are everybody's.
    const known = { like: ({ status }) => status < 500 };
    await ask("metrics", { path: "/metrics" }, known);
    await ask("metrics for a reader", ({ VISUALIZADOR }) => ({
      path: "/metrics",
      as: VISUALIZADOR,
    }));
    await ask(
      "health in full",
      { path: "/api/health/full" },
      {
        like: ({ status, headers, body }) => ({
          status,
          headers,
          is: [body.status, body.database],
        }),
      },
    );
  },

  async leaving({ ask }) {
    const change = (current_password, new_password) => ({
      method: "PUT",
      path: "/api/me/password",
      json: { current_password, new_password },
    });
    await ask("a wrong password", change("errada e longa", "outra, bem longa"));
    await ask("a weak password", change(ADMIN.password, "curta"));
    await ask("a new password", change(ADMIN.password, "outra senha comprida"));
    await ask("an old token", { path: "/api/stock" });
    await ask(
      "in again",
      { method: "POST", path: "/api/login", json: { ...ADMIN, password: "outra senha comprida" } },
      {
        keep: (body, known) => {
          known.admin = body.token;
        },
      },
    );
    await ask("out", { method: "POST", path: "/api/logout" });
    await ask("after that", { path: "/api/stock" });
    // One guess comes back every twelve seconds: on which side first is a matter of milliseconds.
    for (let n = 0; n < 6; n += 1)
      await ask(
        `guess ${n + 1}`,
        {
          method: "POST",
          path: "/api/login",
          json: { email: "alguem@loja.example", password: "adivinha" },
        },
        { without: ["retry-after"] },
      );
  },
};
