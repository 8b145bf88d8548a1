import { expect, test } from "bun:test";
import { withApp } from "../../../support/app.ts";
import { isSigned, receiver } from "../../../support/webhooks/receiver.ts";
import { withWebhooks } from "../../../support/webhooks/world.ts";

const URL_THERE = "https://erp.loja.com.br/sge";
const order = { url: URL_THERE, events: ["nfe.processed", "nfe.processed", "stock.low"] };

test("a webhook is made with a secret that no other answer, no plain column and no audit row shows", () =>
  withApp(async ({ send, rows }) => {
    const made = await send("POST", "/api/webhooks", { json: { ...order, description: "ERP" } });
    expect(made.status).toBe(201);
    expect(made.headers.get("cache-control")).toBe("no-store");
    const { secret, ...shown } = made.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(shown).toMatchObject({
      url: URL_THERE,
      events: ["nfe.processed", "stock.low"],
      description: "ERP",
      active: true,
    });
    expect((await send("GET", `/api/webhooks/${shown.id}`)).body).toEqual(shown);
    expect((await send("GET", "/api/webhooks")).body).toEqual({ data: [shown] });
    const stored = JSON.stringify([
      await rows("select * from webhooks"),
      await rows("select * from audit"),
    ]);
    expect(stored).not.toContain(secret.slice(6));
    expect(await rows("select action, detail from audit where entity = 'webhook'")).toEqual([
      {
        action: "webhook.create",
        detail: JSON.stringify({ host: "erp.loja.com.br", events: shown.events }),
      },
    ]);
  }));

test("an address that is not public, or not https, is refused with the reason, at creation and at a change", () =>
  withApp(
    async ({ send }) => {
      const { id } = (await send("POST", "/api/webhooks", { json: order })).body;
      for (const [url, why] of [
        ["http://erp.loja.com.br/", "not_https"],
        ["https://10.0.0.1/", "not_public"],
        ["https://nas.local/", "not_public"],
        ["https://erp.loja.com.br:25/", "port"],
      ])
        for (const [method, path, json] of [
          ["POST", "/api/webhooks", { ...order, url }],
          ["PATCH", `/api/webhooks/${id}`, { url }],
        ] as const) {
          const { status, body } = await send(method, path, { json });
          expect([url, status, body.code, body.why]).toEqual([url, 422, "webhook.url", why]);
        }
    },
    { config: { WEBHOOKS_ALLOW_PRIVATE: false } },
  ));

test("a company has at most twenty webhooks", () =>
  withApp(async ({ send, rows }) => {
    for (let n = 0; n < 20; n += 1) await send("POST", "/api/webhooks", { json: order });
    const { status, body } = await send("POST", "/api/webhooks", { json: order });
    expect([status, body.code, body.limit]).toEqual([409, "webhook.too_many", 20]);
    expect(await rows("select count(*) as n from audit where action = 'webhook.create'")).toEqual([
      { n: 20 },
    ]);
  }));

test("a webhook of another company is not found, by any route", () =>
  withApp(async ({ send, rows }) => {
    const { id } = (await send("POST", "/api/webhooks", { json: order })).body;
    const before = await rows("select * from webhooks");
    const path = `/api/webhooks/${id}`;
    for (const [method, at, json] of [
      ["GET", path],
      ["PATCH", path, { active: false }],
      ["DELETE", path],
      ["POST", `${path}/ping`],
      ["POST", `${path}/rotate-secret`],
      ["GET", `${path}/deliveries`],
      ["POST", `${path}/deliveries/e1/replay`],
      ["POST", `${path}/replay?after=e0`],
    ] as const) {
      const { status, body } = await send(method, at, {
        as: "otherCompany",
        ...(json === undefined ? {} : { json }),
      });
      expect([at, status, body.code]).toEqual([at, 404, "webhook.not_found"]);
    }
    expect(await rows("select * from webhooks")).toEqual(before);
    expect((await send("GET", "/api/webhooks", { as: "otherCompany" })).body).toEqual({ data: [] });
  }));

test("a ping is delivered at once, signed, and tells what the receiver answered", () =>
  withWebhooks(async ({ made, send, log }) => {
    const there = receiver(
      (_, n) => new Response("segredo do destino", { status: n === 1 ? 200 : 418 }),
    );
    const { id, secret } = await made(there.url);
    const first = await send("POST", `/api/webhooks/${id}/ping`);
    expect([first.status, first.body.status, first.body.fault]).toEqual([200, 200, null]);
    expect((await send("POST", `/api/webhooks/${id}/ping`)).body).toMatchObject({ status: 418 });
    expect(there.got.map(({ event }) => [event.type, event.payload])).toEqual([
      ["webhook.ping", { webhook_id: id }],
      ["webhook.ping", { webhook_id: id }],
    ]);
    expect(new Set(there.ids()).size).toBe(2);
    expect(there.got.every((one) => isSigned(one, secret))).toBe(true);
    expect(await log(id)).toEqual([]);
    there.close();
    expect((await send("POST", `/api/webhooks/${id}/ping`)).body).toMatchObject({
      status: null,
      fault: "unreachable",
    });
  }));

test("a replay needs an active webhook, a known event, and a cursor that is still kept", () =>
  withApp(async ({ send, upload }) => {
    const { id } = (await send("POST", "/api/webhooks", { json: order })).body;
    const path = `/api/webhooks/${id}`;
    const codeOf = async (at: string) => {
      const { status, body } = await send("POST", at);
      return [status, body?.code];
    };
    void upload;
    expect(await codeOf(`${path}/deliveries/e1/replay`)).toEqual([404, "webhook.event_not_found"]);
    expect(await codeOf(`${path}/replay?after=ezz`)).toEqual([410, "events.expired"]);
    expect((await send("POST", `${path}/replay?after=1`)).status).toBe(422);
    await send("PATCH", path, { json: { active: false } });
    expect(await codeOf(`${path}/deliveries/e1/replay`)).toEqual([409, "webhook.inactive"]);
    expect(await codeOf(`${path}/replay?after=e0`)).toEqual([409, "webhook.inactive"]);
  }));

test("a deleted webhook leaves no row, and its deletion is audited", () =>
  withWebhooks(async ({ made, send, happens, sent, rows }) => {
    const there = receiver();
    const { id } = await made(there.url);
    await happens(2);
    await sent();
    expect((await send("DELETE", `/api/webhooks/${id}`)).status).toBe(204);
    expect((await send("DELETE", `/api/webhooks/${id}`)).status).toBe(404);
    expect(
      await rows(
        "select (select count(*) from webhooks) + (select count(*) from webhook_deliveries) as n",
      ),
    ).toEqual([{ n: 0 }]);
    expect(await rows("select count(*) as n from audit where action = 'webhook.delete'")).toEqual([
      { n: 1 },
    ]);
    there.close();
  }));

test("a webhook whose secret was sealed with another secret of the service rests, and works again after a rotation", () =>
  withWebhooks(async ({ made, send, happens, sent, ports }) => {
    const there = receiver();
    const { id } = await made(there.url);
    ports.config.MAIL_SECRET = "outro segredo do serviço, 32 caracteres";
    await happens(1);
    await sent();
    expect(there.got).toEqual([]);
    expect((await send("POST", `/api/webhooks/${id}/ping`)).body.code).toBe(
      "webhook.secret_unreadable",
    );
    const { body } = await send("POST", `/api/webhooks/${id}/rotate-secret`);
    await sent();
    expect(there.got.map((one) => isSigned(one, body.secret))).toEqual([true]);
    there.close();
  }));
