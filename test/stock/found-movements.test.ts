import { expect, test } from "bun:test";
import { movementKeyset } from "../../src/export/sheets/movements.ts";
import { listMovements, movementsAfter } from "../../src/stock/reports/ledger.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { readPages } from "../support/exports/ledger-rows.ts";

const items = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    cProd: `P${i}`,
    xProd: `PRODUTO ${i}`,
    uCom: "UN",
    qCom: "10",
    vUnCom: "2.00",
  }));

/** Two purchases and a sale of several items, with movements by hand between them; all in one millisecond of the test's clock. */
async function fill({ upload, send }: TestApp): Promise<void> {
  await upload(syntheticNote({ seed: 1, items: items(4) }).xml, "?approve=true");
  await send("POST", "/api/movements", {
    json: { product_code: "P1", type: "SAIDA", quantity: 1 },
  });
  const sale = { emit: COMPANY, dest: CUSTOMER };
  await upload(syntheticNote({ seed: 2, items: items(3), ...sale }).xml, "?approve=true");
  await upload(syntheticNote({ seed: 3, items: items(2) }).xml, "?approve=true");
}

test("the first movement of a note's posting alone stands in the indexes of time and of documents", () =>
  withApp(async (service) => {
    await fill(service);
    const rows = await service.rows("select origin, followers from movements order by id");
    expect(rows.map(({ origin, followers }) => [origin, followers])).toEqual([
      ...[3, -1, -2, -3].map((n) => ["NFE", n]),
      ["MANUAL", 0],
      ...[2, -1, -2].map((n) => ["NFE", n]),
      ...[1, -1].map((n) => ["NFE", n]),
    ]);
  }));

test("lists, their pages and exports have every movement once, the newest first", () =>
  withApp(async (service) => {
    await fill(service);
    const { ports } = service;
    const all = await service.rows(
      "select id from movements where company = 1 order by created_at desc, id desc",
    );
    const ids = all.map(({ id }) => Number(id));
    expect(ids).toHaveLength(10);
    for (let limit = 1; limit <= 4; limit += 1) {
      const listed: number[] = [];
      const followed: number[] = [];
      for (let offset = 0; offset < 10; offset += limit) {
        const { movements, total } = await listMovements(ports, 1, {}, { limit, offset });
        expect(total).toBe(10);
        listed.push(...movements.map(({ id }) => id));
      }
      let after: [number, number] | null = null;
      for (;;) {
        const page: { id: number; createdAt: number }[] = await movementsAfter(
          ports,
          1,
          {},
          { limit, after },
        );
        const last = page.at(-1);
        if (last === undefined) break;
        followed.push(...page.map(({ id }) => id));
        after = [last.createdAt, last.id];
      }
      expect([listed, followed]).toEqual([ids, ids]);
    }
    expect((await readPages(ports, movementKeyset(1, {}), 15)).rows).toEqual(ids);
  }));

test("a movement behind no first of its posting, and a second first of a posting, are refused", () =>
  withApp(async (service) => {
    await fill(service);
    const before = await service.rows("select * from movements");
    const copy = (id: number, followers: string, ref: string, posting = "posting") =>
      service.ports.database.writing.execute(`insert into movements (company, product, type, quantity_e4, origin, origin_ref, posting,
          created_at, happened_at, value_e2, passed_e2, after_e4, after_e2, followers)
        select company, product, type, quantity_e4, origin, ${ref}, ${posting}, created_at, happened_at, value_e2, passed_e2, after_e4,
          after_e2, ${followers} from movements where id = ${id}`);
    // The last two are of the posting of the last note: it has one follower, and 10 is its last movement.
    for (const [followers, posting, id] of [
      ["-1", "posting", 10],
      ["-2", "posting", 10],
      ["-2", "'other'", 10],
      ["-30", "posting", 10],
    ] as const)
      await expect(copy(id, followers, "origin_ref || 'x'", posting)).rejects.toThrow(
        "behind no first",
      );
    await expect(copy(9, "1", "replace(origin_ref, '#1@', '#9@')")).rejects.toThrow("written once");
    await expect(copy(9, "0", "origin_ref")).rejects.toThrow("UNIQUE");
    expect(await service.rows("select * from movements")).toEqual(before);
  }));

/** Makes the movements those of the version before: each is in both indexes. */
const asBefore = ({ ports }: TestApp) =>
  ports.database.writing.executeMultiple(`drop trigger movements_are_never_updated;
    update movements set followers = 0;
    create trigger movements_are_never_updated before update on movements
      begin select raise(abort, 'movements are append-only'); end`);

test("notes that the version before has posted are listed, found by their key and reversed as others are", () =>
  withApp(async (service) => {
    const note = syntheticNote({ seed: 1, items: items(4) });
    const seen = async () => [
      (await service.send("GET", "/api/movements/list")).body,
      (await service.send("GET", `/api/movements/list?reference=${note.accessKey}`)).body,
      (await service.send("GET", "/api/export/nfe-items")).text,
      (
        await service.send(
          "GET",
          "/api/reports/movements?start_date=2026-11-01&end_date=2026-11-30",
        )
      ).body,
    ];
    await service.upload(note.xml, "?approve=true");
    service.ports.config.CACHE_ENTRIES = 0;
    const before = await seen();
    await asBefore(service);
    expect(await seen()).toEqual(before);
    // docs/deploy.md, Rollback: with these indexes an older version runs.
    const [, statements = ""] =
      /before 0048, after `([^`]+)`/.exec(await Bun.file("docs/deploy.md").text()) ?? [];
    await service.ports.database.writing.executeMultiple(statements);
    expect(statements).toContain("CREATE UNIQUE INDEX movements_once");
    expect(await seen()).toEqual(before);
    const reversed = await service.send("POST", `/api/nfes/${note.accessKey}/reverse`, {
      json: { reason: "erro na contagem" },
    });
    expect(reversed.status).toBe(200);
    expect(
      await service.rows(
        "select count(*) as n, sum(quantity_e4) as q, sum(value_e2) as v from movements",
      ),
    ).toEqual([{ n: 8, q: 0, v: 0 }]);
    expect(
      await service.rows("select 1 from balances where quantity_e4 <> 0 or value_e2 <> 0"),
    ).toEqual([]);
    await service.send("POST", `/api/nfes/${note.accessKey}/process`);
    const again = await service.rows("select followers from movements where id > 8 order by id");
    expect(again.map(({ followers }) => followers)).toEqual([3, -1, -2, -3]);
  }));
