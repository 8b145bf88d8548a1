import { expect, test } from "bun:test";
import { PAGE_ROWS } from "../../../src/export/pages.ts";
import { feedBroadcaster } from "../../../src/journal/feed-broadcaster.ts";
import { deliver } from "../../../src/mail/deliver.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../../src/synthetic/zip.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import {
  insertManyMovements,
  insertProduct,
  MOVEMENTS_CSV,
} from "../../support/exports/export-rows.ts";
import { openFeed } from "../../support/feed/open-feed.ts";
import { mailOf } from "../../support/mail/raw-mail.ts";
import { runJobs } from "../../support/run-jobs.ts";

/** The administrator of the tests, who creates the keys. */
const ADMIN = 14;

/** A change directly in the database, as an operator would make it: no cache tag is bumped. */
const set = ({ ports }: TestApp, sql: string) =>
  ports.writer.commit({
    statements: [{ sql: `update memberships set ${sql} where user_id = ?1`, args: [ADMIN] }],
    read: () => undefined,
  });

/** The user's token, and the API keys that the user created. */
async function bearers({ send, tokenOf }: TestApp) {
  const { body } = await send("POST", "/api/keys", { json: { name: "ERP", role: "GERENTE" } });
  return [
    ["token", tokenOf("ADMIN")],
    ["key", String(body.key)],
  ] as const;
}

const by = (bearer: string) => ({
  as: "anonymous" as const,
  headers: { authorization: `Bearer ${bearer}` },
});

const LEAVING = ["active = 0", "company = 2"];

for (const leaving of LEAVING)
  test(`a user who is removed (${leaving}) loses token and keys in requests, long polls and streams`, () =>
    withApp(async (service) => {
      const { ports, send } = service;
      for (const [kind, bearer] of await bearers(service)) {
        expect([kind, (await send("GET", "/api/nfes", by(bearer))).status]).toEqual([kind, 200]);
        const stream = (await openFeed(service, by(bearer))).stream;
        const poll = send("GET", "/api/events?wait=20", by(bearer));
        while (feedBroadcaster(ports).size < 2) await ports.yieldToEventLoop();
        await set(service, leaving);
        for (const [method, path] of [
          ["GET", "/api/nfes"],
          ["GET", "/api/export/stock"],
          ["GET", "/api/exports/0/file"],
          ["GET", "/api/events"],
          ["GET", "/api/notifications/stream"],
          ["POST", "/api/nfe/upload"],
        ] as const) {
          const { status, body } = await send(method, path, by(bearer));
          expect([kind, path, status, body.code]).toEqual([kind, path, 401, "auth.invalid_token"]);
        }
        ports.clock.advance(21_000);
        expect([kind, (await poll).status]).toEqual([kind, 401]);
        expect([kind, (await stream.rest()).at(-1)?.event]).toEqual([kind, "bye"]);
        expect(feedBroadcaster(ports).size).toBe(0);
        await set(service, "active = 1, company = 1");
        expect([kind, (await send("GET", "/api/nfes", by(bearer))).status]).toEqual([kind, 200]);
      }
    }));

test("a CSV download ends within seconds after its user is removed", () =>
  withApp(async (service) => {
    await insertProduct(service, "P");
    await insertManyMovements(service, 6 * PAGE_ROWS);
    for (const [kind, bearer] of await bearers(service)) {
      const response = await service.raw("GET", MOVEMENTS_CSV, by(bearer));
      const reader = response.body?.getReader();
      await reader?.read();
      await set(service, "active = 0");
      service.ports.clock.advance(9_000);
      const rest = (async () => {
        for (let pieces = 0; ; pieces += 1) {
          if ((await reader?.read())?.done !== false) return pieces;
          // Whether the person may still read is asked beside the pages: a loaded machine answers later.
          await Bun.sleep(2);
        }
      })();
      expect([kind, await rest.catch(() => "cut")]).toEqual([kind, "cut"]);
      await set(service, "active = 1");
    }
  }));

test("a user whose role is lowered has a token and keys of that role only", () =>
  withApp(async (service) => {
    const { send } = service;
    const order = { json: { reason: "x" } };
    for (const [kind, bearer] of await bearers(service)) {
      const may = async (method: string, path: string) =>
        (await send(method, path, { ...order, ...by(bearer) })).status !== 403;
      const discard = ["POST", `/api/nfes/${"1".repeat(44)}/discard`] as const;
      expect([kind, await may(...discard)]).toEqual([kind, true]);
      await set(service, "role = 'VISUALIZADOR'");
      expect([kind, await may(...discard), await may("PATCH", "/api/company")]).toEqual([
        kind,
        false,
        false,
      ]);
      expect((await send("GET", "/api/nfes", by(bearer))).status).toBe(200);
      await set(service, "role = 'ADMIN'");
    }
  }));

test("accepted jobs, files and the mail address stay when their user is removed", () =>
  withApp(
    async (service) => {
      const { ports, send } = service;
      const [, key = ""] = (await bearers(service))[1] ?? [];
      const address = (await send("POST", "/api/config/email/address")).body.intake_address;
      const mailbox = { imap_host: "", imap_allowed_senders: "nfe@forn.example", active: true };
      expect((await send("PUT", "/api/config/email", { json: mailbox })).status).toBe(200);
      const zip = await zipOf([
        { name: "a.xml", bytes: new TextEncoder().encode(syntheticNote({ seed: 1 }).xml) },
      ]);
      const sent = {
        ...by(key),
        body: zip,
        headers: { ...by(key).headers, "content-type": "application/zip" },
      };
      const batch = await send("POST", "/api/nfe/batch?async=true&approve=true", sent);
      expect(batch.status).toBe(202);
      const csv = await send("POST", "/api/exports", { ...by(key), json: { type: "stock" } });
      expect(csv.status).toBe(202);
      await set(service, "active = 0");
      const raw = mailOf({ parts: [{ name: "b.xml", content: syntheticNote({ seed: 2 }).xml }] });
      const mail = {
        from: "nfe@forn.example",
        to: address,
        headers: new Headers({ "message-id": "<1@forn.example>" }),
        rawSize: raw.byteLength,
        raw: new Blob([raw]).stream(),
      };
      expect(await deliver(ports, mail)).toBeNull();
      await runJobs(ports);
      const as = "GERENTE" as const;
      const jobs = (await send("GET", "/api/jobs", { as })).body.data;
      expect(jobs.map(({ kind, state }: Record<string, string>) => [kind, state]).sort()).toEqual([
        ["batch", "done"],
        ["export", "done"],
        ["mail", "done"],
      ]);
      const file = `/api/exports/${csv.body.id ?? csv.headers.get("location")?.split("/").at(-1)}/file`;
      expect((await send("GET", file, { as })).status).toBe(200);
      expect((await send("GET", file, by(key))).status).toBe(401);
      const lines = await service.rows(
        "select user_id, key_id is not null as by_key from audit where action like 'nfe.regist%' order by by_key desc",
      );
      // The job keeps the user who requested it or configured the mailbox as its author.
      expect(lines).toEqual([
        { user_id: ADMIN, by_key: 1 },
        { user_id: ADMIN, by_key: 0 },
      ]);
    },
    { config: { MAIL_DOMAIN: "notas.example" } },
  ));
