import { expect, test } from "bun:test";
import { join } from "node:path";
import { trusted } from "../../src/lib/cast.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { FULL } from "../support/full.ts";
import { type Dovecot, dovecot } from "../support/mail/dovecot.ts";
import { type MailOptions, mailOf } from "../support/mail/raw-mail.ts";
import { signIn, startProcess, temporaryFolder } from "../support/process.ts";

const MIB = 1_048_576;
const CONFIG = "/api/config/email";
const SENDER = "nfe@forn.example";

const oneNote = (seed: number, more: MailOptions = {}) =>
  mailOf({
    parts: [{ name: "nota.xml", content: syntheticNote({ seed, items: 1 }).xml }],
    ...more,
  });

interface Line {
  job_id: string | null;
  code: string | null;
  sender: string;
}

/** What a test asks of the service, as an administrator. */
async function administrator(url: string) {
  const headers = { authorization: `Bearer ${await signIn(url)}` };
  const ask = (method: string, path: string, json?: object) =>
    fetch(`${url}${path}`, {
      method,
      headers,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  const read = async <T>(path: string): Promise<T> =>
    trusted<T>(await (await ask("GET", path)).json());
  return {
    ask,
    recent: async () => (await read<{ recent: Line[] }>(CONFIG)).recent,
    notes: async () =>
      (await read<{ pagination: { total: number } }>("/api/nfes?limit=1")).pagination.total,
    jobs: async () =>
      (await read<{ pagination: { total: number } }>("/api/jobs?kind=mail")).pagination.total,
  };
}

const orderFor = ({ host, port, user, password }: Dovecot) => ({
  imap_host: host,
  imap_port: port,
  imap_user: user,
  imap_password: password,
  imap_folder: "INBOX",
  imap_allowed_senders: SENDER,
  imap_subject_filter: "",
  use_tls: false,
  active: true,
});

/** Looks again until it is so; what it looks at has no other way to tell. */
async function until(isSo: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await isSo()); await Bun.sleep(50))
    if (Date.now() > end) throw new Error("it did not come to be so");
}

const EVERY_SECOND = { MAIL_POLL_SECONDS: "1", LOG_LEVEL: "info" };

const TESTS = {
  async "a real IMAP server marks each mail as seen when its job or its refusal is stored"() {
    await using server = await dovecot();
    await using dir = await temporaryFolder();
    for (let n = 1; n <= 30; n += 1) await server.put(oneNote(n));
    await server.put(oneNote(90, { from: "x@forn.example.evil.example" }));
    const large = mailOf({ parts: [{ name: "a.zip", content: new Uint8Array(40 * MIB) }] });
    expect(large.byteLength).toBeGreaterThan(50 * MIB);
    await server.put(large);
    await using service = startProcess(dir.path, EVERY_SECOND);
    const { ask, notes, recent, jobs } = await administrator(await service.listening);
    const order = orderFor(server);
    for (const [change, code] of [
      [{ imap_password: "outra" }, "mailbox.login"],
      [{ imap_folder: "nenhuma" }, "mailbox.folder"],
      // The port has no TLS: the answer is the same as that of a port without an IMAP server.
      [{ use_tls: true }, "mailbox.unreachable"],
    ] as const) {
      const answer = await ask("POST", `${CONFIG}/test`, { ...order, ...change });
      const { code: said } = trusted<{ code: string }>(await answer.json());
      expect([answer.status, said]).toEqual([400, code]);
    }
    expect((await ask("POST", `${CONFIG}/test`, order)).status).toBe(200);
    // Trying it out has touched nothing.
    expect(await server.seen()).toEqual({ seen: 0, unseen: 32 });
    expect((await ask("PUT", CONFIG, order)).status).toBe(200);
    await until(async () => (await notes()) === 30 && (await server.seen()).unseen === 0);
    expect(await jobs()).toBe(30);
    const refused = (await recent()).filter(({ job_id }) => job_id === null);
    expect(refused.map(({ code, sender }) => [code, sender]).sort()).toEqual([
      ["mail.sender", "x@forn.example.evil.example"],
      ["mail.too_large", SENDER],
    ]);
    // The connection is read-write for \Seen alone: nothing was lost of what the mailbox had.
    expect((await server.seen()).seen).toBe(32);
    const log = service.lines.join("\n");
    expect(log).toContain('"event":"mail.visit"');
    for (const secret of [server.password, "forn.example", "nota.xml"])
      expect([secret, log.includes(secret)]).toEqual([secret, false]);
  },

  async "forty mails become one job each, although the service and the mail server are killed"() {
    await using server = await dovecot();
    await using dir = await temporaryFolder();
    for (let n = 1; n <= 40; n += 1) await server.put(oneNote(n));
    const env = { ...EVERY_SECOND, DATABASE_URL: `file:${join(dir.path, "sge.db")}` };
    {
      await using first = startProcess(dir.path, env);
      const { ask } = await administrator(await first.listening);
      expect((await ask("PUT", CONFIG, orderFor(server))).status).toBe(200);
      await until(async () => (await server.seen()).seen >= 5);
      first.child.kill("SIGKILL");
      await first.child.exited;
    }
    const { seen } = await server.seen();
    expect(seen).toBeLessThan(40);
    // Marked as if it had died just before: its job is there, its flag is not.
    await server.forget();
    await using second = startProcess(dir.path, env);
    await using third = startProcess(dir.path, env);
    const { notes, jobs } = await administrator(await second.listening);
    await third.listening;
    await until(async () => (await jobs()) >= 20);
    await server.stop();
    await server.start();
    await until(async () => (await server.seen()).unseen === 0 && (await notes()) === 40, 60_000);
    expect(await jobs()).toBe(40);
  },
};

if (FULL) for (const [name, body] of Object.entries(TESTS)) test(name, body, 180_000);
else test("the mailbox has a long form", () => expect(Object.keys(TESTS)).toHaveLength(2));
