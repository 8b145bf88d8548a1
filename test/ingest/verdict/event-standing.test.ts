import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { writtenVerdict } from "../../../src/ingest/note/written-verdict.ts";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import { mayBeEmitter, standingOf } from "../../../src/ingest/verdict/event-standing.ts";
import type { KnownEvent } from "../../../src/ingest/verdict/known-event.ts";
import { knownEvent } from "../../support/notes/known-event.ts";
import {
  company,
  note,
  OURS,
  party,
  SUPPLIER,
  UNRELATED,
} from "../../support/notes/note-values.ts";

const NOTE = note();
const at = (day: number) => `2026-09-${String(day).padStart(2, "0")}T10:00:00-03:00`;
const on = (day: number, changes: Partial<KnownEvent>) =>
  knownEvent({ registeredAt: at(day), ...changes });

/** Codes of the holds and findings that a plain sale has with these events. */
function judged(events: readonly KnownEvent[], given = NOTE): string[] {
  const { holds, findings } = classify(given, company(), { standing: standingOf(events, given) });
  return [...holds, ...findings].map(({ code }) => code);
}
const said = (events: readonly KnownEvent[]) =>
  writtenVerdict(classify(NOTE, company(), { standing: standingOf(events, NOTE) }))
    .holds.map(({ message }) => message)
    .join(" ");

describe("the effect of one event on its note", () => {
  test.each<[string, string[]]>([
    ["110111", ["cancelled"]],
    ["110112", ["cancelled"]],
    ["110110", []],
    ["110192", ["not_delivered"]],
    ["110193", []],
    ["112130", ["goods_lost"]],
    ["112140", ["not_delivered"]],
    ["210200", []],
    ["210210", []],
    ["210220", ["refused_by_recipient"]],
    ["210240", ["refused_by_recipient"]],
    ["211124", ["goods_lost"]],
    ["211130", ["immobilised"]],
    ["110001", []],
    ["990900", []],
  ])("%s gives %j", (type, codes) => {
    expect(judged([knownEvent({ type })])).toEqual(codes);
  });

  test("the quantities of a loss are named by item and unit", () => {
    const quantities = [
      { nItem: 1, quantity: "2.0000", unit: "CX" },
      { nItem: 3, quantity: "0.5000", unit: "KG" },
    ];
    for (const type of ["112130", "211124", "112140"])
      expect(said([knownEvent({ type, quantities })])).toContain(
        "item 1: 2,0000 CX, item 3: 0,5000 KG",
      );
    const many = Array.from({ length: 990 }, (_, i) => ({
      nItem: i + 1,
      quantity: "1",
      unit: "UN",
    }));
    expect(said([knownEvent({ type: "112130", quantities: many })])).toContain("e mais 980");
  });
});

describe("a later event against an earlier one", () => {
  const refused = on(1, { type: "210240" });

  test("the last conclusive statement of the recipient counts, by registration time and then sequence", () => {
    expect(judged([refused, on(2, { type: "210200" })])).toEqual([]);
    expect(judged([on(2, { type: "210240" }), on(1, { type: "210200" })])).toEqual([
      "refused_by_recipient",
    ]);
    const again = on(3, { type: "210220", sequence: 2 });
    expect(judged([refused, on(2, { type: "210200" }), again])).toEqual(["refused_by_recipient"]);
    expect(judged([refused, on(2, { type: "210210" })])).toEqual(["refused_by_recipient"]);
  });

  test("a failed delivery is cancelled by protocol number or by a later cancellation", () => {
    const failed = on(1, { type: "110192", protocol: "135260000000011" });
    const settled = { type: null, nProt: "135260000000011" };
    expect(judged([failed, on(2, { type: "110193", undoes: settled })])).toEqual([]);
    expect(judged([failed, on(2, { type: "110193", undoes: null })])).toEqual([]);
    expect(judged([on(3, { type: "110192" }), on(2, { type: "110193", undoes: null })])).toEqual([
      "not_delivered",
    ]);
    const other = { type: null, nProt: "135260000000099" };
    expect(judged([failed, on(2, { type: "110193", undoes: other })])).toEqual(["not_delivered"]);
  });

  test("110001 takes back only the event that it names, by the same author", () => {
    const undo = (type: string, changes: Partial<KnownEvent> = {}) =>
      on(2, { type: "110001", undoes: { type, nProt: "135260000000021" }, ...changes });
    for (const [type, author] of [
      ["112130", SUPPLIER],
      ["112140", SUPPLIER],
      ["211124", OURS],
      ["211130", OURS],
    ] as const) {
      const event = on(1, { type, author, protocol: "135260000000021" });
      expect([type, judged([event, undo(type, { author })])]).toEqual([type, []]);
      expect(judged([event, undo(type, { author: UNRELATED })])).not.toEqual([]);
      expect(judged([event, undo("990900", { author })])).not.toEqual([]);
      expect(judged([{ ...event, protocol: "1" }, undo(type, { author })])).not.toEqual([]);
    }
    for (const type of ["110111", "110112", "210220", "210240"]) {
      const event = on(1, { type, protocol: "135260000000021" });
      expect(judged([event, undo(type, { author: event.author })])).not.toEqual([]);
    }
  });

  test("110001 takes back an event that another branch of the same company has made", () => {
    for (const [type, one] of [
      ["112130", SUPPLIER],
      ["211124", OURS],
    ] as const) {
      const branch = `${one.slice(0, 8)}000299`;
      for (const [author, by] of [
        [one, branch],
        [branch, one],
      ] as const) {
        const event = on(1, { type, author, protocol: "1" });
        const undo = on(2, { type: "110001", author: by, undoes: { type, nProt: "1" } });
        expect([type, author, judged([event, undo])]).toEqual([type, author, []]);
      }
    }
  });

  test("a withdrawn event does not count", () => {
    expect(judged([knownEvent({ withdrawn: true })])).toEqual([]);
    expect(judged([refused, on(2, { type: "210200", withdrawn: true })])).toEqual([
      "refused_by_recipient",
    ]);
  });
});

describe("the allowed author of an event", () => {
  const BRANCH = `${SUPPLIER.slice(0, 8)}000299`;

  test("an emitter's event counts only from the emitter or a branch of it", () => {
    for (const type of ["110111", "110112", "110192", "112130", "112140"]) {
      expect(judged([knownEvent({ type, author: BRANCH })])).not.toEqual([]);
      for (const author of [UNRELATED, OURS, "52998224725"]) {
        expect([type, author, judged([knownEvent({ type, author })])]).toEqual([type, author, []]);
        expect(mayBeEmitter({ type, author }, NOTE.accessKey)).toBe(false);
      }
    }
  });

  test("a recipient's statement counts only from the recipient", () => {
    for (const type of ["210220", "210240", "211124", "211130"]) {
      expect(judged([knownEvent({ type, author: `${OURS.slice(0, 8)}000262` })])).not.toEqual([]);
      for (const author of [UNRELATED, SUPPLIER])
        expect(judged([knownEvent({ type, author })])).toEqual([]);
    }
    const free = on(2, { type: "210200", author: UNRELATED });
    expect(judged([on(1, { type: "210220" }), free])).toEqual(["refused_by_recipient"]);
    const withoutRecipient = note({ dest: null });
    expect(judged([knownEvent({ type: "210220" })], withoutRecipient)).toEqual(
      classify(withoutRecipient, company()).holds.map(({ code }) => code),
    );
  });

  test("an emitter with a CPF is the one in the key", () => {
    const farmer = note({
      ide: { serie: "920" },
      emit: party(null, { cpf: "52998224725" }),
    });
    expect(judged([knownEvent({ author: "52998224725" })], farmer)).toContain("cancelled");
    expect(judged([knownEvent({ author: "11144477735" })], farmer)).not.toContain("cancelled");
    expect(mayBeEmitter({ type: "110111", author: "52998224725" }, farmer.accessKey)).toBe(true);
  });

  test("a note that the tax office issued (series 890 to 899) is cancelled by the office of its key or by its emitter", () => {
    const avulsa = note({ ide: { serie: "890" }, emit: party(SUPPLIER) });
    const key = avulsa.accessKey.replace(SUPPLIER, UNRELATED);
    const given = { ...avulsa, accessKey: key };
    for (const author of [UNRELATED, SUPPLIER]) {
      expect(mayBeEmitter({ type: "110111", author }, key)).toBe(true);
      expect(standingOf([knownEvent({ author })], given).cancelled).toBe(true);
    }
    expect(standingOf([knownEvent({ author: OURS })], given).cancelled).toBe(false);
  });
});

test("the order in which events arrive does not change the result", () => {
  const some = fc.uniqueArray(
    fc.record({
      type: fc.constantFrom(
        "110111",
        "110192",
        "110193",
        "110001",
        "112130",
        "210200",
        "210220",
        "210240",
        "211130",
      ),
      sequence: fc.integer({ min: 1, max: 3 }),
      day: fc.integer({ min: 1, max: 4 }),
      author: fc.constantFrom(OURS, SUPPLIER, UNRELATED),
      protocol: fc.constantFrom("1", "2", "3"),
      undoes: fc.option(
        fc.record({ type: fc.constant(null), nProt: fc.constantFrom("1", "2", "3") }),
        { nil: null },
      ),
      withdrawn: fc.boolean(),
    }),
    { maxLength: 6, selector: ({ type, sequence }) => `${type}-${sequence}` },
  );
  fc.assert(
    fc.property(
      some.chain((events) =>
        fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
      ),
      ([events, shuffled]) => {
        const of = (list: typeof events) => judged(list.map(({ day, ...event }) => on(day, event)));
        expect(of(shuffled)).toEqual(of(events));
      },
    ),
    { seed: 20261128, numRuns: 500 },
  );
});
