import { expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { parseConfig } from "../../../src/config.ts";
import { Failed } from "../../../src/lib/result.ts";
import { isPrivate, isUncallable } from "../../../src/platform/bun/network/addresses.ts";
import {
  FAILED_TRIAL_MS,
  imapMailboxes,
  type MailboxRules,
} from "../../../src/platform/bun/network/mailbox.ts";
import type { MailboxAccess } from "../../../src/ports/mailbox.ts";
import { SELF_SIGNED } from "../../support/signatures/self-signed.ts";

const ACCESS: MailboxAccess = {
  host: "127.0.0.1",
  port: 1,
  user: "nfe",
  password: "a senha da caixa",
  folder: "INBOX",
  tls: false,
};

/** A server that answers by `speak`, and the bytes that it received. */
async function speaking(speak: (socket: Socket, received: string) => void) {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    connections += 1;
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.on("data", (data) => {
      received.push(data.toString("latin1"));
      speak(socket, data.toString("latin1"));
    });
    speak(socket, "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    received: () => received.join(""),
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** On this machine, with short timeouts. */
const RULES: MailboxRules = { allowPrivate: true, pause: async () => undefined };

const look = async (
  access: Partial<MailboxAccess>,
  signal?: AbortSignal,
  rules: Partial<MailboxRules> = {},
): Promise<unknown> => {
  const mailboxes = imapMailboxes({ ...RULES, ...rules });
  try {
    return await mailboxes.visit({ ...ACCESS, ...access }, "look", async () => "in", signal);
  } catch (error) {
    return error instanceof Failed ? error.failure : error;
  }
};

test("S11: no link-local, unspecified or multicast address is called, by number or by name", async () => {
  for (const address of [
    "169.254.169.254",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "fe80::1",
    "fd00:ec2::254",
    "ff02::1",
  ])
    expect([address, isUncallable(address)]).toEqual([address, true]);
  for (const address of ["127.0.0.1", "192.168.0.7", "203.0.113.9", "::1", "2001:db8::1"])
    expect([address, isUncallable(address)]).toEqual([address, false]);
  // Names that mean this machine, and that it would answer.
  await using server = await speaking((socket, received) => {
    if (received === "") socket.write("* OK IMAP4rev1\r\n");
  });
  for (const host of ["0.0.0.0", "0", "0x0", "::"])
    expect([host, await look({ host, port: server.port })]).toEqual([
      host,
      { code: "mailbox.unreachable" },
    ]);
  expect(server.received()).toBe("");
});

test("S11: a server that is not IMAP receives no user, no password and no command", async () => {
  await using server = await speaking((socket, received) => {
    if (received === "") socket.write("SSH-2.0-OpenSSH_9.2\r\n");
  });
  const silent = look({ port: server.port }, AbortSignal.timeout(500));
  await silent;
  expect(server.received()).toBe("");
});

test("a closed port, a dropped connection and a BYE have one reason", async () => {
  expect(await look({})).toEqual({ code: "mailbox.unreachable" });
  expect(await look({ host: "nenhum.invalid" })).toEqual({ code: "mailbox.unreachable" });
  await using deaf = await speaking((socket) => socket.destroy());
  expect(await look({ port: deaf.port })).toEqual({ code: "mailbox.unreachable" });
  await using bye = await speaking((socket) => socket.end("* BYE go away\r\n"));
  expect(await look({ port: bye.port })).toEqual({ code: "mailbox.unreachable" });
});

test("a mailbox with TLS sends nothing in clear text to a server without it", async () => {
  await using server = await speaking((socket, received) => {
    if (received === "") socket.write("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n");
  });
  expect(await look({ port: server.port, tls: true })).toEqual({ code: "mailbox.unreachable" });
  expect(server.received()).not.toContain("senha");
});

test("an aborted visit ends, whatever the server does", async () => {
  await using server = await speaking(() => undefined);
  const ending = new AbortController();
  const visit = look({ port: server.port }, ending.signal);
  ending.abort(new Error("ending"));
  expect(await visit).toEqual(new Error("ending"));
});

test("trials of an administrator open no circuit for visits", async () => {
  const mailboxes = imapMailboxes(RULES);
  const attempt = (how: "look" | "take") =>
    mailboxes.visit(ACCESS, how, async () => undefined).catch(() => undefined);
  for (let n = 0; n < 12; n += 1) await attempt("look");
  expect(mailboxes.circuits()).toMatchObject([{ name: "mail", state: "closed" }]);
  for (let n = 0; n < 12; n += 1) await attempt("take");
  expect(mailboxes.circuits()).toMatchObject([{ name: "mail", state: "open", opened: 1 }]);
});

test("S11: an address that is not public is private in every spelling", () => {
  for (const address of [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "100.64.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.7",
    "192.0.0.8",
    "198.18.0.1",
    "203.0.113.9",
    "169.254.169.254",
    "0.0.0.0",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::FFFF:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1%lo",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "4000::1",
    "no address",
  ])
    expect([address, isPrivate(address)]).toEqual([address, true]);
  for (const address of [
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "198.20.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2001:4860:4860::8888",
    "2600::1",
  ])
    expect([address, isPrivate(address)]).toEqual([address, false]);
});

test("S11: a forbidden private network is not called, in any spelling or by any name", async () => {
  await using server = await speaking((socket, received) => {
    if (received === "") socket.write("* OK IMAP4rev1\r\n");
  });
  const { port } = server;
  const typed = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "::1"];
  for (const host of [...typed, "::ffff:127.0.0.1", "::ffff:7f00:1"])
    expect([host, await look({ host, port }, undefined, { allowPrivate: false })]).toEqual([
      host,
      { code: "mailbox.private" },
    ]);
  // A name is no way to read which names our network has.
  for (const host of ["localhost", "nenhum.invalid"])
    expect([host, await look({ host, port }, undefined, { allowPrivate: false })]).toEqual([
      host,
      { code: "mailbox.unreachable" },
    ]);
  const visits = imapMailboxes({ ...RULES, allowPrivate: false });
  const visit = visits.visit({ ...ACCESS, host: "localhost", port }, "take", async () => "in");
  await expect(visit).rejects.toMatchObject({ failure: { code: "mailbox.private" } });
  expect(server.connections()).toBe(0);
  const started = (env: Record<string, string>) => parseConfig(env).MAIL_ALLOW_PRIVATE;
  const JWT_SECRET = "x".repeat(32);
  expect([
    started({}),
    started({ APP_ENV: "production", JWT_SECRET }),
    started({ APP_ENV: "production", JWT_SECRET, MAIL_ALLOW_PRIVATE: "true" }),
    started({ MAIL_ALLOW_PRIVATE: "false" }),
  ]).toEqual([true, false, true, false]);
});

test("S11: every trial without an IMAP server takes the same time, with an open or a closed port", async () => {
  const silent = await speaking((socket, received) => {
    if (received === "") setTimeout(() => socket.destroy(), 40);
  });
  const ssh = await speaking((socket, received) => {
    if (received === "") socket.end("SSH-2.0-OpenSSH_9.2\r\n");
  });
  const deaf = await speaking((socket) => socket.destroy());
  for (const access of [
    {},
    { host: "nenhum.invalid" },
    { host: "0.0.0.0" },
    { port: silent.port },
    { port: ssh.port },
    { port: deaf.port },
    { port: ssh.port, tls: true },
    { port: 1, tls: true },
  ]) {
    let clock = 5_000;
    const pauses: number[] = [];
    const failure = await look(access, undefined, {
      // What the trial itself takes, by a clock that goes on with each look.
      now: () => (clock += 700),
      pause: async (ms) => void pauses.push(ms),
    });
    expect([access, failure, pauses]).toEqual([
      access,
      { code: "mailbox.unreachable" },
      [FAILED_TRIAL_MS - 700],
    ]);
  }
  for (const server of [silent, ssh, deaf]) await server[Symbol.asyncDispose]();
});

test("S11: an aborted trial does not wait for the common time", async () => {
  const leaving = new AbortController();
  const trial = look({}, leaving.signal, {
    pause: (_, signal) => {
      leaving.abort(new Error("left"));
      return Promise.reject(signal?.reason);
    },
  });
  expect(await trial).toEqual(new Error("left"));
});

test("an untrusted certificate has its own reason, and its server receives no password", async () => {
  const received: string[] = [];
  const server = createTlsServer(SELF_SIGNED, (socket) => {
    socket
      .on("error", () => undefined)
      .on("data", (data) => received.push(data.toString("latin1")));
    socket.write("* OK IMAP4rev1\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  expect(await look({ port, tls: true })).toEqual({ code: "mailbox.tls" });
  expect(received).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
});
