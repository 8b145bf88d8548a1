import { expect, test } from "bun:test";
import { expireMails } from "../../src/mail/expire-mails.ts";
import { REFUSALS_A_DAY } from "../../src/mail/limits.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { zipBomb, zipOf } from "../../src/synthetic/zip.ts";
import { withApp } from "../support/app.ts";
import { testInFull } from "../support/full.ts";
import { deliverMail, MAIL_SETTINGS, mailsOf, resultsOf } from "../support/mail/deliver-mail.ts";
import { type MailOptions, mailOf } from "../support/mail/raw-mail.ts";
import { runJobs } from "../support/run-jobs.ts";

const note = (seed: number) => syntheticNote({ seed, items: 1 }).xml;
const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const oneNote = (seed: number, more: MailOptions = {}) =>
  mailOf({ parts: [{ name: `nota-${seed}.xml`, content: note(seed) }], ...more });

test("a mail's XML, ZIP and other files are the items of one job", () =>
  withApp(async (service) => {
    const zip = await zipOf([
      { name: "b.xml", bytes: utf8(note(2)) },
      { name: "c.xml", bytes: utf8("<evento/>") },
    ]);
    const raw = mailOf({
      parts: [
        { name: "a.xml", content: note(1) },
        { name: "notas.zip", type: "application/zip", content: zip },
        { name: "danfe.pdf", type: "application/pdf", content: "%PDF-1.7" },
        { name: "quebrado.zip", content: "PK\u0003\u0004 e nada mais" },
        { name: "a de novo.xml", content: note(1) },
      ],
    });
    const taken = await deliverMail(service, raw);
    expect(taken.kind).toBe("taken");
    await runJobs(service.ports);
    expect(await resultsOf(service, taken)).toEqual([
      ["a.xml", "registered"],
      ["notas.zip/b.xml", "registered"],
      ["notas.zip/c.xml", "rejected", "nfe.not_an_nfe"],
      ["danfe.pdf", "ignored"],
      ["quebrado.zip", "rejected", "batch.malformed_zip"],
      ["a de novo.xml", "duplicate", "nfe.duplicate"],
    ]);
    const { body } = await service.send("GET", "/api/jobs?kind=mail", { as: "VISUALIZADOR" });
    expect(body.data).toMatchObject([{ kind: "mail", state: "done", total: 6, done: 6 }]);
    expect(await service.rows("select type, payload from events where type like 'job.%'")).toEqual([
      { type: "job.done", payload: `{"job_id":"${body.data[0].id}","kind":"mail"}` },
    ]);
    // The author is the user who configured the mailbox.
    expect(await service.rows("select distinct received_by from notes")).toEqual([
      { received_by: MAIL_SETTINGS.userId },
    ]);
  }));

test("a winmail.dat of Outlook is rejected, and its item says what to ask the sender for", () =>
  withApp(async (service) => {
    const tnef = Uint8Array.of(0x78, 0x9f, 0x3e, 0x22, 0, 1);
    const raw = mailOf({
      parts: [
        { name: "winmail.dat", type: "application/ms-tnef", content: tnef },
        { name: "ATT00001.dat", content: tnef },
        { name: "WINMAIL.DAT", content: "cortado" },
        { name: "fora.zip", content: await zipOf([{ name: "dentro.dat", bytes: tnef }]) },
      ],
    });
    const taken = await deliverMail(service, raw);
    await runJobs(service.ports);
    expect(await resultsOf(service, taken)).toEqual([
      ["winmail.dat", "rejected", "batch.winmail"],
      ["ATT00001.dat", "rejected", "batch.winmail"],
      ["WINMAIL.DAT", "rejected", "batch.winmail"],
      ["fora.zip/dentro.dat", "rejected", "batch.winmail"],
    ]);
    const jobs = await service.send("GET", "/api/jobs?kind=mail");
    const { body } = await service.send("GET", `/api/jobs/${jobs.body.data[0].id}`);
    expect(body.results[0].message).toContain("peça ao remetente que envie o XML como anexo comum");
  }));

test("a mail without any document is reported to the administrator with its job", () =>
  withApp(async (service) => {
    const cte = '<cteProc xmlns="http://www.portalfiscal.inf.br/cte"/>';
    const pdf = { name: "boleto.pdf", content: "%PDF-1.7" };
    await deliverMail(service, mailOf({ messageId: "<1@x>", parts: [pdf] }));
    await deliverMail(
      service,
      mailOf({ messageId: "<2@x>", parts: [pdf, { name: "cte.xml", content: cte }] }),
    );
    await deliverMail(service, oneNote(1, { messageId: "<3@x>" }));
    await runJobs(service.ports);
    await deliverMail(service, mailOf({ messageId: "<4@x>", parts: [] }));
    const { recent } = (await service.send("GET", "/api/config/email", { as: "ADMIN" })).body;
    expect(
      recent
        .map((one: Record<string, string>) => [one.job_id !== null, one.code, one.message])
        .sort((a: unknown[], b: unknown[]) => (String(a) < String(b) ? -1 : 1)),
    ).toEqual([
      [false, "mail.empty", "Mensagem sem anexos"],
      [true, null, null],
      [true, "mail.no_document", "Nenhum anexo da mensagem é uma NF-e"],
      [true, "mail.no_document", "Nenhum anexo da mensagem é uma NF-e"],
    ]);
  }));

test("a mail that is delivered twice is one job, whatever headers servers have added", () =>
  withApp(async (service) => {
    const options = { messageId: "<1@forn.example>" };
    const first = await deliverMail(service, oneNote(1, options));
    const again = await deliverMail(
      service,
      oneNote(1, { ...options, headers: ["Received: from a by b", "X-Spam: no"] }),
      { way: "address", envelopeFrom: "nfe@forn.example" },
    );
    expect(again).toEqual({ kind: "known", job: first.kind === "refused" ? "" : first.job });
    expect((await deliverMail(service, oneNote(2, options))).kind).toBe("taken");
    const bare = oneNote(3, { messageId: null });
    expect((await deliverMail(service, bare)).kind).toBe("taken");
    expect((await deliverMail(service, bare)).kind).toBe("known");
    expect(await service.rows("select count(*) as n from jobs")).toEqual([{ n: 3 }]);
  }));

test("ten processes that receive one mail at the same moment make one job", () =>
  withApp(async (service) => {
    const raw = oneNote(1);
    const all = await Promise.all(
      Array.from({ length: 10 }, () => deliverMail(service, raw.slice())),
    );
    const kinds = all.map(({ kind }) => kind).sort();
    expect(kinds).toEqual([...Array(9).fill("known"), "taken"]);
    expect(new Set(all.map((one) => (one.kind === "refused" ? "" : one.job))).size).toBe(1);
    await runJobs(service.ports);
    expect(await service.rows("select count(*) as n from jobs")).toEqual([{ n: 1 }]);
    expect(await service.rows("select count(*) as n from notes")).toEqual([{ n: 1 }]);
    expect(
      await service.rows("select count(*) as n from audit where action = 'nfe.enqueue'"),
    ).toEqual([{ n: 1 }]);
    expect(await service.rows("select * from queue")).toEqual([]);
  }));

test("each of two companies receives the same mail", () =>
  withApp(async (service) => {
    const raw = oneNote(1);
    await deliverMail(service, raw);
    const other = await deliverMail(
      service,
      raw.slice(),
      {},
      { ...MAIL_SETTINGS, company: 2, userId: 21 },
    );
    expect(other.kind).toBe("taken");
    expect(await service.rows("select company from jobs order by 1")).toEqual([
      { company: 1 },
      { company: 2 },
    ]);
  }));

test("S17: a sender who is not on the list is refused by header or envelope, and the address is shown", () =>
  withApp(async (service) => {
    const refused = { kind: "refused", refusal: { code: "mail.sender" } } as const;
    const byHeader = oneNote(1, { from: "nfe@forn.example.evil.example" });
    expect(await deliverMail(service, byHeader)).toEqual(refused);
    const byEnvelope = oneNote(2, { headers: ["Return-Path: <x@evil.example>"] });
    expect(await deliverMail(service, byEnvelope)).toEqual(refused);
    const delivered = { way: "address", envelopeFrom: "y@evil.example" } as const;
    expect(await deliverMail(service, oneNote(3), delivered)).toEqual(refused);
    const fine = oneNote(4, { headers: ["Return-Path: <NFE@forn.example>"] });
    expect((await deliverMail(service, fine)).kind).toBe("taken");
    const mails = await mailsOf(service);
    const refusedSenders = mails.filter(({ taken }) => taken === 0).map(({ sender }) => sender);
    expect(refusedSenders.sort()).toEqual([
      "nfe@forn.example.evil.example",
      "x@evil.example",
      "y@evil.example",
    ]);
    const lines = await service.rows(
      "select detail from audit where action = 'mail.refuse' order by id",
    );
    expect(lines).toHaveLength(3);
    expect(JSON.stringify(lines)).not.toContain("@");
    expect(await service.rows("select count(*) as n from jobs")).toEqual([{ n: 1 }]);
  }));

test("S17: an empty list refuses every sender", () =>
  withApp(async (service) => {
    const emptyList = { ...MAIL_SETTINGS, senders: [] };
    expect(await deliverMail(service, oneNote(1), {}, emptyList)).toMatchObject({
      kind: "refused",
    });
  }));

test("S17: a mail that a trusted server did not authenticate is refused", () =>
  withApp(async (service) => {
    const headers = (text: string) => ({ headers: [`Authentication-Results: ${text}`] });
    const failed = oneNote(1, headers("mx.example; dmarc=fail header.from=forn.example"));
    expect(await deliverMail(service, failed)).toEqual({
      kind: "refused",
      refusal: { code: "mail.unproven" },
    });
    const passed = oneNote(2, headers("mx.example; dmarc=pass header.from=forn.example"));
    expect((await deliverMail(service, passed)).kind).toBe("taken");
    const unknown = oneNote(3, headers("other.example; dmarc=fail"));
    expect((await deliverMail(service, unknown)).kind).toBe("taken");
  }));

test("S18: a file over a limit is rejected alone and named, and the others are processed", () =>
  withApp(async (service) => {
    const many = await zipOf(
      Array.from({ length: 501 }, (_, n) => ({ name: `${n}.xml`, bytes: utf8("<a/>") })),
    );
    const raw = mailOf({
      parts: [
        { name: "demais.zip", content: many },
        { name: "bomba.zip", content: await zipBomb({ bytesEach: 9 * 1_048_576 }) },
        { name: "grande.zip", content: await zipBomb({ bytesEach: 11 * 1_048_576 }) },
        { name: "zip.zip", content: await zipOf([{ name: "dentro.zip", bytes: many }]) },
        { name: "nota.xml", content: note(1) },
      ],
    });
    const taken = await deliverMail(service, raw);
    await runJobs(service.ports);
    expect(await resultsOf(service, taken)).toEqual([
      ["demais.zip", "rejected", "batch.too_large"],
      ["bomba.zip", "rejected", "batch.too_large"],
      ["grande.zip", "rejected", "batch.too_large"],
      ["zip.zip/dentro.zip", "rejected", "batch.unreadable_entry"],
      ["nota.xml", "registered"],
    ]);
  }));

test("a mail without files, or with a malformed message, is recorded once however often it is delivered", () =>
  withApp(async (service) => {
    const empty = mailOf();
    for (let n = 0; n < 3; n += 1)
      expect(await deliverMail(service, empty.slice())).toEqual({
        kind: "refused",
        refusal: { code: "mail.empty" },
      });
    expect(await mailsOf(service)).toEqual([
      { way: "imap", taken: 0, code: "mail.empty", sender: "nfe@forn.example" },
    ]);
    expect(
      await service.rows("select count(*) as n from audit where action = 'mail.refuse'"),
    ).toEqual([{ n: 1 }]);
  }));

testInFull("a sender of endless refused mails fills no table", () =>
  withApp(async (service) => {
    for (let n = 0; n < REFUSALS_A_DAY + 20; n += 1)
      await deliverMail(service, oneNote(1, { from: `x${n}@evil.example` }));
    const rows = async () => (await mailsOf(service)).length;
    expect(await rows()).toBe(REFUSALS_A_DAY);
    service.ports.clock.advance(86_400_001);
    await deliverMail(service, oneNote(1, { from: "z@evil.example" }));
    expect(await rows()).toBe(REFUSALS_A_DAY + 1);
  }),
);

test("a mail that meets too many open jobs or no database leaves nothing and may be delivered again", () =>
  withApp(async (service) => {
    const { ports } = service;
    for (let n = 0; n < 50; n += 1) await deliverMail(service, oneNote(n + 1));
    const raw = oneNote(99);
    await expect(deliverMail(service, raw)).rejects.toThrow("job.too_many");
    await runJobs(ports);
    const { commit } = ports.writer;
    ports.writer.commit = () => Promise.reject(new Error("away"));
    await expect(deliverMail(service, raw.slice())).rejects.toThrow("away");
    ports.writer.commit = commit;
    expect((await deliverMail(service, raw.slice())).kind).toBe("taken");
  }));

test("mails are forgotten after 90 days and may then be delivered again", () =>
  withApp(async (service) => {
    const raw = oneNote(1);
    await deliverMail(service, raw);
    service.ports.clock.advance(89 * 86_400_000);
    expect(await expireMails(service.ports, 1)).toBe(0);
    service.ports.clock.advance(2 * 86_400_000);
    expect(await expireMails(service.ports, 1)).toBe(1);
    expect((await deliverMail(service, raw)).kind).toBe("taken");
  }));

test("log and audit contain no file, address or line of a mail", () =>
  withApp(async (service) => {
    await deliverMail(service, oneNote(1, { subject: "confidencial" }));
    await deliverMail(service, oneNote(2, { from: "confidencial@evil.example" }));
    await runJobs(service.ports);
    const audit = await service.rows("select * from audit");
    const written = JSON.stringify([service.ports.logged, audit]);
    for (const secret of ["forn.example", "evil.example", "confidencial", "nota-1"])
      expect([secret, written.includes(secret)]).toEqual([secret, false]);
  }));
