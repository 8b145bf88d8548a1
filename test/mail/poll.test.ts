import { expect, test } from "bun:test";
import { Failed } from "../../src/lib/result.ts";
import { VISIT_LIMITS } from "../../src/mail/limits.ts";
import { pollMailboxes } from "../../src/mail/poll.ts";
import { saveMailSettings } from "../../src/mail/settings.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { BOX } from "../support/mail/imap-box.ts";
import { memoryMailbox } from "../support/mail/memory-mailbox.ts";
import { type MailOptions, mailOf } from "../support/mail/raw-mail.ts";
import { causeOf } from "../support/ports-with-admin.ts";
import { runJobs } from "../support/run-jobs.ts";

const MIB = 1_048_576;
const note = (seed: number) => syntheticNote({ seed, items: 1 }).xml;
const oneNote = (seed: number, more: MailOptions = {}) =>
  mailOf({ parts: [{ name: "nota.xml", content: note(seed) }], ...more });

/** A service with a mailbox in memory, configured for company 1. */
const withMailbox = (
  body: (
    service: TestApp,
    box: ReturnType<typeof memoryMailbox>,
    visit: (signal?: AbortSignal) => Promise<void>,
  ) => Promise<void>,
  change: Partial<typeof BOX> = {},
) => {
  const box = memoryMailbox();
  return withApp(
    async (service) => {
      const ports = { ...service.ports, mailboxes: box.mailboxes };
      await saveMailSettings(ports, { ...BOX, ...change }, causeOf(14));
      await body(service, box, (signal) => pollMailboxes(ports, signal));
    },
    { mailboxes: box.mailboxes },
  );
};

const visitsSaid = ({ ports }: TestApp) =>
  ports.logged
    .filter(({ event }) => event === "mail.visit")
    .map(({ taken, known, refused, code }) => ({ taken, known, refused, code }));

test("twenty mails are received with one command at a time, and each is marked seen", () =>
  withMailbox(async (service, box, visit) => {
    for (let n = 1; n <= 20; n += 1) box.put(oneNote(n));
    await visit();
    expect(box.seen()).toHaveLength(20);
    await runJobs(service.ports);
    expect(await service.rows("select count(*) as n from notes")).toEqual([{ n: 20 }]);
    expect(visitsSaid(service)).toEqual([{ taken: 20, known: 0, refused: 0, code: null }]);
    await visit();
    expect(box.fetched).toHaveLength(20);
    expect(box.visits[0]).toEqual({
      access: {
        host: BOX.host,
        port: 993,
        user: "nfe",
        password: BOX.password,
        folder: "INBOX",
        tls: true,
      },
      how: "take",
    });
  }));

test("a mail is marked seen only when its job is stored; after a fault the next visit receives it", () =>
  withMailbox(async (service, box, visit) => {
    box.put(oneNote(1));
    box.put(oneNote(2));
    const { writer } = service.ports;
    const { commit } = writer;
    let commits = 0;
    writer.commit = (job, signal) => {
      commits += 1;
      return commits > 2 ? Promise.reject(new Error("away")) : commit(job, signal);
    };
    await visit();
    expect(box.seen()).toEqual([1]);
    expect(visitsSaid(service)).toEqual([{ taken: 1, known: 0, refused: 0, code: "Error" }]);
    writer.commit = commit;
    await visit();
    expect(box.seen()).toEqual([1, 2]);
    await runJobs(service.ports);
    expect(await service.rows("select count(*) as n from notes")).toEqual([{ n: 2 }]);
  }));

test("a process that stops between the job and the mark causes no second job", () =>
  withMailbox(async (service, box, visit) => {
    box.put(oneNote(1));
    const { markSeen } = box.mailbox;
    box.mailbox.markSeen = () => Promise.reject(new Error("killed"));
    await visit();
    expect(box.seen()).toEqual([]);
    box.mailbox.markSeen = markSeen;
    await visit();
    expect(box.seen()).toEqual([1]);
    expect(await service.rows("select count(*) as n from jobs")).toEqual([{ n: 1 }]);
    expect(visitsSaid(service)[1]).toEqual({ taken: 0, known: 1, refused: 0, code: null });
  }));

test("two processes that visit one mailbox at once make one job for each mail", () =>
  withMailbox(async (service, box, visit) => {
    for (let n = 1; n <= 5; n += 1) box.put(oneNote(n));
    // Two connections do not wait for each other.
    const other = memoryMailbox();
    for (const n of [1, 2, 3, 4, 5]) other.put((await box.mailbox.raw(n, MIB)) ?? new Uint8Array());
    const ports = { ...service.ports, mailboxes: other.mailboxes };
    await Promise.all([visit(), pollMailboxes(ports)]);
    expect([box.seen().length, other.seen().length]).toEqual([5, 5]);
    expect(await service.rows("select count(*) as n from jobs")).toEqual([{ n: 5 }]);
  }));

test("S17: a mail of a sender who is not on the list is not fetched, is refused once, and is marked seen", () =>
  withMailbox(async (service, box, visit) => {
    box.put(oneNote(1, { from: "nfe@forn.example.evil.example" }));
    box.put(oneNote(2));
    await visit();
    expect([box.fetched, box.seen()]).toEqual([[2], [1, 2]]);
    expect(await service.rows("select code, sender from mails where job is null")).toEqual([
      { code: "mail.sender", sender: "nfe@forn.example.evil.example" },
    ]);
    expect(visitsSaid(service)).toEqual([{ taken: 1, known: 0, refused: 1, code: null }]);
  }));

test("S18: a mail of more than 50 MiB is not fetched, and not parsed when the server reports a smaller size", () =>
  withMailbox(async (service, box, visit) => {
    box.put(oneNote(1), 51 * MIB);
    const large = new Uint8Array(50 * MIB + 1);
    large.set(oneNote(2));
    box.put(large, 1_000);
    box.put(oneNote(3));
    await visit();
    expect([box.fetched, box.seen()]).toEqual([
      [2, 3],
      [1, 2, 3],
    ]);
    expect(await service.rows("select code from mails where job is null")).toEqual([
      { code: "mail.too_large" },
      { code: "mail.too_large" },
    ]);
  }));

test("a visit ends at its limit of mails and bytes, and the next continues", () =>
  withMailbox(async (service, box, visit) => {
    for (let n = 0; n < VISIT_LIMITS.messages + 5; n += 1) box.put(oneNote(n + 1));
    // The mails are small; the server reports large sizes.
    for (let n = 0; n < 4; n += 1) box.put(oneNote(100 + n), 40 * MIB);
    await visit();
    expect(box.seen()).toHaveLength(VISIT_LIMITS.messages);
    await runJobs(service.ports);
    await visit();
    expect(box.seen()).toHaveLength(VISIT_LIMITS.messages + 7);
    await visit();
    expect(box.seen()).toHaveLength(VISIT_LIMITS.messages + 9);
  }));

test("a mail whose header Subject does not match is not touched", () =>
  withMailbox(
    async (_service, box, visit) => {
      box.put(oneNote(1, { subject: "Re: NF-e 123" }));
      box.put(oneNote(2, { subject: "nota, com NF no texto" }));
      await visit();
      expect(box.seen()).toEqual([1]);
    },
    { subject: "nf-e" },
  ));

test("every active mailbox is visited, also after another one has failed", () =>
  withMailbox(async (service, box, visit) => {
    const ports = { ...service.ports, mailboxes: box.mailboxes };
    await saveMailSettings(ports, { ...BOX, host: "fora.example" }, causeOf(21, "ADMIN", 2));
    box.put(oneNote(1));
    const { visit: open } = box.mailboxes;
    box.mailboxes.visit = (access, how, ask, signal) =>
      access.host === "fora.example"
        ? Promise.reject(new Failed({ code: "mailbox.unreachable" }))
        : open(access, how, ask, signal);
    await visit();
    expect(box.seen()).toEqual([1]);
    expect(
      visitsSaid(service)
        .map(({ code }) => code)
        .sort(),
    ).toEqual(["mailbox.unreachable", null]);
    await saveMailSettings(ports, { ...BOX, active: false }, causeOf(14));
    box.put(oneNote(2));
    await visit();
    expect(box.seen()).toEqual([1]);
  }));

test("an aborted visit leaves unread what it has not received", () =>
  withMailbox(async (service, box, visit) => {
    for (let n = 1; n <= 5; n += 1) box.put(oneNote(n));
    const ending = new AbortController();
    const { markSeen } = box.mailbox;
    box.mailbox.markSeen = async (id) => {
      await markSeen(id);
      if (id === 2) ending.abort();
    };
    await visit(ending.signal);
    expect(box.seen()).toEqual([1, 2]);
    expect(visitsSaid(service)).toEqual([]);
    await visit(ending.signal);
    expect(box.visits).toHaveLength(1);
  }));

test("S10: a service whose secret has changed sends no password and reports it", () =>
  withMailbox(async (service, box) => {
    const ports = {
      ...service.ports,
      mailboxes: box.mailboxes,
      config: { ...service.ports.config, MAIL_SECRET: "another secret, 32 characters or more" },
    };
    await pollMailboxes(ports);
    expect(box.visits).toEqual([]);
    expect(visitsSaid(service).map(({ code }) => code)).toEqual(["mail.password_again"]);
  }));

test("the log of a visit has numbers and codes, but no server, user or address", () =>
  withMailbox(async (service, box, visit) => {
    box.put(oneNote(1));
    box.put(oneNote(2, { from: "x@evil.example" }));
    await visit();
    expect(JSON.stringify(service.ports.logged)).not.toMatch(/example|senha/);
    const { text } = (await service.ports.meter.exposition?.()) ?? { text: "" };
    expect(text).toContain('mail_messages_total{outcome="taken"} 1');
    expect(text).toContain('mail_visits_total{outcome="done"} 1');
  }));
