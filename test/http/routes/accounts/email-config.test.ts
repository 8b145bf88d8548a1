import { expect, test } from "bun:test";
import { Failed } from "../../../../src/lib/result.ts";
import { deliver } from "../../../../src/mail/deliver.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { memoryMailbox } from "../../../support/mail/memory-mailbox.ts";
import { mailOf } from "../../../support/mail/raw-mail.ts";
import { runJobs } from "../../../support/run-jobs.ts";

const PATH = "/api/config/email";
const PASSWORD = "a senha da caixa";
const ORDER = {
  imap_host: "imap.loja.example",
  imap_port: 993,
  imap_user: "nfe@loja.example",
  imap_password: PASSWORD,
  imap_folder: "INBOX",
  imap_allowed_senders: "nfe@forn.example, @outra.example",
  imap_subject_filter: "",
  use_tls: true,
  active: true,
};
const HIDDEN = "********";

const withMailbox = (
  body: (service: TestApp, box: ReturnType<typeof memoryMailbox>) => Promise<void>,
) => {
  const box = memoryMailbox();
  return withApp((service) => body(service, box), { mailboxes: box.mailboxes });
};
const put = (service: TestApp, change: object = {}) =>
  service.send("PUT", PATH, { json: { ...ORDER, ...change } });
const tried = (service: TestApp, change: object = {}) =>
  service.send("POST", `${PATH}/test`, { json: { ...ORDER, ...change } });

test("a configuration that was never saved has TLS, 993, INBOX, no senders, inactive", () =>
  withMailbox(async ({ send }) => {
    const { status, body } = await send("GET", PATH);
    expect(status).toBe(200);
    expect(body).toEqual({
      ID: 0,
      CreatedAt: "0001-01-01T00:00:00Z",
      UpdatedAt: "0001-01-01T00:00:00Z",
      DeletedAt: null,
      imap_host: "",
      imap_port: 993,
      imap_user: "",
      imap_password: "",
      imap_folder: "INBOX",
      imap_allowed_senders: "",
      imap_subject_filter: "",
      use_tls: true,
      active: false,
      intake_address: null,
      reads_mailboxes: true,
      recent: [],
    });
  }));

test("S10: the password is in no answer, no plain column and no audit row, and ******** keeps it", () =>
  withMailbox(async (service, box) => {
    const saved = await put(service);
    expect([saved.status, saved.body]).toEqual([
      200,
      { message: "Configuração salva com sucesso" },
    ]);
    const { body } = await service.send("GET", PATH);
    expect(body).toMatchObject({ ...ORDER, ID: 1, imap_password: HIDDEN });
    // A client of S.G.E. sends back the whole answer with one member changed.
    expect((await put(service, { ...body, imap_subject_filter: "NF-e" })).status).toBe(200);
    expect((await tried(service, { imap_password: HIDDEN })).body).toEqual({
      message: "Conexão estabelecida com sucesso!",
    });
    expect(box.visits).toEqual([
      { how: "look", access: expect.objectContaining({ password: PASSWORD }) },
    ]);
    const audit = await service.rows("select detail from audit where action = 'mail.configure'");
    expect(audit.map(({ detail }) => JSON.parse(String(detail)))).toEqual([
      { active: true, tls: true, senders: 2, password: "new" },
      { active: true, tls: true, senders: 2, password: "kept" },
    ]);
    const everything = [
      await service.rows("select * from mail_settings"),
      await service.rows("select * from audit"),
      service.ports.logged,
    ];
    expect(JSON.stringify(everything)).not.toContain(PASSWORD);
    const [row] = await service.rows("select password from mail_settings");
    expect(row?.password).toMatch(/^v1\./);
  }));

test("S10: the stored password must be typed again for another server, port, user or TLS", () =>
  withMailbox(async (service, box) => {
    await put(service);
    for (const change of [
      { imap_host: "evil.example" },
      { imap_port: 1993 },
      { imap_user: "outro" },
      { use_tls: false },
    ]) {
      const kept = { ...change, imap_password: HIDDEN };
      for (const answer of [await put(service, kept), await tried(service, kept)])
        expect([change, answer.status, answer.body.code]).toEqual([
          change,
          400,
          "mail.password_again",
        ]);
    }
    expect(box.visits).toEqual([]);
    expect((await service.send("GET", PATH)).body).toMatchObject({ imap_host: ORDER.imap_host });
    expect((await put(service, { imap_host: "novo.example" })).status).toBe(200);
    expect((await put(service, { imap_host: "NOVO.example", imap_password: HIDDEN })).status).toBe(
      200,
    );
  }));

test("S10: a stored password cannot be used for another server or company", () =>
  withMailbox(async (service, box) => {
    await put(service);
    const change = (sql: string) =>
      service.ports.writer.commit({ statements: [{ sql, args: [] }], read: () => undefined });
    await change("update mail_settings set host = 'evil.example'");
    const moved = { imap_host: "evil.example", imap_password: HIDDEN };
    expect((await tried(service, moved)).body.code).toBe("mail.password_again");
    await change("update mail_settings set host = 'imap.loja.example', company = 2");
    const other = await service.send("POST", `${PATH}/test`, {
      as: "otherCompany",
      json: { ...ORDER, imap_password: HIDDEN },
    });
    expect(other.body.code).toBe("mail.password_again");
    expect(box.visits).toEqual([]);
  }));

test("a failed mailbox test gives one of a few reasons, and no text of the server", () =>
  withMailbox(async (service, box) => {
    for (const code of [
      "mailbox.unreachable",
      "mailbox.tls",
      "mailbox.login",
      "mailbox.folder",
    ] as const) {
      const said = new Error("NO [ALERT] internal host 10.0.0.7 says hello");
      box.mailboxes.visit = () => Promise.reject(new Failed({ code }, { cause: said }));
      const { status, body, text } = await tried(service);
      expect([status, body.code]).toEqual([400, code]);
      expect(text).not.toContain("10.0.0.7");
      expect(JSON.stringify(service.ports.logged)).not.toContain("10.0.0.7");
    }
  }));

test("an invalid member is refused with its field", () =>
  withMailbox(async (service) => {
    for (const [change, path] of [
      [{ imap_port: 25 }, "/imap_port"],
      [{ imap_port: 70_000 }, "/imap_port"],
      [{ imap_host: "http://imap.example" }, "/imap_host"],
      [{ imap_host: "a b" }, "/imap_host"],
      [{ imap_user: "x".repeat(300) }, "/imap_user"],
      [{ role: "ADMIN" }, ""],
    ] as const) {
      const { status, body } = await put(service, change);
      expect([status, body.code, body.errors[0].path]).toEqual([400, "request.invalid", path]);
    }
    const senders = await put(service, { imap_allowed_senders: "forn" });
    expect([senders.status, senders.body.code]).toEqual([400, "mail.senders"]);
    for (const [change, field] of [
      [{ imap_host: "" }, "imap_host"],
      [{ imap_user: " " }, "imap_user"],
      [{ imap_password: "" }, "imap_password"],
      [{ imap_password: HIDDEN }, "imap_password"],
    ] as const) {
      const { status, body } = await put(service, change);
      expect([status, body.code, body.field]).toEqual([400, "mail.incomplete", field]);
    }
    expect((await put(service, { imap_host: "", active: false })).status).toBe(200);
  }));

test("a mailbox test is 501 on a server that reads no mailboxes", () =>
  withApp(
    async (service) => {
      const { status, body } = await tried(service);
      expect([status, body.code]).toEqual([501, "mail.not_supported"]);
      const open = { imap_host: "", imap_user: "", imap_password: "" };
      expect((await put(service, open)).status).toBe(200);
      const shown = (await service.send("GET", PATH)).body;
      expect([shown.reads_mailboxes, shown.intake_address]).toEqual([false, null]);
      const { intake_address } = (await service.send("POST", `${PATH}/address`)).body;
      expect(intake_address).toMatch(/^nfe-[0-9a-z]{24}@notas\.example$/);
      expect((await service.send("GET", PATH)).body.intake_address).toBe(intake_address);
    },
    { config: { MAIL_DOMAIN: "notas.example" } },
  ));

test("an intake address needs MAIL_DOMAIN", () =>
  withApp(async ({ send }) => {
    const { status, body } = await send("POST", `${PATH}/address`);
    expect([status, body.code]).toEqual([501, "mail.no_domain"]);
  }));

const delivery = (to: string, raw: Uint8Array<ArrayBuffer>, from = "nfe@forn.example") => ({
  from,
  to,
  headers: new Headers({ "message-id": "<1@forn.example>" }),
  rawSize: raw.byteLength,
  raw: new Blob([raw]).stream(),
});
const mail = () =>
  mailOf({ parts: [{ name: "nota.xml", content: syntheticNote({ seed: 1 }).xml }] });
const withAddress = (body: (service: TestApp, address: string) => Promise<void>) =>
  withApp(
    async (service) => {
      await put(service);
      const { intake_address } = (await service.send("POST", `${PATH}/address`)).body;
      await body(service, intake_address);
    },
    { config: { MAIL_DOMAIN: "notas.example" } },
  );

test("a mail becomes a job only at the company's current address", () =>
  withAddress(async (service, address) => {
    expect(await deliver(service.ports, delivery(address.toUpperCase(), mail()))).toBeNull();
    await runJobs(service.ports);
    const { recent } = (await service.send("GET", PATH)).body;
    expect(recent).toMatchObject([
      { way: "address", sender: "nfe@forn.example", code: null, message: null },
    ]);
    const job = await service.send("GET", `/api/jobs/${recent[0].job_id}`);
    expect(job.body).toMatchObject({ kind: "mail", state: "done", summary: { registered: 1 } });
    const renewed = (await service.send("POST", `${PATH}/address`)).body.intake_address;
    expect(renewed).not.toBe(address);
    const unknownAddress = { code: "mail.unknown_address" } as const;
    for (const to of [address, `nfe-${"0".repeat(24)}@notas.example`, "nfe@notas.example", "x"])
      expect(await deliver(service.ports, delivery(to, mail()))).toEqual(unknownAddress);
    expect(await deliver(service.ports, delivery(renewed, mail()))).toBeNull();
    await put(service, { active: false });
    expect(await deliver(service.ports, delivery(renewed, mail()))).toEqual(unknownAddress);
  }));

test("a mail that is refused is not read, and its reason is shown to the administrator", () =>
  withAddress(async ({ ports, send }, address) => {
    const unread = (change: object) => ({
      ...delivery(address, mail()),
      raw: new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error("read")) }),
      ...change,
    });
    const refusedMail = unread({ from: "x@evil.example" });
    expect(await deliver(ports, refusedMail)).toEqual({ code: "mail.sender" });
    expect(await deliver(ports, unread({ from: "" }))).toEqual({ code: "mail.sender" });
    const large = unread({ rawSize: 25 * 1_048_576 + 1 });
    expect(await deliver(ports, large)).toEqual({ code: "mail.too_large" });
    const lying = new Blob([new Uint8Array(26 * 1_048_576)]).stream();
    expect(await deliver(ports, unread({ raw: lying }))).toEqual({ code: "mail.too_large" });
    const { recent } = (await send("GET", PATH)).body;
    const said = recent.map(({ sender, message }: Record<string, string>) => [sender, message]);
    expect(said.sort()).toEqual([
      ["", "Remetente não autorizado"],
      ["nfe@forn.example", "Mensagem grande demais"],
      ["x@evil.example", "Remetente não autorizado"],
    ]);
  }));

test("S17: the authentication results of Cloudflare count at the edge without a setting", () =>
  withAddress(async ({ ports }, address) => {
    const headers = ["Authentication-Results: mx.cloudflare.net; dmarc=fail"];
    const forged = mailOf({ headers, parts: [{ name: "nota.xml", content: "<a/>" }] });
    expect(await deliver(ports, delivery(address, forged))).toEqual({ code: "mail.unproven" });
  }));

test("a mail fails temporarily, and is not refused, when the database does not answer", () =>
  withAddress(async ({ ports }, address) => {
    const { rows } = ports.reader;
    ports.reader.rows = () => Promise.reject(new Error("away"));
    await expect(deliver(ports, delivery(address, mail()))).rejects.toThrow("away");
    ports.reader.rows = rows;
    const { commit } = ports.writer;
    ports.writer.commit = () => Promise.reject(new Error("away"));
    await expect(deliver(ports, delivery(address, mail()))).rejects.toThrow("away");
    ports.writer.commit = commit;
    expect(await deliver(ports, delivery(address, mail()))).toBeNull();
  }));

test("an administrator sees and changes only the own company's mailbox", () =>
  withMailbox(async (service) => {
    await put(service);
    const other = await service.send("GET", PATH, { as: "otherCompany" });
    expect(other.body).toMatchObject({ ID: 0, imap_host: "", recent: [] });
    await service.send("PUT", PATH, { as: "otherCompany", json: { ...ORDER, imap_user: "outra" } });
    expect((await service.send("GET", PATH)).body.imap_user).toBe(ORDER.imap_user);
  }));
