import { expect, test } from "bun:test";
import { reportHeldLong } from "../../../src/ingest/note/report-held-long.ts";
import { runMaintenance } from "../../../src/maintenance.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";

const DAY = 86_400_000;
const ZONE = "America/Sao_Paulo";
/** Sessions are given at the last day of these tests, so that none ends in them. */
const last = { now: Date.parse("2026-12-25T12:00:00Z") };
const RECEIVED = Date.parse("2026-11-11T02:30:00Z");
/** Held, for want of its protocol. */
const held = (seed: number) => syntheticNote({ seed, items: 1, root: "NFe" });
const reported = async ({ rows }: TestApp) =>
  (await rows("select payload from events where type = 'nfe.held_long' order by id")).map(
    ({ payload }) => JSON.parse(String(payload)),
  );
const counted = async ({ send }: TestApp) =>
  (await send("GET", "/api/dashboard/stats")).body.alerts.held_long;

test("maintenance tells once of a note that is held for more than seven calendar days of the company", () =>
  withApp(async (service) => {
    service.ports.clock.set(RECEIVED);
    const { accessKey, xml } = held(1);
    await service.upload(xml);
    await service.upload(syntheticNote({ seed: 2, items: 1 }).xml);
    // It was received on the 10th at 23:30 in São Paulo: on the 17th seven days have passed, on the 18th more.
    service.ports.clock.advance(7 * DAY);
    expect((await runMaintenance(service.ports)).held).toBe(0);
    expect(await counted(service)).toBe(0);
    service.ports.clock.advance(DAY / 24);
    expect(await counted(service)).toBe(1);
    expect((await runMaintenance(service.ports)).held).toBe(1);
    expect((await runMaintenance(service.ports)).held).toBe(0);
    expect(await reported(service)).toEqual([
      { access_key: accessKey, days: 7, holds: ["no_protocol"] },
    ]);
    expect(await counted(service)).toBe(1);
    await service.send("POST", `/api/nfes/${accessKey}/discard`, {
      json: { reason: "outra" },
    });
    expect(await counted(service)).toBe(0);
    await service.send("POST", `/api/nfes/${accessKey}/restore`);
    expect((await runMaintenance(service.ports)).held).toBe(0);
  }, last));

test("a run tells of a slice, the oldest first, and processes that run together tell of each note once", () =>
  withApp(async (service) => {
    service.ports.clock.set(RECEIVED);
    for (let seed = 1; seed <= 5; seed += 1) await service.upload(held(seed).xml);
    service.ports.clock.advance(20 * DAY);
    const run = () => reportHeldLong(service.ports, 1, 7, ZONE, 2);
    const counts = await Promise.all([run(), run()]);
    expect(counts).toEqual([2, 2]);
    expect(await run()).toBe(1);
    expect(await run()).toBe(0);
    const keys = (await reported(service)).map(({ access_key }) => access_key);
    expect(keys).toEqual([1, 2, 3, 4, 5].map((seed) => held(seed).accessKey));
  }, last));

test("a company that asks for no such alert has neither event nor count, and another limit is its own", () =>
  withApp(async (service) => {
    service.ports.clock.set(RECEIVED);
    await service.upload(held(1).xml);
    service.ports.clock.advance(20 * DAY);
    await service.send("PATCH", "/api/company", { json: { alert_held_days: null } });
    expect((await runMaintenance(service.ports)).held).toBe(0);
    expect(await counted(service)).toBe(0);
    await service.send("PATCH", "/api/company", { json: { alert_held_days: 19 } });
    expect(await counted(service)).toBe(1);
    expect((await runMaintenance(service.ports)).held).toBe(1);
  }, last));

test("a note that is discarded between look and batch is not reported", () =>
  withApp(async (service) => {
    service.ports.clock.set(RECEIVED);
    const { accessKey, xml } = held(1);
    await service.upload(xml);
    service.ports.clock.advance(20 * DAY);
    beforeNextCommit(service.ports, () =>
      service.send("POST", `/api/nfes/${accessKey}/discard`, { json: { reason: "outra" } }),
    );
    expect(await reportHeldLong(service.ports, 1, 7, ZONE)).toBe(0);
    expect(await reported(service)).toEqual([]);
  }, last));
