import { expect, test } from "bun:test";
import { fillTaxes } from "../../../src/ingest/judge/fill-taxes.ts";
import { runMaintenance } from "../../../src/maintenance.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";

const [emit] = SUPPLIERS;
const noteOf = (seed: number) =>
  syntheticNote({
    seed,
    emit,
    items: [1, 2].map((n) => ({
      cProd: `P${n}`,
      xProd: "PRODUTO",
      uCom: "UN",
      qCom: "10",
      vUnCom: "80.00",
      pICMS: `${n}2.00`,
      vIPI: "26.00",
    })),
  });
const taxes = ({ rows }: TestApp) =>
  rows("select note, position, taxes, cost, landed_e2 from note_items order by note, position");
/** Notes in stock as an older version of the program has stored them. */
async function withOldNotes(service: TestApp, count: number) {
  for (let n = 1; n <= count; n += 1) await service.upload(noteOf(n).xml, "?approve=true");
  const before = await taxes(service);
  await service.ports.database.writing.execute("update note_items set taxes = null");
  return before;
}

test("taxes of items that were stored before they were kept are filled from the originals, once", () =>
  withApp(async (service) => {
    const before = await withOldNotes(service, 3);
    const moved = await service.rows("select id, value_e2 from movements order by id");
    const report = await runMaintenance(service.ports);
    expect([report.taxed, report.faults]).toEqual([3, 0]);
    expect(await taxes(service)).toEqual(before);
    expect(await service.rows("select id, value_e2 from movements order by id")).toEqual(moved);
    expect((await runMaintenance(service.ports)).taxed).toBe(0);
  }));

test("taxes are filled in slices, and a note without its original stays without", () =>
  withApp(async (service) => {
    const before = await withOldNotes(service, 4);
    await service.ports.database.writing.execute(
      "delete from originals where sha256 = (select sha256 from notes order by id limit 1)",
    );
    expect(await fillTaxes(service.ports, 1, 3)).toBe(2);
    expect(await fillTaxes(service.ports, 1, 3)).toBe(1);
    expect(await fillTaxes(service.ports, 1)).toBe(0);
    const after = await taxes(service);
    expect(after.slice(2)).toEqual(before.slice(2));
    expect(after.slice(0, 2).map((row) => row.taxes)).toEqual([null, null]);
  }));
