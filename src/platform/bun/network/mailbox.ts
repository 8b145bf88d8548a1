import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { setTimeout as timer } from "node:timers/promises";
import type { ImapFlow } from "imapflow";
import { Failed } from "../../../lib/result.ts";
import type {
  Mailbox,
  MailboxAccess,
  Mailboxes,
  MailboxFailure,
  UnseenMail,
} from "../../../ports/mailbox.ts";
import type { CircuitFigures } from "../../../resilience/circuit.ts";
import { callLimiter, remoteCircuit } from "../../../resilience/policies.ts";
import { isShed } from "../../../resilience/transient-faults.ts";
import { isPrivate, isUncallable } from "./addresses.ts";

/** Longest time until the greeting, and longest silence of a server, ms: less than the limits of a visit and of a trial. */
const CONNECT_MS = 6_000;
const SILENT_MS = 30_000;
/** Bound on one mail of a server in memory. */
const MOST_BYTES = 64 * 1_048_576;
const STARTTLS_PORT = 143;

export interface BunMailboxes extends Mailboxes {
  circuits(): CircuitFigures[];
}

/**
 * How long every trial takes that finds no IMAP server, more than the slowest one needs: the time must not tell an open port
 * from a closed one.
 */
export const FAILED_TRIAL_MS = 8_200;

/** Which servers may be called, and the clock, which a test replaces. */
export interface MailboxRules {
  /** Whether loopback and private networks may be called (MAIL_ALLOW_PRIVATE). */
  readonly allowPrivate: boolean;
  readonly now?: () => number;
  readonly pause?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

const pauseFor = (ms: number, signal: AbortSignal | undefined) =>
  timer(ms, undefined, signal === undefined ? {} : { signal });

/**
 * Mailboxes by IMAP. The circuit counts only unreachable servers, and only of visits: the trials of an administrator cannot
 * open it.
 */
export function imapMailboxes({
  allowPrivate,
  now = () => performance.now(),
  pause = pauseFor,
}: MailboxRules): BunMailboxes {
  const mail = remoteCircuit("mail", { counts: (error) => isUnreachable(error) });
  const trial = remoteCircuit("mail_trial", { counts: () => false });
  const runtime = { canQueue: true };
  const limiters = {
    take: callLimiter(mail, "mail", runtime),
    look: callLimiter(trial, "mailTrial", runtime),
  };
  return {
    async visit(access, how, work, signal) {
      const began = now();
      try {
        return await limiters[how]((within) => {
          const either = signal === undefined ? within : AbortSignal.any([within, signal]);
          return visit({ access, how, allowPrivate }, work, either);
        });
      } catch (error) {
        const failure = isShed(error) ? failed("mailbox.unreachable", error) : error;
        if (how === "look" && metNoServer(failure))
          await pause(Math.max(0, FAILED_TRIAL_MS - (now() - began)), signal).catch(
            () => undefined,
          );
        signal?.throwIfAborted();
        throw failure;
      }
    },
    circuits: () => [mail.figures()],
  };
}

/** Which mailbox is visited, and under which rules. */
interface Visit {
  readonly access: MailboxAccess;
  readonly how: "look" | "take";
  readonly allowPrivate: boolean;
}

async function visit<T>(
  { access, how, allowPrivate }: Visit,
  work: (mailbox: Mailbox) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const client = await clientFor(access, await reachable(access.host, how, allowPrivate));
  // A failure rejects the pending call; an unhandled event would end the process.
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

/**
 * A client that is not connected. Its logger is off, because it would write what is sent. The library is loaded at the first
 * visit: it takes longer than all of the service's own modules of a start.
 */
async function clientFor(access: MailboxAccess, address: string): Promise<ImapFlow> {
  const { ImapFlow } = await import("imapflow");
  const { host, port, user, password, tls } = access;
  const starts = tls && port === STARTTLS_PORT;
  return new ImapFlow({
    host: address,
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

/** What the system's resolver accepts as an IPv4 address: `127.1`, `2130706433`, `0x7f.1`. */
const NUMBERS = /^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*$/i;

/**
 * The address to call: it is checked, and not looked up again. An administrator learns that a typed address is private; that a
 * name leads to one only the log shows, so that no user can explore the names of our network.
 */
async function reachable(host: string, how: "look" | "take", allowed: boolean): Promise<string> {
  const found = await lookup(host, { all: true }).catch((error: unknown) => {
    throw failed("mailbox.unreachable", error);
  });
  const callable = found.filter(({ address }) => !isUncallable(address));
  const chosen = callable.find(({ address }) => allowed || !isPrivate(address));
  if (chosen !== undefined) return chosen.address;
  const typed = host.includes(":") || NUMBERS.test(host);
  throw failed(
    callable.length > 0 && (how === "take" || typed) ? "mailbox.private" : "mailbox.unreachable",
  );
}

const failed = (code: MailboxFailure["code"], cause?: unknown): Failed<MailboxFailure> =>
  new Failed<MailboxFailure>({ code }, { cause });

const isUnreachable = (error: unknown): boolean =>
  isShed(error) || (error instanceof Failed && error.failure.code === "mailbox.unreachable");

/** Whether no IMAP server answered, or none with a valid certificate. */
const metNoServer = (error: unknown): boolean =>
  error instanceof Failed && ["mailbox.unreachable", "mailbox.tls"].includes(error.failure.code);

/** Errors of certificates only: a port without TLS gives the same answer as a closed one. */
const ABOUT_TLS = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/;

/** The reason in an error; the text of the server is not passed on. */
function whyNot(error: unknown): MailboxFailure["code"] {
  if (!(error instanceof Error)) return "mailbox.unreachable";
  if ("authenticationFailed" in error && error.authenticationFailed === true)
    return "mailbox.login";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return ABOUT_TLS.test(code) || ("tlsFailed" in error && error.tlsFailed === true)
    ? "mailbox.tls"
    : "mailbox.unreachable";
}
