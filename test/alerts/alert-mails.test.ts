import { expect, test } from "bun:test";
import { MOST_SHOWN, PAUSE_MS, sendAlerts } from "../../src/alerts/send-alerts.ts";
import type { NewFeedEvent } from "../../src/journal/feed-events.ts";
import { ALERT_TYPES } from "../../src/journal/feed-events.ts";
import { appendEvents } from "../../src/journal/record.ts";
import type { Mailer, MailFault, NewMail } from "../../src/ports/mailer.ts";
import { commitStatements } from "../../src/ports/sql.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { beforeNextCommit } from "../support/faults/before-next-commit.ts";

const PATH = "/api/config/alerts";
const TO = ["dona@loja.example", "contador@x.example"];

/** A mailer that keeps what it is given and answers as the test asks. */
function playMailer() {
  const mails: NewMail[] = [];
  let answer: () => MailFault | null | Promise<MailFault | null> = () => null;
  const mailer: Mailer = {
    send: async (mail) => {
      mails.push(mail);
      return answer();
    },
  };
  return {
    mailer,
    mails,
    answers(next: typeof answer) {
      answer = next;
    },
  };
}

type Play = ReturnType<typeof playMailer>;
const withMailer = (body: (service: TestApp, play: Play) => Promise<void>) => {
  const play = playMailer();
  return withApp((service) => body(service, play), { mailer: play.mailer });
};

const low = (product_code: string): NewFeedEvent => ({
  type: "stock.low",
  payload: { product_code },
});
const happens = ({ ports }: TestApp, events: readonly NewFeedEvent[], company = 1) =>
  commitStatements(ports.writer, [appendEvents(company, ports.clock.now(), events)]);
const save = async ({ send }: TestApp, json: object = { recipients: TO }) => {
  const { status, body } = await send("PUT", PATH, { json });
  expect(status).toBe(200);
  return body;
};
const linesOf = (mail: NewMail | undefined) =>
  (mail?.text ?? "").split("\n").filter((line) => line.startsWith("- "));

test("a company that has saved nothing sends no mail, and shows all types", () =>
  withMailer(async (service, { mails }) => {
    await happens(service, [low("P1")]);
    expect(await sendAlerts(service.ports)).toBe(0);
    expect(mails).toEqual([]);
    expect((await service.send("GET", PATH)).body).toEqual({
      recipients: [],
      events: [...ALERT_TYPES],
      sends_mail: true,
      sent_at: null,
      fault: null,
      failing_since: null,
    });
  }));

test("the alerts that came since the first recipient was saved are sent in one mail, once", () =>
  withMailer(async (service, { mails }) => {
    await happens(service, [low("ANTES")]);
    await save(service);
    await happens(service, [
      low("P1"),
      { type: "product.changed", payload: { product_code: "P9" } },
      {
        type: "stock.expiring",
        payload: { product_code: "P2", lot: "L7", expires_on: "2026-11-30", days: 7 },
      },
    ]);
    expect(await sendAlerts(service.ports)).toBe(1);
    expect(mails.map(({ to }) => to)).toEqual([TO]);
    expect(mails[0]?.subject).toEndWith(": 2 avisos do estoque");
    expect(linesOf(mails[0])).toEqual([
      "- 23/11/2026, 09:00: o produto P1 ficou abaixo do estoque mínimo.",
      "- 23/11/2026, 09:00: o lote L7 do produto P2 vence em 30/11/2026, em até 7 dias.",
    ]);
    service.ports.clock.advance(PAUSE_MS + 1);
    expect(await sendAlerts(service.ports)).toBe(0);
    expect(mails).toHaveLength(1);
    expect((await service.send("GET", PATH)).body.sent_at).toBe("2026-11-23T12:00:00.000Z");
  }));

test("a company gets at most one mail in ten minutes, and only the types that it wants", () =>
  withMailer(async (service, { mails }) => {
    await save(service, { recipients: TO, events: ["stock.low"] });
    for (let n = 0; n < 20; n += 1) {
      await happens(service, [
        low(`P${n}`),
        { type: "webhook.disabled", payload: { webhook_id: "w", why: "gone" } },
      ]);
      await sendAlerts(service.ports);
      service.ports.clock.advance(60_000);
    }
    service.ports.clock.advance(PAUSE_MS);
    await sendAlerts(service.ports);
    expect(mails.map((mail) => linesOf(mail).length)).toEqual([1, 10, 9]);
    expect(mails.some(({ text }) => text.includes("webhook"))).toBe(false);
  }));

test("a mail shows the first alerts and says how many more there are", () =>
  withMailer(async (service, { mails }) => {
    await save(service);
    await happens(
      service,
      Array.from({ length: 1_234 }, (_, n) => low(`P${n}`)),
    );
    await sendAlerts(service.ports);
    expect(linesOf(mails[0])).toHaveLength(MOST_SHOWN + 1);
    expect(linesOf(mails[0]).at(-1)).toBe("- E mais 1.184 avisos: veja o painel.");
    service.ports.clock.advance(PAUSE_MS + 1);
    expect(await sendAlerts(service.ports)).toBe(0);
  }));

test("a mail that has reached no recipient is sent again with what came meanwhile, and its fault is shown until then", () =>
  withMailer(async (service, { mails, answers }) => {
    await save(service);
    await happens(service, [low("P1")]);
    answers(() => "mailer.unreachable");
    for (let n = 0; n < 30; n += 1) {
      await sendAlerts(service.ports);
      service.ports.clock.advance(60_000);
    }
    // After 0, 2, 6, 14 and 30 minutes.
    expect(mails).toHaveLength(4);
    const { body } = await service.send("GET", PATH);
    expect(body).toMatchObject({
      fault: "mailer.unreachable",
      sent_at: null,
      failing_since: "2026-11-23T12:00:00.000Z",
    });
    answers(() => null);
    await happens(service, [low("P2")]);
    service.ports.clock.advance(PAUSE_MS);
    await sendAlerts(service.ports);
    expect(linesOf(mails.at(-1))).toHaveLength(2);
    expect((await service.send("GET", PATH)).body).toMatchObject({
      fault: null,
      failing_since: null,
    });
  }));

for (const fault of ["mailer.unknown", "mailer.some_refused"] as const)
  test(`the alerts of a mail that may have arrived (${fault}) are in no second one`, () =>
    withMailer(async (service, { mails, answers }) => {
      await save(service);
      await happens(service, [low("P1")]);
      answers(() => fault);
      await sendAlerts(service.ports);
      answers(() => null);
      await happens(service, [low("P2")]);
      service.ports.clock.advance(PAUSE_MS + 1);
      await sendAlerts(service.ports);
      expect(mails.map(linesOf)).toEqual([
        ["- 23/11/2026, 09:00: o produto P1 ficou abaixo do estoque mínimo."],
        ["- 23/11/2026, 09:00: o produto P2 ficou abaixo do estoque mínimo."],
      ]);
    }));

test("the alerts of a mail whose process ended while it was sent are in no second one", () =>
  withMailer(async (service, { mails, answers }) => {
    await save(service);
    await happens(service, [low("P1")]);
    answers(() => new Promise(() => undefined));
    void sendAlerts(service.ports);
    while (mails.length === 0) await Bun.sleep(2);
    answers(() => null);
    service.ports.clock.advance(PAUSE_MS + 1);
    expect(await sendAlerts(service.ports)).toBe(0);
    expect(mails).toHaveLength(1);
  }));

test("several processes that look at the same time send one mail", () =>
  withMailer(async (service, { mails }) => {
    await save(service);
    await happens(service, [low("P1"), low("P2")]);
    await Promise.all(Array.from({ length: 5 }, () => sendAlerts(service.ports)));
    expect(mails).toHaveLength(1);
  }));

test("recipients that are changed between the look and the mail are those that get it", () =>
  withMailer(async (service, { mails }) => {
    await save(service);
    await happens(service, [low("P1")]);
    beforeNextCommit(service.ports, () => save(service, { recipients: ["nova@loja.example"] }));
    expect(await sendAlerts(service.ports)).toBe(0);
    expect(await sendAlerts(service.ports)).toBe(1);
    expect(mails.map(({ to }) => to)).toEqual([["nova@loja.example"]]);
  }));

test("the alerts of a mail that has reached no recipient go to recipients that were named meanwhile", () =>
  withMailer(async (service, { mails, answers }) => {
    await save(service);
    await happens(service, [low("P1")]);
    answers(async () => {
      if (mails.length === 1) await save(service, { recipients: ["nova@loja.example"] });
      return mails.length === 1 ? "mailer.refused" : null;
    });
    await sendAlerts(service.ports);
    service.ports.clock.advance(PAUSE_MS);
    await sendAlerts(service.ports);
    expect(mails.map(({ to }) => to)).toEqual([TO, ["nova@loja.example"]]);
  }));

test("a company whose recipients are refused does not keep the mails of another from being sent", () =>
  withMailer(async (service, { mails, answers }) => {
    await save(service);
    const other = await service.send("PUT", PATH, {
      as: "otherCompany",
      json: { recipients: ["outra@x.example"] },
    });
    expect(other.status).toBe(200);
    await happens(service, [low("P1")]);
    await happens(service, [low("Q1")], 2);
    answers(() => (mails.at(-1)?.to.includes("dona@loja.example") ? "mailer.refused" : null));
    expect(await sendAlerts(service.ports)).toBe(1);
    expect(mails.map((mail) => linesOf(mail).length)).toEqual([1, 1]);
    expect(mails[1]?.text).not.toContain("P1");
  }));

test("a server that does not answer is asked once at a look, for all companies", () =>
  withMailer(async (service, { mails, answers }) => {
    await save(service);
    await service.send("PUT", PATH, { as: "otherCompany", json: { recipients: ["o@x.example"] } });
    await happens(service, [low("P1")]);
    await happens(service, [low("Q1")], 2);
    answers(() => "mailer.unreachable");
    await sendAlerts(service.ports);
    expect(mails).toHaveLength(1);
  }));

test("a text of a note begins no line of its own in a mail, and no header", () =>
  withMailer(async (service, { mails }) => {
    await service.send("PATCH", "/api/company", { json: { name: "Loja\r\nBcc: x@y.example" } });
    await save(service);
    await happens(service, [low("P1\r\n.\r\nQUIT")]);
    await sendAlerts(service.ports);
    expect(mails[0]?.subject).not.toMatch(/[\r\n]/);
    expect(linesOf(mails[0])[0]).toContain("o produto P1 . QUIT ficou");
  }));

test("a trial mail goes to the recipients at once, is bounded, and changes nothing", () =>
  withMailer(async (service, { mails }) => {
    const tried = () => service.send("POST", `${PATH}/test`);
    expect((await tried()).body.code).toBe("alerts.no_recipients");
    const saved = await save(service);
    const answers = [];
    for (let n = 0; n < 6; n += 1) answers.push((await tried()).status);
    expect(answers).toEqual([200, 200, 200, 200, 200, 429]);
    expect(mails.map(({ to }) => to)).toEqual(Array(5).fill(TO));
    expect((await service.send("GET", PATH)).body).toEqual(saved);
  }));

test("an installation without a sender says so, and keeps the settings", () =>
  withApp(async (service) => {
    expect(await save(service)).toMatchObject({ recipients: TO, sends_mail: false });
    await happens(service, [low("P1")]);
    expect(await sendAlerts(service.ports)).toBe(0);
    const { status, body } = await service.send("POST", `${PATH}/test`);
    expect([status, body.code]).toEqual([501, "alerts.no_sender"]);
  }));

test("recipients are at most ten addresses, in lower case, each once", () =>
  withMailer(async (service) => {
    const { recipients } = await save(service, { recipients: [" Dona@Loja.Example ", ...TO] });
    expect(recipients).toEqual(TO);
    const eleven = Array.from({ length: 11 }, (_, n) => `p${n}@x.example`);
    for (const wrong of [
      eleven,
      ["dona"],
      ["a@b.example\r\nBcc: c@d.example"],
      ["A <a@b.example>"],
    ])
      expect((await service.send("PUT", PATH, { json: { recipients: wrong } })).status).toBe(422);
  }));
