import { expect, test } from "bun:test";
import type { StatementType } from "../../../src/sefaz/statements/evento.ts";
import { placeOf, type Stated } from "../../../src/sefaz/statements/history.ts";
import { Random } from "../../../src/synthetic/random.ts";

const one = (type: StatementType, more: Partial<Stated> = {}): Stated => ({
  id: "a",
  type,
  sequence: 1,
  reason: null,
  registeredMs: 1,
  ...more,
});

test("the first statement of each type is number 1, and the same as the last one is that one", () => {
  for (const type of ["210200", "210210", "210220", "210240"] as const) {
    expect(placeOf([], type, null)).toEqual({ ok: true, value: { sequence: 1 } });
    expect(placeOf([one(type, { id: "x" })], type, null)).toEqual({ ok: true, value: { id: "x" } });
  }
});

test("a conclusive statement follows another type, or itself with another reason, as number 2, and no third time", () => {
  const first = one("210200", { id: "a", registeredMs: 1 });
  const unknown = one("210220", { id: "b", registeredMs: 2 });
  expect(placeOf([first, unknown], "210200", null)).toEqual({ ok: true, value: { sequence: 2 } });
  const again = one("210200", { id: "c", sequence: 2, registeredMs: 3 });
  expect(placeOf([first, unknown, again], "210200", null)).toEqual({
    ok: true,
    value: { id: "c" },
  });
  const late = one("210220", { id: "d", sequence: 2, registeredMs: 4 });
  expect(placeOf([first, unknown, again, late], "210200", null)).toEqual({
    ok: false,
    error: "used_up",
  });
  const reason = one("210240", { id: "e", reason: "uma justificativa longa" });
  expect(placeOf([reason], "210240", "outra justificativa longa")).toEqual({
    ok: true,
    value: { sequence: 2 },
  });
  expect(placeOf([reason], "210240", "uma justificativa longa")).toEqual({
    ok: true,
    value: { id: "e" },
  });
});

test("ciência is stated once and not after a conclusive statement", () => {
  expect(placeOf([one("210200")], "210210", null)).toEqual({
    ok: false,
    error: "after_conclusive",
  });
  const both = [one("210210", { id: "x" }), one("210200", { id: "y" })];
  expect(placeOf(both, "210210", null)).toEqual({ ok: true, value: { id: "x" } });
  expect(placeOf([one("210210")], "210240", "uma justificativa longa")).toEqual({
    ok: true,
    value: { sequence: 1 },
  });
});

test("the same statement made elsewhere is not made again, and one that waits counts as the last", () => {
  const elsewhere = one("210200", { id: null, registeredMs: 9 });
  expect(placeOf([elsewhere], "210200", null)).toEqual({ ok: false, error: "already_stated" });
  const waits = one("210220", { id: "w", registeredMs: null });
  expect(placeOf([waits, elsewhere], "210220", null)).toEqual({ ok: true, value: { id: "w" } });
  expect(placeOf([waits, elsewhere], "210200", null)).toEqual({ ok: true, value: { sequence: 2 } });
});

test("any order of wishes makes each type and number once, never a third, and ends with the last wish that was taken", () => {
  const random = new Random(3);
  const TYPES = ["210200", "210210", "210220", "210240"] as const;
  for (let round = 0; round < 300; round += 1) {
    const made: Stated[] = [];
    for (let n = 0; n < 12; n += 1) {
      const type = TYPES[random.below(4)] ?? "210200";
      const place = placeOf(
        made.toSorted(() => random.below(3) - 1),
        type,
        null,
      );
      if (!place.ok || "id" in place.value) continue;
      made.push(
        one(type, {
          id: String(n).padStart(2, "0"),
          sequence: place.value.sequence,
          registeredMs: n,
        }),
      );
    }
    const keys = made.map(({ type, sequence }) => `${type}.${sequence}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(made.every(({ type, sequence }) => sequence <= (type === "210210" ? 1 : 2))).toBe(true);
  }
});
