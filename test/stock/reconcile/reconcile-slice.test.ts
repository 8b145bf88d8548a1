import { expect, test } from "bun:test";
import { runMaintenance } from "../../../src/maintenance.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { reconcileSlice } from "../../../src/stock/reconcile/reconcile-slice.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";

/** A ledger of some products; one balance is what no movement has made it. */
async function tampered(service: TestApp): Promise<void> {
  for (const seed of [1, 2, 3])
    await service.upload(syntheticNote({ seed, items: 4 }).xml, "?approve=true");
  await service.ports.database.writing.execute(
    "update balances set quantity_e4 = quantity_e4 + 1 where product = (select max(product) from balances)",
  );
}

const balances = (service: TestApp) =>
  service.rows("select product, quantity_e4 from balances order by product");
const differs = (service: TestApp) =>
  service.ports.logged.filter(({ event }) => event === "ledger.differs");

test("the slices cover the whole ledger and start again", () =>
  withApp(async (service) => {
    await tampered(service);
    const before = await balances(service);
    const size = Math.ceil(before.length / 3);
    const rounds: number[] = [];
    for (let run = 0; run < 8; run += 1) rounds.push(await reconcileSlice(service.ports, 1, size));
    const found = rounds.flatMap((count, run) => (count > 0 ? [run] : []));
    // The last product is in the last slice of each round, and is not mended by the first.
    expect(found.length).toBeGreaterThanOrEqual(2);
    expect(found[0]).toBe(2);
    expect(differs(service)).toHaveLength(found.length);
    const product = before.at(-1)?.product;
    expect(differs(service)[0]).toMatchObject({ level: "error", company: 1, product });
    expect(await balances(service)).toEqual(before);
  }));

test("maintenance checks a slice and counts the differences without correcting them", () =>
  withApp(async (service) => {
    await tampered(service);
    const before = await balances(service);
    expect(await runMaintenance(service.ports)).toMatchObject({ differences: 1, faults: 0 });
    expect(await balances(service)).toEqual(before);
    const { text } = await service.ports.meter.exposition();
    expect(text).toContain("\nledger_differences_total 1\n");
  }));

test("a step of maintenance that fails does not stop the others", () =>
  withApp(async (service) => {
    await tampered(service);
    const away = () => Promise.reject(new Error("no bucket"));
    const blobs = { ...service.ports.blobs, list: away };
    expect(await runMaintenance({ ...service.ports, blobs })).toMatchObject({
      differences: 1,
      faults: 2,
    });
    const faults = service.ports.logged.filter(({ event }) => event === "sweep.fault");
    expect(faults).toMatchObject([
      { kind: "files", code: "Error" },
      { kind: "files", code: "Error" },
    ]);
  }));

test("a value that is not what the movements have brought is reported as a quantity is", () =>
  withApp(async (service) => {
    await service.upload(syntheticNote({ seed: 1 }).xml, "?approve=true");
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
    await service.ports.database.writing.execute(
      "update balances set value_e2 = value_e2 + 1 where product = (select min(product) from balances)",
    );
    const [wrong, ...others] = await reconcileAll(service.ports, 1);
    expect(others).toEqual([]);
    if (wrong === undefined || !("balance_e2" in wrong)) throw new Error("nothing was found");
    expect(wrong.balance_e4).toBe(wrong.ledger_e4);
    expect(wrong.balance_e2).toBe(wrong.ledger_e2 + 1);
  }));
