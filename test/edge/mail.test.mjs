import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { queueWorld, ZIPS } from "./queue-world.mjs";
import { fromBun } from "./world.mjs";

const FROM = "nfe@forn.example";

describe("mail to a company's address", () => {
  let world;
  let mails;
  let address;

  const send = (raw, { from = FROM, to = address } = {}) =>
    world.mail({ from, to, raw: Buffer.from(raw, "base64").toString("latin1") });
  const recent = async () => (await world.json("/api/config/email")).recent;
  const configure = (change = {}) =>
    world.call("/api/config/email", {
      method: "PUT",
      body: JSON.stringify({
        imap_host: "",
        imap_allowed_senders: FROM,
        active: true,
        ...change,
      }),
    });

  before(async () => {
    const started = await Promise.allSettled([
      queueWorld({ MAIL_DOMAIN: "notas.example" }),
      fromBun(`${ZIPS}
        const { mailOf } = await import("./test/support/mail/raw-mail.ts");
        const zip = Buffer.from(await base64([...many(1, 3), xml("bad.xml", "<evento/>")]), "base64");
        const parts = [
          { name: "notas.zip", type: "application/zip", content: zip },
          { name: "nota.xml", type: "text/plain", disposition: "inline", encoding: "8bit", content: note(9) },
          { name: "danfe.pdf", content: "%PDF-1.7" },
        ];
        const mail = (more) => Buffer.from(mailOf({ parts, ...more })).toString("base64");
        const failed = ["Authentication-Results: mx.cloudflare.net; dmarc=fail"];
        const messageId = "<1@forn.example>";
        return {
          whole: mail({ messageId }),
          again: mail({ messageId, headers: ["Received: from a by b"] }),
          forged: mail({ headers: failed }),
          unknownSender: mail({ from: "x@evil.example" }),
          empty: mail({ parts: [] }),
          later: mail({ messageId: "<2@forn.example>" }),
        };`),
    ]);
    [world, mails] = started.map(({ value }) => value);
    for (const { reason } of started) assert.ifError(reason);
    assert.equal((await configure()).status, 200);
    const renewed = await world.json("/api/config/email/address", { method: "POST" });
    address = renewed.intake_address;
    assert.match(address, /^nfe-[0-9a-z]{24}@notas\.example$/);
  });
  after(() => world?.close());

  test("with a ZIP and an XML becomes a job with an item for each document", async () => {
    const { outcome, rejectReason } = await send(mails.whole);
    assert.deepEqual([outcome, rejectReason], ["ok", undefined]);
    const [{ job_id, sender, way }] = await recent();
    assert.deepEqual([sender, way], [FROM, "address"]);
    const job = await world.ended(job_id);
    assert.deepEqual([job.kind, job.state, job.total], ["mail", "done", 6]);
    assert.deepEqual(
      job.results.map(({ file, outcome, code }) => [file, outcome, code]),
      [
        ["notas.zip/1.xml", "registered", undefined],
        ["notas.zip/2.xml", "registered", undefined],
        ["notas.zip/3.xml", "registered", undefined],
        ["notas.zip/bad.xml", "rejected", "nfe.not_an_nfe"],
        ["nota.xml", "registered", undefined],
        ["danfe.pdf", "ignored", undefined],
      ],
    );
  });

  test("delivered twice, also by another route, is one job", async () => {
    for (const raw of [mails.whole, mails.again])
      assert.equal((await send(raw)).rejectReason, undefined);
    assert.deepEqual(await world.rows("select count(*) from jobs where kind = 'mail'"), [["1"]]);
    assert.deepEqual(await world.rows("select count(*) from notes"), [["4"]]);
  });

  test("for an unknown address, of an unknown or unauthenticated sender, or without files is refused with a reason", async () => {
    const reasons = [];
    for (const [raw, envelope] of [
      [mails.whole, { to: `nfe-${"0".repeat(24)}@notas.example` }],
      [mails.whole, { to: "outra@notas.example" }],
      [mails.whole, { from: "x@evil.example" }],
      [mails.unknownSender, {}],
      [mails.forged, {}],
      [mails.empty, {}],
    ])
      reasons.push((await send(raw, envelope)).rejectReason);
    assert.deepEqual(reasons, [
      "Endereco desconhecido",
      "Endereco desconhecido",
      "Remetente nao autorizado",
      "Remetente nao autorizado",
      "A origem da mensagem nao foi comprovada",
      "Mensagem sem anexos",
    ]);
    const refused = (await recent()).filter(({ job_id }) => job_id === null);
    assert.deepEqual(refused.map(({ code }) => code).sort(), [
      "mail.empty",
      "mail.sender",
      "mail.sender",
      "mail.unproven",
    ]);
    assert.deepEqual(await world.rows("select count(*) from jobs where kind = 'mail'"), [["1"]]);
  });

  test("while the database is down is deferred, and accepted at the next try of the sender's server", async () => {
    await world.database.stop();
    const away = await send(mails.later).then(
      ({ outcome, rejectReason }) => [outcome, rejectReason],
      () => ["exception", undefined],
    );
    assert.deepEqual(away, ["exception", undefined]);
    await world.database.start();
    const deadline = AbortSignal.timeout(10_000);
    let again = away;
    while (again[0] !== "ok" && !deadline.aborted)
      again = await send(mails.later).then(
        ({ outcome, rejectReason }) => [outcome, rejectReason],
        () => ["exception", undefined],
      );
    assert.deepEqual(again, ["ok", undefined]);
    const [{ job_id }] = await recent();
    assert.deepEqual((await world.ended(job_id)).summary.duplicate, 4);
  });

  test("has no mailbox trial, and the answer says so", async () => {
    const answer = await world.call("/api/config/email/test", {
      body: JSON.stringify({ imap_host: "imap.example", imap_user: "a", imap_password: "b" }),
    });
    assert.deepEqual([answer.status, (await answer.json()).code], [501, "mail.not_supported"]);
  });
});
