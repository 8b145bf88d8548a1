import { expect, test } from "bun:test";
import { completenessPages } from "../../src/export/files/completeness.ts";
import { dayStart } from "../../src/lib/days.ts";
import { completeness } from "../../src/reports/completeness.ts";
import type { Check, CompletenessRow } from "../../src/reports/completeness-row.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { testInFull } from "../support/full.ts";
import { NOON } from "../support/ports.ts";
import { type Extent, type Fate, playMonth } from "./month.ts";
import { announce, statementPlay } from "./statements/announce.ts";

const DAY = 86_400_000;
const ZONE = "America/Sao_Paulo";
const periodOf = ({ ports }: TestApp, dueDays = 10) => {
  const today = dayStart("2026-11-23", ZONE);
  return {
    issued: { from: dayStart("2026-11-01", ZONE), until: dayStart("2026-12-01", ZONE) },
    heldBefore: ports.clock.now() + 1,
    due: { from: today, until: today + (dueDays + 1) * DAY },
  };
};

async function report(service: TestApp, dueDays?: number) {
  const period = periodOf(service, dueDays);
  const { checks } = await completeness(service.ports, 1, period, { limit: 100_000 });
  const rows = new Map<Check, readonly CompletenessRow[]>();
  for (const { check, rows: found } of checks) rows.set(check, found);
  const of = (check: Check) => rows.get(check) ?? [];
  return {
    rows,
    of,
    keys: (check: Check) =>
      of(check)
        .map(({ accessKey }) => accessKey)
        .sort(),
  };
}

const numbersFrom = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);

/** What the report says of a month equals the play's own list without what was withheld, each by its check. */
async function equalsThePlay(service: TestApp, extent: Extent): Promise<void> {
  const { play, notes, parked, skipped, onlyEvents } = await playMonth(service, extent);
  expect(play.counts.forbidden).toBe(0);
  const { of, keys } = await report(service);
  const fate = (name: Fate) => (notes.get(name) ?? []).toSorted();
  // Of these only the NSU is known.
  const unread = [...fate("parked"), ...fate("refused")];
  for (const check of [
    "summary_only",
    "not_here",
    "not_here_void",
    "cancelled_after_entry",
  ] as const)
    expect([check, keys(check)]).toEqual([check, fate(check)]);
  expect(keys("not_in_stock")).toEqual(fate("held"));
  expect(keys("held")).toEqual(fate("held"));
  for (const { reasons } of of("not_in_stock")) expect(reasons.length).toBeGreaterThan(0);
  const nsus = (check: Check) =>
    of(check).flatMap(({ cnpj, nsu, lastNsu }) => {
      const first = nsu ?? 0;
      return numbersFrom(first, lastNsu ?? first).map((one) => `${cnpj} ${one}`);
    });
  expect(nsus("nsu_parked").toSorted()).toEqual(parked.toSorted());
  expect(nsus("nsu_gap").toSorted()).toEqual(skipped.toSorted());
  expect(keys("waiting_event")).toEqual(onlyEvents.toSorted());
  // A number that is announced is no gap; those of other suppliers and of parked documents are.
  const gaps = of("supplier_number_gap").flatMap(({ number, lastNumber }) =>
    numbersFrom(number ?? 0, lastNumber ?? 0),
  );
  const numberOf = (key: string) => Number(key.slice(25, 34));
  const last = Math.max(
    ...[...notes.entries()].flatMap(([name, found]) =>
      ["not_here", "parked", "refused"].includes(name) ? [] : found.map(numberOf),
    ),
  );
  const missing = [...fate("not_here"), ...unread].map(numberOf);
  expect(gaps).toEqual(missing.filter((n) => n < last).sort((a, b) => a - b));
  // Ciência of what nothing was stated about; the conclusive ones are due in 180 days.
  expect(keys("statement_due")).toEqual(fate("not_here"));
  const stocked = await service.rows(
    "select access_key from notes where status = 'PROCESSADA' and issued_at > '2026-11'",
  );
  expect(stocked.map(({ access_key }) => String(access_key)).sort()).toEqual(fate("stock"));
  // Of the play's notes each is in stock, or named once by the check that says where it is; of a parked one the NSU is known.
  const named = (
    ["summary_only", "not_here", "not_here_void", "cancelled_after_entry", "not_in_stock"] as const
  ).flatMap(keys);
  const all = [...notes.values()].flat().filter((key) => !unread.includes(key));
  expect([...named, ...fate("stock")].sort()).toEqual(all.sort());
  expect(unread).toHaveLength(parked.length);
  let lines = 0;
  for await (const page of completenessPages(service.ports, 1, periodOf(service), undefined))
    lines += page.length;
  const said = [...(await report(service)).rows.values()].reduce(
    (sum, { length }) => sum + length,
    0,
  );
  expect(lines).toBe(said - of("held").length);
}

test("a month that was fetched through faults is complete but for what was withheld, each thing named by its check", () =>
  withApp((service) => equalsThePlay(service, { cnpjs: 2, notes: 7, faults: 150 })));

test("a conclusive statement is due in the last of its 180 days, of a note that is here or not, until it is made", () =>
  withApp(async (service) => {
    const { ports, send } = service;
    const { play } = statementPlay(ports);
    const issuedAt = `${new Date(NOON - 175 * DAY - 3 * 3_600_000).toISOString().slice(0, 19)}-03:00`;
    const [open, here, stated, known] = [1, 2, 3, 4].map((seed) =>
      syntheticNote({ seed, items: 1, issuedAt }),
    );
    for (const [n, note] of [open, here, stated].entries())
      if (note !== undefined) await announce(ports, play, n + 1, { ...note, days: 175 });
    for (const note of [here, known]) if (note !== undefined) await service.upload(note.xml);
    const state = (note: typeof open, type: string) =>
      send("POST", `/api/nfes/${note?.accessKey}/statement`, { json: { type } });
    expect((await state(stated, "210200")).status).toBe(202);
    const due = async (days: number): Promise<unknown[]> => {
      const path = `/api/reports/completeness?month=2026-11&check=statement_due&due_days=${days}`;
      const [check] = (await send("GET", path)).body.checks;
      return check.data.map((row: { access_key: string; statement: string; due_at: string }) => {
        expect([row.statement, row.due_at]).toEqual([
          "conclusive",
          new Date(NOON + 5 * DAY).toISOString(),
        ]);
        return row.access_key;
      });
    };
    expect(await due(4)).toEqual([]);
    expect((await due(5)).sort()).toEqual([open?.accessKey, here?.accessKey].sort());
    // Of a note that was uploaded only ciência makes one due.
    expect((await state(known, "210210")).status).toBe(202);
    expect(await due(5)).toContain(known?.accessKey);
    expect((await state(here, "210220")).status).toBe(202);
    expect((await due(5)).sort()).toEqual([open?.accessKey, known?.accessKey].sort());
  }));

testInFull(
  "a month of 3,000 notes over 12 CNPJs, fetched through faults, is complete but for what was withheld",
  () => withApp((service) => equalsThePlay(service, { cnpjs: 12, notes: 250, faults: 150 })),
  600_000,
);
