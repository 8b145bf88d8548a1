import { expect } from "bun:test";
import { AWARE } from "../../../src/sefaz/statements/evento.ts";
import type { TestApp } from "../../support/app.ts";
import type { SefazPlay } from "../play/play.ts";

/** State here = state there, each statement once in effect, and each note has its events. */
export async function compare(
  { rows }: TestApp,
  play: SefazPlay,
  wishes: ReadonlyMap<string, string>,
) {
  const here = await rows("select * from sefaz_statements order by id");
  const there = play.statements.registered.map(
    ({ accessKey, type, sequence }) => `${accessKey} ${type} ${sequence}`,
  );
  const shown = (row: Record<string, unknown>) => `${row.access_key} ${row.type} ${row.sequence}`;
  const done = here.filter(({ state }) => state === "done");
  expect(new Set(there).size).toBe(there.length);
  expect(done.map(shown).toSorted()).toEqual(there.toSorted());
  expect(here.filter(({ state }) => state !== "done" && state !== "refused")).toEqual([]);
  expect(done.filter(({ proof, entered_at }) => proof === null || entered_at === null)).toEqual([]);
  const events = await rows("select access_key, type, sequence from nfe_events");
  expect(events.map(shown).toSorted()).toEqual(there.toSorted());
  // The last one counts: where the last wish was not refused, it is the last one there as well.
  for (const [accessKey, type] of wishes) {
    const last = here.findLast((row) => row.access_key === accessKey && row.type !== AWARE);
    if (last?.state !== "done") continue;
    expect(last.type).toBe(type);
    expect(play.statements.of(accessKey).findLast((one) => one.type !== AWARE)?.type).toBe(type);
  }
}
