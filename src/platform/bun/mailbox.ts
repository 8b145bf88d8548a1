import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { ImapFlow } from "imapflow";
import { Failed } from "../../lib/result.ts";
import type {
  Mailbox,
  MailboxAccess,
  Mailboxes,
  MailboxFailure,
  UnseenMail,
} from "../../mailbox.ts";
import type { CircuitFigures } from "../../resilience/circuit.ts";
import { lane, neighbour } from "../../resilience/policies.ts";
import { isShed } from "../../resilience/weather.ts";

/** From DNS to the greeting, and how long a server may be silent in between: less than a visit and than a trial has. */
const CONNECT_MS = 6_000;
const SILENT_MS = 30_000;
/** What a server may make us hold: one mail, and the lines beside it. */
const MOST_BYTES = 64 * 1_048_576;
const STARTTLS_PORT = 143;

export interface BunMailboxes extends Mailboxes {
  circuits(): CircuitFigures[];
}

/**
 * Mailboxes by IMAP. The circuit counts only servers that cannot be reached, and only of visits: what an administrator tries
 * out closes nobody's way.
 */
export function imapMailboxes(): BunMailboxes {
  const mail = neighbour("mail", { counts: (error) => isUnreachable(error) });
  const trial = neighbour("mail_trial", { counts: () => false });
  const between = { queues: true };
  const lanes = { take: lane(mail, "mail", between), look: lane(trial, "mailTrial", between) };
  return {
    async visit(access, how, work, signal) {
      try {
        return await lanes[how]((within) => {
          const either = signal === undefined ? within : AbortSignal.any([within, signal]);
          return visit(access, how, work, either);
        });
      } catch (error) {
        throw isShed(error) ? failed("mailbox.unreachable", error) : error;
      }
    },
    circuits: () => [mail.figures()],
  };
}

async function visit<T>(
  access: MailboxAccess,
  how: "look" | "take",
  work: (mailbox: Mailbox) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const client = await clientFor(access);
  // What fails rejects the call that waits for it; the event alone would end the process.
  client.on("error", () => undefined);
  const leave = () => client.close();
  signal.addEventListener("abort", leave, { once: true });
  try {
    signal.throwIfAborted();
    await client.connect().catch((error: unknown) => {
      throw failed(whyNot(error), error);
    });
    await client.mailboxOpen(access.folder, { readOnly: how === "look" }).catch((error) => {
      throw failed(client.usable ? "mailbox.folder" : "mailbox.unreachable", error);
    });
    const done = await work(mailboxOf(client));
    await client.logout().catch(() => undefined);
    return done;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", leave);
    client.close();
  }
}

function mailboxOf(client: ImapFlow): Mailbox {
  const asked = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw failed("mailbox.unreachable", error);
    });
  return {
    async unseen(subject, most) {
      // SUBJECT is the header; TEXT would be all of the mail.
      const query = { seen: false, ...(subject === "" ? {} : { subject }) };
      const found = (await asked(client.search(query, { uid: true }))) || [];
      const ids = found.toSorted((a, b) => a - b).slice(0, most);
      if (ids.length === 0) return [];
      const listed = await asked(
        client.fetchAll(ids, { uid: true, size: true, envelope: true }, { uid: true }),
      );
      return listed
        .map(
          ({ uid, size, envelope }): UnseenMail => ({
            id: uid,
            bytes: size ?? 0,
            sender: envelope?.from?.[0]?.address ?? null,
            messageId: envelope?.messageId ?? null,
          }),
        )
        .sort((a, b) => a.id - b.id);
    },
    async raw(id, most) {
      // BODY.PEEK, which marks nothing.
      const source = { start: 0, maxLength: most };
      const mail = await asked(client.fetchOne(String(id), { source }, { uid: true }));
      const bytes = mail === false ? undefined : mail.source;
      return bytes === undefined ? null : Uint8Array.from(bytes);
    },
    async markSeen(id) {
      await asked(client.messageFlagsAdd([id], ["\\Seen"], { uid: true }));
    },
  };
}

/** A client that has not begun. Its logger, which would know what it sends, is off. */
async function clientFor(access: MailboxAccess): Promise<ImapFlow> {
  const { host, port, user, password, tls } = access;
  const starts = tls && port === STARTTLS_PORT;
  return new ImapFlow({
    host: await reachable(host),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    port,
    secure: tls && !starts,
    doSTARTTLS: starts,
    auth: { user, pass: password },
    logger: false,
    clientInfo: { name: "sge" },
    disableAutoIdle: true,
    disableAutoEnable: true,
    disableCompression: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENT_MS,
    maxLineLength: 1_048_576,
    maxLiteralSize: MOST_BYTES,
    maxResponseSize: MOST_BYTES + 1_048_576,
    maxResponseTokens: 100_000,
  });
}

/** Networks in which nobody's mail is, and a cloud's own secrets may be. */
const NOBODYS = new BlockList();
for (const [network, bits, family] of [
  ["0.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 128, "ipv6"],
  ["64:ff9b::a9fe:0", 112, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["fd00:ec2::", 32, "ipv6"],
  ["ff00::", 8, "ipv6"],
] as const)
  NOBODYS.addSubnet(network, bits, family);

/** Whether an address is one of those, also where IPv6 writes one of IPv4. */
export function isNobodys(address: string): boolean {
  const [, four] = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address) ?? [];
  if (four !== undefined) return NOBODYS.check(four, "ipv4");
  return NOBODYS.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** The address that is called, looked at before and not looked up again after. */
async function reachable(host: string): Promise<string> {
  const found = await lookup(host, { all: true }).catch((error: unknown) => {
    throw failed("mailbox.unreachable", error);
  });
  const allowed = found.find(({ address }) => !isNobodys(address));
  if (allowed === undefined) throw failed("mailbox.unreachable");
  return allowed.address;
}

const failed = (code: MailboxFailure["code"], cause?: unknown): Failed<MailboxFailure> =>
  new Failed<MailboxFailure>({ code }, { cause });

const isUnreachable = (error: unknown): boolean =>
  isShed(error) || (error instanceof Failed && error.failure.code === "mailbox.unreachable");

const ABOUT_TLS = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/;

/** Which of the few known reasons an error is; what the server has said stays with us. */
function whyNot(error: unknown): MailboxFailure["code"] {
  if (!(error instanceof Error)) return "mailbox.unreachable";
  if ("authenticationFailed" in error && error.authenticationFailed === true)
    return "mailbox.login";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return ABOUT_TLS.test(code) || ("tlsFailed" in error && error.tlsFailed === true)
    ? "mailbox.tls"
    : "mailbox.unreachable";
}
