import { expect, test } from "bun:test";
import { parseCursor } from "../../src/journal/feed.ts";
import { trusted } from "../../src/lib/cast.ts";
import type { Outgoing } from "../../src/ports/outgoing.ts";
import { MAX_WAITING, runWebhook } from "../../src/webhooks/run.ts";
import { isSigned, receiver } from "../support/webhooks/receiver.ts";
import { withWebhooks } from "../support/webhooks/world.ts";

const HOUR = 3_600_000;
const positions = (ids: readonly string[]) => ids.map((id) => parseCursor(id) ?? 0);
const inOrder = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const failing = (status: number) => () => new Response("não", { status });

test("a webhook gets every event once, in the order of the feed, signed and as GET /api/events shows it", () =>
  withWebhooks(async ({ made, happens, sent, send, stored, log }) => {
    const there = receiver();
    const { id, secret } = await made(there.url);
    await happens(120);
    await sent();
    expect(there.got).toHaveLength(120);
    const { body } = await send("GET", "/api/events?limit=500");
    expect(there.got.map(({ event }) => event)).toEqual(body.data);
    expect(there.ids()).toEqual(body.data.map((event: { id: string }) => event.id));
    expect(there.got.every((one) => isSigned(one, secret))).toBe(true);
    expect(there.got.some((one) => isSigned(one, `whsec_${btoa("outro segredo")}`))).toBe(false);
    expect((await stored(id)).position).toBe(positions(there.ids()).at(-1) ?? 0);
    expect(
      (await log(id)).every(
        ({ state, log: [one] }) => state === "delivered" && one?.status === 204,
      ),
    ).toBe(true);
    await sent();
    expect(there.got).toHaveLength(120);
    there.close();
  }));

test("a webhook gets only the types that it names, and nothing from before it was made", () =>
  withWebhooks(async ({ made, happens, sent, ports, stored, send }) => {
    const there = receiver();
    await happens(3);
    const { id } = await made(there.url, ["stock.low"]);
    await happens(70);
    await send("POST", "/api/movements", {
      json: { product_code: "P1", type: "ENTRADA", quantity: 1, unit_cost: 1 },
    });
    await sent();
    expect(there.got).toEqual([]);
    const [last] = await ports.reader.rows({ sql: "select max(id) as id from events", args: [] });
    expect((await stored(id)).position).toBe(Number(last?.id));
    there.close();
  }));

test("an event that is refused is tried again later, and does not delay the others", () =>
  withWebhooks(async ({ made, happens, sent, ports, log, stored }) => {
    const there = receiver(
      ({ event }) => new Response(null, { status: event.payload.n === 1 ? 500 : 200 }),
    );
    const { id } = await made(there.url);
    await happens(5);
    await sent();
    expect(there.got.map(({ event }) => event.payload.n)).toEqual([0, 1, 2, 3, 4]);
    expect((await log(id)).map(({ state }) => state)).toEqual([
      "delivered",
      "delivered",
      "delivered",
      "waiting",
      "delivered",
    ]);
    ports.clock.advance(7_000);
    await sent();
    expect(there.got).toHaveLength(5);
    there.answers(() => new Response());
    ports.clock.advance(5_001);
    await sent();
    expect(there.ids()).toHaveLength(6);
    expect(there.ids().at(-1)).toBe(there.ids()[1] ?? "");
    const again = (await log(id)).find(({ attempts }) => attempts === 2);
    expect([again?.state, again?.log.map(({ status }) => status)]).toEqual([
      "delivered",
      [500, 200],
    ]);
    expect((await stored(id)).failingSince).toBeNull();
    there.close();
  }));

test("a receiver that is away for two days gets every event when it is back, and a webhook that rests is left alone", () =>
  withWebhooks(async ({ made, happens, sent, ports, stored }) => {
    const there = receiver(failing(503));
    const { id } = await made(there.url);
    await happens(250);
    let asked = 0;
    for (let hours = 0; hours < 48; hours += 2) {
      await sent();
      expect(there.got.length - asked).toBeLessThanOrEqual(3);
      asked = there.got.length;
      ports.clock.advance(2 * HOUR);
    }
    expect((await stored(id)).failedRuns).toBeGreaterThan(10);
    there.answers(() => new Response());
    for (let n = 0; n < 12; n += 1) {
      await sent();
      ports.clock.advance(HOUR);
    }
    const seen = new Set(positions(there.ids().slice(asked)));
    expect(seen.size).toBe(250);
    expect((await stored(id)).failedRuns).toBe(0);
    there.close();
  }));

test("no more than a bounded number of events waits for another attempt; the others stay in the feed", () =>
  withWebhooks(async ({ made, happens, ports, sent, log, stored }) => {
    // Every third is received, so that the webhook never rests.
    const there = receiver((_, n) => new Response(null, { status: n % 3 === 0 ? 200 : 500 }));
    const { id } = await made(there.url);
    await happens(400);
    await sent();
    const waiting = async () => (await log(id)).filter(({ state }) => state === "waiting").length;
    expect(await waiting()).toBe(MAX_WAITING);
    expect((await stored(id)).pausedUntil).toBeGreaterThan(ports.clock.now());
    there.answers(() => new Response());
    ports.clock.advance(20_000);
    for (let n = 0; n < 4; n += 1) await sent();
    expect(new Set(there.ids()).size).toBe(400);
    expect(await waiting()).toBe(0);
    there.close();
  }));

test("an event is given up after three days of attempts at growing distances, and the log shows the last twenty", () =>
  withWebhooks(async ({ made, happens, sent, ports, log }) => {
    const there = receiver(failing(500));
    const { id } = await made(there.url);
    await happens(1);
    const began = ports.clock.now();
    for (let n = 0; n < 40; n += 1) {
      await sent();
      const [one] = await log(id);
      if (one?.nextAt == null) break;
      ports.clock.set(one.nextAt);
    }
    const [one] = await log(id);
    const hours = (ports.clock.now() - began) / HOUR;
    expect([one?.state, hours > 60 && hours <= 72]).toEqual(["given_up", true]);
    expect(there.got.length).toBeGreaterThanOrEqual(13);
    expect(there.got.length).toBeLessThanOrEqual(20);
    const times = one?.log.map(({ at }) => at) ?? [];
    expect(times).toEqual(inOrder(times));
    expect(ports.logged.filter(({ event }) => event === "webhook.given_up")).toHaveLength(1);
    there.close();
  }));

test("a webhook without a delivery in five days is disabled: the feed, the audit log and the webhook say so", () =>
  withWebhooks(async ({ made, happens, sent, ports, stored, rows }) => {
    const there = receiver(failing(500));
    const { id } = await made(there.url);
    for (let hours = 0; hours < 119; hours += 1) {
      if (hours % 40 === 0) await happens(1);
      await sent();
      ports.clock.advance(HOUR);
    }
    expect((await stored(id)).active).toBe(true);
    ports.clock.advance(2 * HOUR);
    await happens(1);
    await sent();
    expect(await stored(id)).toMatchObject({ active: false, disabledWhy: "failing" });
    const asked = there.got.length;
    await happens(1);
    ports.clock.advance(HOUR);
    await sent();
    expect(there.got).toHaveLength(asked);
    expect(await rows("select payload from events where type = 'webhook.disabled'")).toEqual([
      { payload: JSON.stringify({ webhook_id: id, why: "failing" }) },
    ]);
    expect(
      await rows("select user_id, detail from audit where action = 'webhook.disable'"),
    ).toEqual([
      { user_id: null, detail: JSON.stringify({ host: new URL(there.url).host, why: "failing" }) },
    ]);
    there.close();
  }));

test("an answer 410 disables a webhook at once, and made active again it goes on where it stood", () =>
  withWebhooks(async ({ made, happens, sent, send, stored }) => {
    const there = receiver((_, n) => new Response(null, { status: n === 2 ? 410 : 200 }));
    const { id } = await made(there.url);
    await happens(5);
    await send("GET", "/api/dashboard/stats");
    await sent();
    expect(there.got).toHaveLength(2);
    const counted = async () =>
      (await send("GET", "/api/dashboard/stats")).body.alerts.webhooks_disabled;
    expect(await counted()).toBe(1);
    expect(await stored(id)).toMatchObject({ active: false, disabledWhy: "gone" });
    await sent();
    expect(there.got).toHaveLength(2);
    const { body } = await send("PATCH", `/api/webhooks/${id}`, { json: { active: true } });
    expect(body).toMatchObject({ active: true, disabled_reason: null, failing_since: null });
    expect(await counted()).toBe(0);
    await sent();
    // The five events, and the alert about the webhook itself.
    expect(new Set(there.ids()).size).toBe(6);
    there.close();
  }));

test("a redirect is a failure and is not followed", () =>
  withWebhooks(async ({ made, happens, sent, log }) => {
    const inner = receiver();
    const there = receiver(() => Response.redirect(inner.url, 307));
    const { id } = await made(there.url);
    await happens(1);
    await sent();
    expect([there.got.length, inner.got.length]).toEqual([1, 0]);
    expect((await log(id))[0]?.log.map(({ status }) => status)).toEqual([307]);
    there.close();
    inner.close();
  }));

test("an event that was sent but not written, because the service died, is sent again", () =>
  withWebhooks(async ({ made, happens, ports, sent }) => {
    const there = receiver();
    const { id: webhook } = await made(there.url);
    await happens(10);
    const dying = {
      ...ports,
      outgoing: trusted<Outgoing>({
        post: (...args: Parameters<Outgoing["post"]>) =>
          there.got.length < 4 ? ports.outgoing.post(...args) : new Promise(() => undefined),
      }),
    };
    void runWebhook(dying, { company: 1, webhook });
    while (there.got.length < 4) await Bun.sleep(2);
    await sent();
    expect(there.got).toHaveLength(4);
    // The claim of the process that died runs out.
    ports.clock.advance(60_001);
    await sent();
    expect(new Set(there.ids()).size).toBe(10);
    expect(there.got).toHaveLength(14);
    there.close();
  }));

test("two runs of one webhook at the same time send each event once", () =>
  withWebhooks(async ({ made, happens, ports }) => {
    const there = receiver();
    const { id: webhook } = await made(there.url);
    await happens(30);
    await Promise.all([1, 2, 3].map(() => runWebhook(ports, { company: 1, webhook })));
    expect(there.got).toHaveLength(30);
    there.close();
  }));

test("a run whose webhook was changed meanwhile writes nothing, and the events go to the new address", () =>
  withWebhooks(async ({ made, happens, ports, sent, send, log }) => {
    const old = receiver();
    const there = receiver();
    const { id: webhook } = await made(old.url);
    await happens(3);
    old.answers(async () => {
      if (old.got.length === 1)
        await send("PATCH", `/api/webhooks/${webhook}`, { json: { url: there.url } });
      return new Response();
    });
    await runWebhook(ports, { company: 1, webhook });
    expect(await log(webhook)).toEqual([]);
    await sent();
    expect(there.got.map(({ event }) => event.payload.n)).toEqual([0, 1, 2]);
    old.close();
    there.close();
  }));

test("a company runs three webhooks at a time, and a host four, so that slow receivers delay only their own", () =>
  withWebhooks(async ({ made, happens, ports }) => {
    const { promise: open, resolve } = Promise.withResolvers<void>();
    let [inWork, most] = [0, 0];
    const there = receiver(async () => {
      inWork += 1;
      most = Math.max(most, inWork);
      await open;
      inWork -= 1;
      return new Response();
    });
    const ids = [];
    for (let n = 0; n < 6; n += 1) ids.push((await made(there.url)).id);
    await happens(1);
    const runs = ids.map((webhook) => runWebhook(ports, { company: 1, webhook }));
    while (inWork < 3) await Bun.sleep(2);
    await Bun.sleep(50);
    resolve();
    await Promise.all(runs);
    expect(most).toBe(3);
    there.close();
  }));
