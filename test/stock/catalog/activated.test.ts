import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { buy, item, move, sell } from "../../support/notes/postings.ts";
import { supplier } from "../../support/notes/purchase.ts";

/** How goods come to P1, which was bought (10), has left, and is inactive; each gives the balance that it leaves. */
const WAYS: readonly [string, (service: TestApp, left: Left) => Promise<number>][] = [
  [
    "a note that is registered with its approval",
    async (service) => {
      await buy(service, 2, [item("P1", "4", "2.00"), item("P2", "1", "2.00")]);
      return 4;
    },
  ],
  [
    "a note without a cost",
    async (service) => {
      await service.send("PUT", "/api/company", { json: { allow_negative: true } });
      await sell(service, 2, "P1", "4");
      return -4;
    },
  ],
  [
    "a note that is approved later, with the product that a person gives",
    async (service) => {
      const items = [item("OUTRO", "5", "2.00")];
      const { xml, accessKey } = syntheticNote({ seed: 2, emit: supplier, items });
      await service.upload(xml, "?approve=false");
      const json = { items: [{ n_item: 1, product_code: "P1" }] };
      const { status } = await service.send("POST", `/api/nfes/${accessKey}/process`, { json });
      expect(status).toBe(200);
      return 5;
    },
  ],
  [
    "the reversal of a movement by hand",
    async (service, { movement }) => {
      const path = `/api/movements/${movement}/reverse`;
      const { status } = await service.send("POST", path, { json: { reason: "engano na baixa" } });
      expect(status).toBe(200);
      return 3;
    },
  ],
  [
    "the reversal of a note",
    async (service, { sale }) => {
      const path = `/api/nfes/${sale}/reverse`;
      const { status } = await service.send("POST", path, { json: { reason: "venda desfeita" } });
      expect(status).toBe(200);
      return 7;
    },
  ],
];

interface Left {
  readonly movement: number;
  readonly sale: string;
}

async function leave(service: TestApp): Promise<Left> {
  await buy(service, 1, [item("P1", "10", "2.00")]);
  await sell(service, 9, "P1", "7");
  const [note] = await service.rows("select access_key from notes where direction = 'exit'");
  const { body } = await move(service, { type: "SAIDA", quantity: 3 });
  expect((await service.send("DELETE", "/api/products/P1")).status).toBe(204);
  return { movement: body.movement.id, sale: String(note?.access_key) };
}

test.each(WAYS)(
  "%s makes an inactive product active again, and every list shows its goods",
  (_, bring) =>
    withApp(async (service) => {
      const left = await leave(service);
      const lists = ["/api/stock", "/api/products"];
      const find = async (path: string) => {
        const { body } = await service.send("GET", path);
        return body.data.find(({ code }: { code: string }) => code === "P1")?.quantity;
      };
      // The cached answers are old afterwards.
      for (const path of lists) expect(await find(path)).toBeUndefined();
      const [last] = await service.rows("select max(id) as id from events");
      const balance = await bring(service, left);
      for (const path of lists) expect([path, await find(path)]).toEqual([path, balance]);
      const csv = await service.send("GET", "/api/export/stock?dialect=rfc4180");
      expect(csv.text).toContain("P1");
      expect((await move(service, { type: "ENTRADA", quantity: 100 })).status).toBe(201);
      const written = await service.rows(
        "select type, payload from events where id > ?1 and type like 'product.%'",
        [Number(last?.id)],
      );
      expect(written).toEqual([{ type: "product.changed", payload: '{"product_code":"P1"}' }]);
    }),
);

test("a note of other products leaves an inactive one as it is, and says of active ones no change", () =>
  withApp(async (service) => {
    await leave(service);
    await buy(service, 3, [item("P2", "4", "2.00")]);
    await buy(service, 4, [item("P2", "4", "5.00")]);
    expect(await service.rows("select code, active, version from products order by code")).toEqual([
      { code: "P1", active: 0, version: 2 },
      { code: "P2", active: 1, version: 1 },
    ]);
    expect(await service.rows("select 1 from events where type = 'product.changed'")).toEqual([]);
  }));
