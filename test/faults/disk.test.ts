import { expect, test } from "bun:test";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../support/app.ts";

const xml = (seed: number) => syntheticNote({ seed, items: 20 }).xml;
const pragma = async ({ ports }: TestApp, sql: string): Promise<number> => {
  const { rows } = await ports.database.writing.execute(`PRAGMA ${sql}`);
  return Number(Object.values(rows[0] ?? {})[0]);
};
const DIFFERENT = `select product from
  (select company, product, sum(quantity_e4) as q from movements group by company, product)
  full join balances b using (company, product) where b.quantity_e4 is not q`;
const manual = { product_code: "P1", type: "ENTRADA", quantity: 1 };

/** Everything that reads, answered. */
async function reads({ send }: TestApp): Promise<void> {
  for (const path of ["/api/stock", "/api/nfes", "/api/movements/list", "/api/export/movements"])
    expect([path, (await send("GET", path)).status]).toEqual([path, 200]);
}

test("a full disk is a 503 without Retry-After: reads work, nothing is half written, and free space ends it", () =>
  withApp(async (service) => {
    expect((await service.upload(xml(1), "?approve=true")).status).toBe(200);
    await pragma(service, `max_page_count = ${await pragma(service, "page_count")}`);
    const taken: number[] = [];
    let full = await service.upload(xml(2), "?approve=true");
    for (let seed = 3; full.status === 200; seed += 1) {
      taken.push(seed - 1);
      full = await service.upload(xml(seed), "?approve=true");
    }
    expect([full.status, full.body.code]).toEqual([503, "storage.full"]);
    expect(full.headers.get("retry-after")).toBeNull();
    const refused = taken.length + 2;
    const batch = new FormData();
    for (const seed of [refused, refused + 1])
      batch.append("files", new File([xml(seed)], `${seed}.xml`));
    const many = await service.send("POST", "/api/nfe/batch", { as: "OPERADOR", body: batch });
    expect(many.body.results.map((one: { code: string }) => one.code)).toEqual([
      "storage.full",
      "storage.full",
    ]);
    await reads(service);
    expect(await service.rows("select count(*) as n from notes")).toEqual([
      { n: taken.length + 1 },
    ]);
    expect(await service.rows(DIFFERENT)).toEqual([]);

    await pragma(service, "max_page_count = 1000000");
    const again = await service.upload(xml(refused), "?approve=true");
    expect([again.status, again.body.status]).toEqual([200, "PROCESSADA"]);
    expect(await service.rows(DIFFERENT)).toEqual([]);
  }));

test("a read-only database is a 503 for writes: reads work, and it recovers by itself", () =>
  withApp(async (service) => {
    expect((await service.upload(xml(1), "?approve=true")).status).toBe(200);
    await pragma(service, "query_only = 1");
    for (const answer of [
      await service.upload(xml(2), "?approve=true"),
      await service.send("POST", "/api/movements", { as: "OPERADOR", json: manual }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([503, "storage.read_only"]);
      expect(answer.headers.get("retry-after")).toBeNull();
    }
    await reads(service);
    await pragma(service, "query_only = 0");
    expect((await service.upload(xml(2), "?approve=true")).status).toBe(200);
    expect(await service.rows(DIFFERENT)).toEqual([]);
  }));

test("a clock that is set back ends no session and loses nothing; a user waits two seconds at most", () =>
  withApp(
    async (service) => {
      const { clock } = service.ports;
      expect((await service.upload(xml(1), "?approve=true")).status).toBe(200);
      clock.advance(-3_600_000);
      expect((await service.send("GET", "/api/stock", { as: "OPERADOR" })).status).toBe(429);
      // The time in which a bucket fills, and no hour.
      clock.advance(2_000);
      await reads(service);
      for (let seed = 2; seed < 8; seed += 1) {
        const answer = await service.upload(xml(seed), "?approve=true");
        expect([answer.status, answer.body.status]).toEqual([200, "PROCESSADA"]);
      }
      const notes = await service.send("GET", "/api/nfes");
      expect(notes.body.pagination.total).toBe(7);
      const feed = await service.send("GET", "/api/events?limit=100");
      const ids: number[] = feed.body.data.map((event: { id: string }) => Number(event.id));
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      expect(ids.length).toBe(14);
      expect(await service.rows(DIFFERENT)).toEqual([]);
    },
    { config: { RATE_LIMIT_PER_SECOND: 10, RATE_LIMIT_BURST: 20 } },
  ));
