import { expect, test } from "bun:test";
import { runMaintenance } from "../../../src/maintenance.ts";
import { warnExpiring } from "../../../src/stock/lots/warn-expiring.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { supplier } from "../../support/notes/purchase.ts";
import { yoghurt as item, lot } from "../../support/notes/yoghurt.ts";

const two = (nLote: string, dVal: string) => lot(nLote, "2", dVal);
/** The clock of the test stands at 2026-11-10, 23:30 in São Paulo: in UTC the next day has begun. */
const night = { now: Date.parse("2026-11-11T02:30:00Z") };
const stocked = async ({ upload, send }: TestApp) => {
  await send("PATCH", "/api/company", { json: { time_zone: "America/Sao_Paulo" } });
  const lots = [
    two("PAST", "2026-11-01"),
    two("TODAY", "2026-11-10"),
    two("SEVEN", "2026-11-17"),
    two("EIGHT", "2026-11-18"),
    two("THIRTY", "2026-12-10"),
    two("LATER", "2026-12-11"),
  ];
  const note = { seed: 1, emit: supplier, items: [{ ...item, qCom: "12", lots }] };
  await upload(syntheticNote(note).xml, "?approve=true");
};
const warned = async ({ rows }: TestApp) =>
  (await rows("select payload from events where type = 'stock.expiring' order by id")).map(
    (row) => {
      const { lot, days } = JSON.parse(String(row.payload));
      return `${lot} ${days}`;
    },
  );

test("maintenance tells of each lot near its expiry once for each threshold, by the company's day", () =>
  withApp(async (service) => {
    await stocked(service);
    expect((await runMaintenance(service.ports)).expiring).toBe(5);
    expect(await warned(service)).toEqual([
      "PAST 0",
      "TODAY 0",
      "SEVEN 7",
      "EIGHT 30",
      "THIRTY 30",
    ]);
    expect((await runMaintenance(service.ports)).expiring).toBe(0);
    service.ports.clock.advance(86_400_000);
    await runMaintenance(service.ports);
    expect((await warned(service)).slice(5)).toEqual(["EIGHT 7", "LATER 30"]);
  }, night));

test("a lot has one event though two processes run at once, in slices, and an empty lot has none", () =>
  withApp(async (service) => {
    await stocked(service);
    await service.send("POST", "/api/movements", {
      json: { product_code: "IOG", type: "SAIDA", quantity: 2, batch_number: "SEVEN" },
    });
    const zone = "America/Sao_Paulo";
    for (let n = 0; n < 3; n += 1)
      await Promise.all([1, 2].map(() => warnExpiring(service.ports, 1, zone, 1)));
    expect(await warned(service)).toEqual(["PAST 0", "TODAY 0", "EIGHT 30", "THIRTY 30"]);
  }, night));
