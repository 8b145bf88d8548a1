import { afterAll, expect, test } from "bun:test";
import { smtpMailer } from "../../../src/platform/bun/network/mailer.ts";
import { testInFull } from "../../support/full.ts";
import { type SmtpWays, smtpServer } from "../../support/mail/smtp-server.ts";

const server = await smtpServer();
afterAll(() => server.close());

const from = "S.G.E. Avisos <avisos@sge.example>";
const mailer = smtpMailer({ url: server.url, from });
const mail = {
  to: ["dona@loja.example", "contador@x.example"],
  subject: "Loja do João: 2 avisos",
  text: "Olá\n.ponto\nção",
  messageId: "<alerts-1-9@sge>",
  date: Date.UTC(2026, 10, 28, 12),
};

test("a mail arrives with its sender, its recipients, its subject and its lines", async () => {
  server.does("takes");
  expect(await mailer.send(mail)).toBeNull();
  const [got] = server.taken.splice(0);
  expect(got?.to).toEqual(mail.to);
  expect(server.logins).toEqual(["\u0000sge\u0000segredo dele"]);
  for (const line of [
    'From: "S.G.E. Avisos" <avisos@sge.example>',
    "To: dona@loja.example, contador@x.example",
    "Message-ID: <alerts-1-9@sge>",
    "Date: Sat, 28 Nov 2026 12:00:00 +0000",
    "Auto-Submitted: auto-generated",
    ".ponto",
  ])
    expect(got?.text.split("\n")).toContain(line);
  expect(got?.text).toMatch(/^Subject: =\?UTF-8\?/m);
});

for (const [way, fault] of [
  ["refuses the login", "mailer.login"],
  ["refuses everybody", "mailer.refused"],
  ["refuses the second", "mailer.some_refused"],
  ["refuses the mail", "mailer.refused"],
  ["dies after the mail", "mailer.unknown"],
  ["dies at the greeting", "mailer.unreachable"],
  ["speaks no SMTP", "mailer.unreachable"],
] as const satisfies readonly (readonly [SmtpWays, string])[])
  test(`a server that ${way} is reported as ${fault}`, async () => {
    server.does(way);
    expect(await mailer.send(mail)).toBe(fault);
    server.taken.splice(0);
  });

for (const [way, fault] of [
  ["is silent after the mail", "mailer.unknown"],
  ["says nothing", "mailer.unreachable"],
] as const)
  testInFull(
    `a server that ${way} is reported as ${fault}, within a bound of time`,
    async () => {
      server.does(way);
      expect(await mailer.send(mail)).toBe(fault);
      server.taken.splice(0);
    },
    60_000,
  );

test("no password is sent to a server of another machine that has no TLS", async () => {
  server.does("takes");
  // This machine too, by an address that does not say so.
  const away = smtpMailer({ url: server.url.replace("127.0.0.1", "0.0.0.0"), from });
  const before = server.logins.length;
  expect(await away.send(mail)).toBe("mailer.tls");
  expect(server.logins).toHaveLength(before);
});

test("a port where nothing listens is reported as mailer.unreachable", async () => {
  const gone = smtpMailer({ url: "smtp://127.0.0.1:9", from });
  expect(await gone.send(mail)).toBe("mailer.unreachable");
});

test("a mail that is stopped rejects", async () => {
  server.does("is silent after the mail");
  const stop = new AbortController();
  const sending = mailer.send(mail, stop.signal);
  setTimeout(() => stop.abort(), 50);
  const outcome = await sending.then(
    () => "sent",
    () => "rejected",
  );
  expect(outcome).toBe("rejected");
});
