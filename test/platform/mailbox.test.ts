import { expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { Failed } from "../../src/lib/result.ts";
import type { MailboxAccess } from "../../src/mailbox.ts";
import { imapMailboxes, isNobodys } from "../../src/platform/bun/mailbox.ts";

const ACCESS: MailboxAccess = {
  host: "127.0.0.1",
  port: 1,
  user: "nfe",
  password: "a senha da caixa",
  folder: "INBOX",
  tls: false,
};

/** A server that speaks as it is told, and what it has heard. */
async function speaking(speak: (socket: Socket, heard: string) => void) {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.on("data", (data) => {
      heard.push(data.toString("latin1"));
      speak(socket, data.toString("latin1"));
    });
    speak(socket, "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    heard: () => heard.join(""),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const look = async (access: Partial<MailboxAccess>, signal?: AbortSignal): Promise<unknown> => {
  try {
    return await imapMailboxes().visit({ ...ACCESS, ...access }, "look", async () => "in", signal);
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
    expect([address, isNobodys(address)]).toEqual([address, true]);
  for (const address of ["127.0.0.1", "192.168.0.7", "203.0.113.9", "::1", "2001:db8::1"])
    expect([address, isNobodys(address)]).toEqual([address, false]);
  // Names that mean this machine, and that it would answer.
  await using server = await speaking((socket, heard) => {
    if (heard === "") socket.write("* OK IMAP4rev1\r\n");
  });
  for (const host of ["0.0.0.0", "0", "0x0", "::"])
    expect([host, await look({ host, port: server.port })]).toEqual([
      host,
      { code: "mailbox.unreachable" },
    ]);
  expect(server.heard()).toBe("");
});

test("S11: what is no IMAP server hears nothing of us: no user, no password, no command", async () => {
  await using server = await speaking((socket, heard) => {
    if (heard === "") socket.write("SSH-2.0-OpenSSH_9.2\r\n");
  });
  const silent = look({ port: server.port }, AbortSignal.timeout(500));
  await silent;
  expect(server.heard()).toBe("");
});

test("nobody there, a server that hangs up, and one that says goodbye are one reason", async () => {
  expect(await look({})).toEqual({ code: "mailbox.unreachable" });
  expect(await look({ host: "nenhum.invalid" })).toEqual({ code: "mailbox.unreachable" });
  await using deaf = await speaking((socket) => socket.destroy());
  expect(await look({ port: deaf.port })).toEqual({ code: "mailbox.unreachable" });
  await using bye = await speaking((socket) => socket.end("* BYE go away\r\n"));
  expect(await look({ port: bye.port })).toEqual({ code: "mailbox.unreachable" });
});

test("with TLS nothing is said in clear to a server that has none", async () => {
  await using server = await speaking((socket, heard) => {
    if (heard === "") socket.write("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n");
  });
  expect(await look({ port: server.port, tls: true })).toEqual({ code: "mailbox.tls" });
  expect(server.heard()).not.toContain("senha");
});

test("a visit that is told to end ends, whatever the server does", async () => {
  await using server = await speaking(() => undefined);
  const ending = new AbortController();
  const visit = look({ port: server.port }, ending.signal);
  ending.abort(new Error("ending"));
  expect(await visit).toEqual(new Error("ending"));
});

test("what an administrator tries out opens no circuit before the visits of others", async () => {
  const mailboxes = imapMailboxes();
  const knock = (how: "look" | "take") =>
    mailboxes.visit(ACCESS, how, async () => undefined).catch(() => undefined);
  for (let n = 0; n < 12; n += 1) await knock("look");
  expect(mailboxes.circuits()).toMatchObject([{ name: "mail", state: "closed" }]);
  for (let n = 0; n < 12; n += 1) await knock("take");
  expect(mailboxes.circuits()).toMatchObject([{ name: "mail", state: "open", opened: 1 }]);
});
