import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
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
});
