import { expect, test } from "bun:test";
import { EventSchema } from "../../../../src/http/views/event-schema.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { COUNT_FLOWS } from "../../../support/http/count-flows.ts";
import { LATE_COST_FLOWS } from "../../../support/http/late-cost-flows.ts";
import { LOSS_FLOWS } from "../../../support/http/loss-flows.ts";
import { FLOWS, HELD_AT_FIRST, POSTED, WAITING } from "../../../support/http/write-flows.ts";

interface Holding {
  readonly code: string;
  readonly quantity: number;
  readonly stock_value: number;
}

/** The stock as a program knows it that reads nothing but the feed, and whether each event listed all its movements. */
async function mirrored({ send }: TestApp) {
  const held = new Map<string, Holding>();
  let after = "";
  let complete = true;
  for (;;) {
    const { body } = await send("GET", `/api/events?limit=3${after}`);
    for (const event of body.data) {
      expect(EventSchema.parse(event)).toEqual(event);
      complete &&= event.payload.complete !== false;
      for (const moved of event.payload.complete === undefined ? [] : event.payload.movements)
        held.set(moved.product_code, {
          code: moved.product_code,
          quantity: moved.balance,
          stock_value: moved.stock_value,
        });
    }
    if (body.data.length === 0) break;
    after = `&after=${body.next_cursor}`;
  }
  return { complete, stock: [...held.values()].sort((a, b) => (a.code < b.code ? -1 : 1)) };
}

async function stocked({ send }: TestApp): Promise<Holding[]> {
  const { body } = await send("GET", "/api/stock?limit=100");
  return body.data
    .map(({ code, quantity, stock_value }: Holding) => ({ code, quantity, stock_value }))
    .sort((a: Holding, b: Holding) => (a.code < b.code ? -1 : 1));
}

for (const { says, first, write, status } of [
  ...FLOWS,
  ...COUNT_FLOWS,
  ...LATE_COST_FLOWS,
  ...LOSS_FLOWS,
])
  test(`a copy of the stock that is made of the feed alone equals it when ${says}`, () =>
    withApp(async (service) => {
      await service.upload(POSTED.xml, "?approve=true");
      await service.upload(WAITING.xml);
      await service.upload(HELD_AT_FIRST.xml);
      await first?.(service);
      expect((await write(service)).status).toBe(status ?? 200);
      const { stock, complete } = await mirrored(service);
      expect(stock).toEqual(await stocked(service));
      expect(complete).toBe(true);
    }));

test("a copy of the stock equals it after a batch of movements by hand", () =>
  withApp(async (service) => {
    await service.upload(POSTED.xml, "?approve=true");
    const line = (product_code: string, type: string, quantity: number) => ({
      product_code,
      type,
      quantity,
    });
    const items = [line("P1", "SAIDA", 3), line("P2", "ENTRADA", 4), line("P1", "SAIDA", 1.5)];
    const { status } = await service.send("POST", "/api/movements/batch", { json: { items } });
    expect(status).toBe(201);
    const { stock, complete } = await mirrored(service);
    expect(stock).toEqual(await stocked(service));
    expect(complete).toBe(true);
  }));

test("an event lists the first 50 movements of its write, and says that there are more", () =>
  withApp(async (service) => {
    const items = Array.from({ length: 51 }, (_, i) => ({
      cProd: `P${i}`,
      xProd: `PRODUTO ${i}`,
      uCom: "UN",
      qCom: "2",
      vUnCom: "1.00",
    }));
    await service.upload(syntheticNote({ items }).xml, "?approve=true");
    const { body } = await service.send("GET", "/api/events?after=e1");
    const [{ payload }] = body.data;
    expect(payload.movements).toHaveLength(50);
    expect(payload.complete).toBe(false);
    expect(payload.movements[0]).toEqual({
      id: 1,
      product_code: "P0",
      type: "ENTRADA",
      quantity: 2,
      balance: 2,
      stock_value: 2,
    });
  }));

test("an event that an earlier version wrote is not complete, and keeps the shape of its type", () =>
  withApp(async ({ ports, send }) => {
    const payload = JSON.stringify({ access_key: "1".repeat(44), direction: "entry" });
    await ports.writer.commit({
      statements: [
        {
          sql: "insert into events (company, type, payload, at) values (1, 'nfe.processed', ?1, 0)",
          args: [payload],
        },
      ],
      read: () => undefined,
    });
    const { body } = await send("GET", "/api/events");
    expect(EventSchema.parse(body.data[0])).toEqual(body.data[0]);
    expect(body.data[0].payload).toMatchObject({ movements: [], complete: false });
  }));
