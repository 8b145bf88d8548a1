import { expect, test } from "bun:test";
import { beforeNextCommit } from "../support/faults/before-next-commit.ts";
import { isSigned, type Received, receiver } from "../support/webhooks/receiver.ts";
import { withWebhooks } from "../support/webhooks/world.ts";

const HOUR = 3_600_000;

test("a replayed event is sent again though it was delivered, and a replay from a cursor sends all after it in order", () =>
  withWebhooks(async ({ made, happens, sent, send }) => {
    const there = receiver();
    const { id } = await made(there.url);
    await happens(4);
    await sent();
    const [first, second] = there.ids();
    const path = `/api/webhooks/${id}`;
    expect((await send("POST", `${path}/deliveries/${first}/replay`)).status).toBe(202);
    await sent();
    expect(there.ids().slice(4)).toEqual([first ?? ""]);
    expect((await send("POST", `${path}/replay?after=${second}`)).status).toBe(202);
    await sent();
    expect(there.ids().slice(5)).toEqual(there.ids().slice(2, 4));
    const { body } = await send("GET", `${path}/deliveries?limit=3`);
    expect(body.data.map(({ attempts }: { attempts: unknown[] }) => attempts.length)).toEqual([
      2, 2, 1,
    ]);
    const rest = await send("GET", `${path}/deliveries?cursor=${body.next_cursor}`);
    expect([rest.body.data.length, rest.body.next_cursor]).toEqual([1, null]);
    there.close();
  }));

test("both secrets sign for a day after a rotation, and then the new one alone", () =>
  withWebhooks(async ({ made, happens, sent, send, ports }) => {
    const there = receiver();
    const { id, secret: old } = await made(there.url);
    const { body } = await send("POST", `/api/webhooks/${id}/rotate-secret`);
    const signedBy = (one: Received | undefined) =>
      [old, body.secret].map((secret) => one !== undefined && isSigned(one, secret));
    await happens(1);
    await sent();
    expect(signedBy(there.got.at(-1))).toEqual([true, true]);
    ports.clock.advance(24 * HOUR);
    await happens(1);
    await sent();
    expect(signedBy(there.got.at(-1))).toEqual([false, true]);
    there.close();
  }));

for (const [what, method, rest, json] of [
  ["a change", "PATCH", "", { description: "outra" }],
  ["a rotation", "POST", "/rotate-secret", undefined],
  ["a replay from a cursor", "POST", "/replay?after=e0", undefined],
  ["a replay of an event", "POST", "/deliveries/{event}/replay", undefined],
  ["a deletion", "DELETE", "", undefined],
] as const)
  test(`${what} of a webhook that is deleted between its look and its batch writes nothing`, () =>
    withWebhooks(async ({ made, happens, send, ports, rows }) => {
      const { id } = await made("http://127.0.0.1:9/");
      await happens(1);
      const [last] = await rows("select max(id) as id from events");
      const event = `e${Number(last?.id).toString(36)}`;
      beforeNextCommit(ports, () => send("DELETE", `/api/webhooks/${id}`));
      const at = `/api/webhooks/${id}${rest.replace("{event}", event)}`;
      const { status, body } = await send(method, at, json === undefined ? {} : { json });
      expect([status, body.code]).toEqual([404, "webhook.not_found"]);
      expect(
        await rows(
          "select (select count(*) from webhooks) + (select count(*) from webhook_deliveries) as n",
        ),
      ).toEqual([{ n: 0 }]);
      expect(await rows("select action from audit where entity = 'webhook' order by id")).toEqual([
        { action: "webhook.create" },
        { action: "webhook.delete" },
      ]);
    }));
