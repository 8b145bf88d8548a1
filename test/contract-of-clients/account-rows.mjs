import assert from "node:assert/strict";
import { refused, typed } from "./client.mjs";

const USER = { id: "integer", email: "string", name: "string?", role: "string", active: "boolean" };
const MAIL = {
  imap_host: "string",
  imap_user: "string",
  imap_folder: "string",
  imap_allowed_senders: "string",
  imap_subject_filter: "string",
  imap_password: "string",
  imap_port: "number",
  use_tls: "boolean",
  active: "boolean",
};
const PERSON = {
  name: "Rui",
  email: "rui@loja.example",
  password: "uma senha bem comprida",
  role: "OPERADOR",
};

export const accountRows = [
  {
    rows: [25, 26, 27, 28],
    name: "users are made, changed by the form and by the switch, and deactivated",
    async test({ client }) {
      const made = await client.call("POST", "/api/users", PERSON);
      assert.equal(made.status, 201, made.text);
      typed(made.body, USER, "user");
      refused(await client.call("POST", "/api/users", PERSON), 409, "a known e-mail");
      refused(await client.call("POST", "/api/users", { ...PERSON, email: "" }), 400, "no e-mail");
      const list = await client.get("/api/users");
      assert.ok(Array.isArray(list.body));
      for (const user of list.body) typed(user, USER, "users[]");
      const at = `/api/users/${made.body.id}`;
      const form = await client.call("PUT", at, {
        ...PERSON,
        name: "Rui B.",
        password: "",
        role: "GERENTE",
      });
      assert.equal(form.status, 200, form.text);
      assert.notEqual(form.body, null);
      assert.equal(
        (await client.login(PERSON.email, PERSON.password)).status,
        200,
        "the old password",
      );
      assert.equal((await client.call("PUT", at, { active: false })).status, 200);
      const { id } = made.body;
      const off = (await client.get("/api/users")).body.find((one) => one.id === id);
      assert.equal(off.active, false);
      const on = await client.call("PUT", at, { active: true });
      assert.equal(on.status, 200, on.text);
      assert.equal(on.body.active, true);
      assert.equal((await client.call("PUT", at, { role: "OPERADOR" })).status, 200);
    },
  },
  {
    rows: [21, 25, 29, 32],
    name: "who is no administrator reads 403 and no 401, with a sentence",
    async test({ client, built }) {
      const { token } = (await client.login(PERSON.email, PERSON.password)).body;
      for (const path of ["/api/users", "/api/config/email", "/api/audit/logs?page=1&limit=50"])
        refused(await client.get(path, { as: token }), 403, path);
      if (built(21))
        assert.notEqual((await client.get("/api/categories", { as: token })).status, 401);
      const { body } = await client.get("/api/users");
      const { id } = body.find(({ email }) => email === PERSON.email);
      assert.equal((await client.call("DELETE", `/api/users/${id}`)).status, 204);
      assert.equal(
        (await client.get("/api/users")).body.find((one) => one.id === id).active,
        false,
      );
    },
  },
  {
    rows: [29, 30, 31],
    name: "the configuration of mail goes back as it was read",
    async test({ client }) {
      const read = await client.get("/api/config/email");
      assert.equal(read.status, 200);
      typed(read.body, MAIL, "config");
      const saved = await client.call("PUT", "/api/config/email", read.body);
      assert.equal(saved.status, 200, saved.text);
      typed(saved.body, { message: "string" }, "config saved");
      refused(
        await client.call("POST", "/api/config/email/test", { ...read.body, imap_port: null }),
        400,
        "a test of no mailbox",
      );
    },
  },
  {
    rows: [32],
    name: "the audit log has strings that a page can show, and pages of fifty",
    async test({ client }) {
      const { status, body } = await client.get("/api/audit/logs?page=1&limit=50");
      assert.equal(status, 200);
      assert.ok(body.data.length > 10);
      for (const line of body.data)
        typed(
          line,
          {
            id: "integer",
            created_at: "instant",
            action: "string",
            entity_type: "string",
            description: "string",
            ip_address: "string?",
          },
          `audit ${line.id}`,
        );
      const byUser = body.data.filter(({ user }) => user !== null);
      assert.ok(byUser.length > 5);
      for (const { user } of byUser) typed(user, { email: "string" }, "audit.user");
      assert.ok(body.data.some(({ action }) => action === "CREATE"));
    },
  },
  {
    rows: [4],
    name: "many wrong logins are answered 429, with a sentence",
    async test({ client }) {
      const statuses = [];
      for (let n = 0; n < 12 && !statuses.includes(429); n += 1) {
        const answer = await client.login("ninguem@loja.example", "errada, a senha");
        refused(answer, answer.status, "a wrong login");
        statuses.push(answer.status);
      }
      assert.ok(statuses.includes(429), statuses.join());
    },
  },
];
