import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { knownCfops } from "../../../src/ingest/verdict/cfop.ts";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import { standingOf } from "../../../src/ingest/verdict/event-standing.ts";
import { HOLD_CODES } from "../../../src/ingest/verdict/failures.ts";
import { RULES } from "../../../src/ingest/verdict/rules.ts";
import { type NItem, nItemFrom } from "../../../src/lib/item-number.ts";
import type { SignatureCheck } from "../../../src/nfe/signature/signer.ts";
import { knownEvent } from "../../support/notes/known-event.ts";
import {
  cancellation,
  company,
  item,
  note,
  OUR_SECOND,
  OURS,
  party,
  SUPPLIER,
  UNRELATED,
} from "../../support/notes/note-values.ts";

const rows = [...RULES.direction, ...RULES.item, ...RULES.note];

const someParty = fc.constantFrom(
  party(OURS),
  party(OUR_SECOND),
  party(SUPPLIER),
  party(UNRELATED),
  party(`${OURS.slice(0, 8)}000262`),
  party(null, { cpf: "52998224725" }),
);

const someNote = fc
  .record({
    tpNF: fc.constantFrom(...(["0", "1"] as const)),
    tpAmb: fc.constantFrom(...(["1", "1", "2"] as const)),
    mod: fc.constantFrom(...(["55", "55", "65"] as const)),
    finNFe: fc.constantFrom(...(["1", "1", "1", "2", "3", "4", "5", "6"] as const)),
    kind: fc.constantFrom("01", "03", "06", "07", null),
    emit: someParty,
    dest: fc.option(someParty, { nil: null }),
    cStat: fc.constantFrom("100", "120", "150", "101", "302", null),
    cancelled: fc.boolean(),
    lines: fc.array(
      fc.record({
        CFOP: fc.oneof(fc.constantFrom(...knownCfops), fc.constantFrom("5999", "1102", "5102")),
        service: fc.boolean(),
        e4: fc.constantFrom(0, 1, 10_000),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ tpNF, tpAmb, mod, finNFe, kind, emit, dest, cStat, cancelled, lines }) => {
    const ide = { tpNF, tpAmb, mod, finNFe, tpNFCredito: kind, tpNFDebito: kind };
    const key = note({ ide, emit }).accessKey;
    return note({
      ide,
      emit,
      dest,
      protocol: cStat === null ? null : { cStat },
      cancelledBy: cancelled ? [cancellation(key)] : [],
      items: lines.map(({ CFOP, service, e4 }, i) =>
        item(i + 1, { CFOP, service, qCom: { text: String(e4 / 10_000), e4 } }),
      ),
    });
  });

const someSettings = fc
  .record({
    cnpjs: fc.constantFrom<string[]>([], [OURS], [OURS, OUR_SECOND]),
    environment: fc.constantFrom(...(["production", "homologation"] as const)),
    requireMapping: fc.boolean(),
    requireSignature: fc.boolean(),
  })
  .map((changes) => company(changes));

const someKnown = fc.record({
  unmapped: fc.constantFrom<NItem[]>([], [1].map(nItemFrom), [1, 2].map(nItemFrom)),
  vanishing: fc.constantFrom<NItem[]>([], [], [1].map(nItemFrom)),
  standing: fc
    .subarray(["110111", "110192", "112130", "112140", "210220", "210240", "211130"])
    .map((types) =>
      standingOf(
        types.map((type) => knownEvent({ type })),
        note(),
      ),
    ),
  signature: fc.constantFrom<(SignatureCheck | null)[]>(
    { valid: true, unchecked: ["chain", "revocation", "signer"] },
    { valid: false, why: "other_signer" },
    null,
  ),
});

const RUNS = { seed: 20261123, numRuns: 500 };

describe("the table of rules", () => {
  test("every row has a name of its own and a source", () => {
    expect(new Set(rows.map(({ rule }) => rule)).size).toBe(rows.length);
    for (const { rule, source } of rows) {
      expect(rule).toMatch(/^(whose|item|cfop|note)\.[a-z_]+$/);
      expect(source.length).toBeGreaterThan(10);
    }
  });

  test("every row can fire, and nothing but a row of the table ever fires", () => {
    const names = new Set(rows.map(({ rule }) => rule));
    const fired = new Set<string>();
    fc.assert(
      fc.property(someNote, someSettings, someKnown, (given, settings, known) => {
        for (const { rule } of classify(given, settings, known).rules) {
          expect(names.has(rule)).toBe(true);
          fired.add(rule);
        }
      }),
      { ...RUNS, numRuns: 2_000 },
    );
    for (const { rule } of classify(
      note({ accessKey: note({ ide: { nNF: "9" } }).accessKey }),
      company(),
    ).rules)
      fired.add(rule);
    // A complement whose items are of both kinds, and that awaits its original.
    const none = { qCom: { text: "0", e4: 0 } };
    for (const { rule } of classify(
      note({ ide: { finNFe: "2", refNFe: ["1"] }, items: [item(1), item(2, none)] }),
      company(),
      { awaited: ["1"] },
    ).rules)
      fired.add(rule);
    for (const { rule } of classify(note({ ide: { finNFe: "4" } }), company(), {
      undone: [{ key: "1", direction: "exit" }],
    }).rules)
      fired.add(rule);
    for (const { rule } of classify(
      note({ protocol: { chNFe: note({ ide: { nNF: "9" } }).accessKey } }),
      company(),
    ).rules)
      fired.add(rule);
    expect([...names].filter((rule) => !fired.has(rule))).toEqual([]);
  });
});

describe("for any note and any settings", () => {
  test("a second verdict is equal to the first", () => {
    fc.assert(
      fc.property(someNote, someSettings, someKnown, (given, settings, known) => {
        const before = JSON.stringify([given, settings, known]);
        const verdict = JSON.stringify(classify(given, settings, known));
        const copy = structuredClone({ given, settings, known });
        expect(JSON.stringify(classify(copy.given, copy.settings, copy.known))).toBe(verdict);
        expect(JSON.stringify([given, settings, known])).toBe(before);
      }),
      RUNS,
    );
  });

  test("every item has one effect and one rule, and goods move only in the note's direction", () => {
    fc.assert(
      fc.property(someNote, someSettings, someKnown, (given, settings, known) => {
        const { direction, effects, rules } = classify(given, settings, known);
        expect(effects).toHaveLength(given.items.length);
        const decided = rules
          .filter(({ rule }) => RULES.item.some((row) => row.rule === rule))
          .flatMap(({ items }) => items ?? []);
        expect(decided.toSorted((a, b) => a - b)).toEqual(given.items.map(({ nItem }) => nItem));
        for (const effect of effects)
          expect(direction === "none" ? ["none"] : [direction, "none", "ask"]).toContain(effect);
      }),
      RUNS,
    );
  });

  test("holds stand once each, in the order of HOLD_CODES, and each has its rule", () => {
    fc.assert(
      fc.property(someNote, someSettings, someKnown, (given, settings, known) => {
        const { holds, rules } = classify(given, settings, known);
        const at = holds.map(({ code }) => HOLD_CODES.indexOf(code));
        expect(at).toEqual([...new Set(at)].toSorted((a, b) => a - b));
        const fired = new Set(rules.map(({ rule }) => rule));
        for (const { code } of holds)
          expect(RULES.note.some((row) => row.hold === code && fired.has(row.rule))).toBe(true);
      }),
      RUNS,
    );
  });

  test("a note without holds has a direction, moves something, and asks nothing", () => {
    fc.assert(
      fc.property(someNote, someSettings, someKnown, (given, settings, known) => {
        const { direction, effects, holds } = classify(given, settings, known);
        if (holds.length > 0) return;
        expect(direction).not.toBe("none");
        expect(effects).toContain(direction);
        expect(effects).not.toContain("ask");
      }),
      RUNS,
    );
  });
});
