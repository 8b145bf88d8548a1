import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { LIES, lyingReceiver } from "../support/webhooks/lying-receiver.mjs";
import { pause, queueWorld } from "./queue-world.mjs";

/** A server that keeps what it gets. The first event is refused once. */
async function receiver() {
  const got = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    got.push({ headers: request.headers, body });
    response.writeHead(got.length === 1 ? 503 : 204).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    got,
    url: `http://127.0.0.1:${server.address().port}/sge`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("webhooks at the edge", () => {
  let world;
  let there;

  before(async () => {
    there = await receiver();
    world = await queueWorld({ WEBHOOKS_ALLOW_PRIVATE: "true" });
  });
  after(async () => {
    await world?.close();
    there?.close();
  });

  const until = async (count) => {
    const deadline = AbortSignal.timeout(15_000);
    while (there.got.length < count && !deadline.aborted) await pause();
    assert.equal(there.got.length, count);
  };

  test("events are sent by the queue after the cron has looked, signed, and again after a failure", async () => {
    const order = JSON.stringify({ url: there.url, events: ["count.opened"] });
    const { id, secret } = await world.json("/api/webhooks", { body: order });
    const product = JSON.stringify({ code: "P1", name: "PRODUTO", unit: "UN" });
    await world.json("/api/products", { body: product });
    const count = JSON.stringify({ name: "Tudo", scope: "all" });
    await world.json("/api/counts", { body: count });
    await world.cron();
    await until(1);
    const waiting = async () =>
      (await world.json(`/api/webhooks/${id}/deliveries`)).data.map(({ state }) => state).join();
    const deadline = AbortSignal.timeout(10_000);
    while ((await waiting()) !== "waiting" && !deadline.aborted) await pause();
    assert.equal(await waiting(), "waiting");
    await world.run("update webhook_deliveries set next_at = 0");
    await world.cron();
    await until(2);
    const [first, again] = there.got;
    assert.equal(first.headers["webhook-id"], again.headers["webhook-id"]);
    assert.equal(JSON.parse(again.body).type, "count.opened");
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    for (const { headers, body } of there.got) {
      const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
      const right = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
      assert.equal(headers["webhook-signature"], right);
    }
  });

  test("events to receivers that lie all arrive, each signed, and a redirect is not followed", async () => {
    const liar = await lyingReceiver((n) => LIES[n] ?? null);
    const order = JSON.stringify({ url: liar.url, events: ["category.created"] });
    const { id, secret } = await world.json("/api/webhooks", { body: order });
    const made = LIES.length + 2;
    for (let n = 0; n < made; n++)
      await world.json("/api/categories", { body: JSON.stringify({ name: `C${n}` }) });
    const state = async () =>
      (await world.json(`/api/webhooks/${id}/deliveries?limit=100`)).data.map((one) => one.state);
    const deadline = AbortSignal.timeout(60_000);
    const isOver = (states) => states.length === made && states.every((one) => one === "delivered");
    while (!isOver(await state()) && !deadline.aborted) {
      // Due again at once, in place of a pause of up to eight hours.
      await world.run("update webhook_deliveries set next_at = 0 where state = 'waiting'");
      await world.run("update webhooks set paused_until = 0, run_until = null");
      await world.cron();
      for (let n = 0; n < 10; n++) await pause();
    }
    assert.deepEqual(await state(), Array(made).fill("delivered"));
    assert.equal(new Set(liar.got.map(({ headers }) => headers["webhook-id"])).size, made);
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    for (const { headers, body } of liar.got) {
      const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
      const right = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
      assert.equal(headers["webhook-signature"], right);
    }
    liar.close();
  });
});

describe("webhooks at the edge without leave for private networks", () => {
  let world;
  let there;

  before(async () => {
    there = await receiver();
    world = await queueWorld({ WEBHOOKS_ALLOW_PRIVATE: "false" });
  });
  after(async () => {
    await world?.close();
    there?.close();
  });

  test("an address in any spelling is refused, when it is saved and when an event is sent", async () => {
    const { port } = new URL(there.url);
    const hosts = [
      "127.0.0.1",
      "2130706433",
      "0x7f000001",
      "0177.0.0.1",
      "127.1",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "169.254.169.254",
      "[fd00:ec2::254]",
      "localhost",
      "metadata.google.internal",
    ];
    const body = JSON.stringify({ url: "https://erp.loja.com.br/", events: ["category.created"] });
    const { id } = await world.json("/api/webhooks", { body });
    for (const [n, host] of hosts.entries())
      for (const scheme of ["https", "http"]) {
        const url = `${scheme}://${host}:${port}/sge`;
        const saved = await world.json("/api/webhooks", {
          body: JSON.stringify({ url, events: ["*"] }),
        });
        assert.equal(saved.code, "webhook.url", url);
        // As if it had been saved under other rules.
        await world.run(`update webhooks set url = '${url}', paused_until = 0 where id = '${id}'`);
        await world.json("/api/categories", { body: JSON.stringify({ name: `${scheme}${n}` }) });
        await world.cron();
        const attempted = async () =>
          (await world.json(`/api/webhooks/${id}/deliveries?limit=1`)).data.flatMap(
            (one) => one.attempts,
          );
        const deadline = AbortSignal.timeout(10_000);
        while ((await attempted()).length === 0 && !deadline.aborted) await pause();
        const [attempt] = await attempted();
        assert.equal(attempt?.status, null, url);
      }
    assert.deepEqual(there.got, []);
  });
});
