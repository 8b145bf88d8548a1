import { describe, expect, test } from "bun:test";
import { writtenVerdict } from "../../../src/ingest/note/written-verdict.ts";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import { NO_EVENTS, standingOf } from "../../../src/ingest/verdict/event-standing.ts";
import { HOLD_CODES } from "../../../src/ingest/verdict/failures.ts";
import type { KnownFacts } from "../../../src/ingest/verdict/rule-input.ts";
import { nItemFrom } from "../../../src/lib/item-number.ts";
import type { Note, Protocol } from "../../../src/nfe/note.ts";
import { knownEvent } from "../../support/notes/known-event.ts";
import {
  cancellation,
  company,
  item,
  itemsOf,
  note,
  OURS,
  party,
  UNRELATED,
} from "../../support/notes/note-values.ts";

const holdsOf = (given: Note, settings = company(), known: KnownFacts = {}) =>
  classify(given, settings, known).holds.map(({ code }) => code);
const KEY = note().accessKey;

describe("the tax office's answer", () => {
  test("a note authorised in time, with an alert or late enters stock (cStat 100, 120, 150)", () => {
    for (const cStat of ["100", "120", "150"])
      expect(holdsOf(note({ protocol: { cStat } }))).toEqual([]);
  });

  test("an authorisation with an alert has a finding with the alert's text (cStat 120)", () => {
    const alerts = [
      { cMsg: "0801", xMsg: "Data de vigência próxima" },
      { cMsg: "0802", xMsg: "Cadastro a rever" },
    ];
    const findings = (protocol: Partial<Protocol>) =>
      writtenVerdict(classify(note({ protocol }), company())).findings;
    expect(findings({ cStat: "120", alerts })).toEqual([
      {
        code: "authorised_with_alert",
        severity: "warning",
        path: null,
        message:
          "A SEFAZ autorizou a nota com alerta (cStat 120): Data de vigência próxima (0801); Cadastro a rever (0802).",
      },
    ]);
    expect(findings({ cStat: "120" })).toHaveLength(1);
    expect(findings({ cStat: "100", alerts })).toEqual([]);
  });

  test("a note without a protocol is held (no_protocol)", () => {
    expect(holdsOf(note({ protocol: null }))).toEqual(["no_protocol"]);
  });

  test("a note whose protocol has no number is held (no_protocol)", () => {
    for (const cStat of ["100", "150"])
      expect(holdsOf(note({ protocol: { cStat, nProt: null } }))).toEqual(["no_protocol"]);
  });

  test("a note with a retCancNFe beside its protocol is cancelled (cStat 101, 151)", () => {
    for (const cStat of ["101", "151"])
      expect(holdsOf(note({ cancelledBy: [cancellation(KEY, { cStat })] }))).toEqual(["cancelled"]);
  });

  test("denied, rejected and unknown answers are not_authorised", () => {
    for (const cStat of ["110", "301", "302", "303", "204", "999", "1000", "102", "OK", ""])
      expect(holdsOf(note({ protocol: { cStat } }))).toEqual(["not_authorised"]);
  });

  test("a note whose answer is cStat 101, 151 or 155 is cancelled", () => {
    for (const cStat of ["101", "151", "155"])
      expect(holdsOf(note({ protocol: { cStat } }))).toEqual(["cancelled"]);
  });

  test("a protocol of another note is protocol_mismatch", () => {
    const other = note({ ide: { nNF: "124" } }).accessKey;
    expect(holdsOf(note({ protocol: { chNFe: other } }))).toEqual(["protocol_mismatch"]);
  });

  test("a registered cancellation, in the file or received apart, holds the note once", () => {
    for (const type of ["110111", "110112"])
      for (const cStat of ["135", "136", "155"])
        expect(holdsOf(note({ cancelledBy: [cancellation(KEY, { type, cStat })] }))).toEqual([
          "cancelled",
        ]);
    expect(holdsOf(note(), company(), { standing: { ...NO_EVENTS, cancelled: true } })).toEqual([
      "cancelled",
    ]);
    const thrice = classify(
      note({ protocol: { cStat: "101" }, cancelledBy: [cancellation(KEY)] }),
      company(),
      { standing: { ...NO_EVENTS, cancelled: true } },
    );
    expect(thrice.holds).toHaveLength(1);
    expect(thrice.rules.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining([
        "note.cancelled_protocol",
        "note.cancelled_inside",
        "note.cancelled_event",
      ]),
    );
  });

  test("an event that is not registered, not a cancellation, or of another note cancels nothing", () => {
    for (const event of [
      cancellation(KEY, { cStat: null }),
      cancellation(KEY, { cStat: "573" }),
      cancellation(KEY, { type: "110110" }),
      cancellation(note({ ide: { nNF: "9" } }).accessKey),
      cancellation(KEY, { tpAmb: "2" }),
    ])
      expect(holdsOf(note({ cancelledBy: [event] }))).toEqual([]);
  });
});

describe("environment, key, signature, model", () => {
  test("a test note never enters a production company, by either tpAmb (homologation)", () => {
    expect(holdsOf(note({ ide: { tpAmb: "2" } }))).toEqual(["homologation"]);
    expect(holdsOf(note({ protocol: { tpAmb: "2" } }))).toEqual(["homologation"]);
    expect(holdsOf(note({ ide: { tpAmb: "2" }, protocol: { tpAmb: "1" } }))).toEqual([
      "homologation",
    ]);
  });

  test("a company in homologation holds production notes", () => {
    const testing = company({ environment: "homologation" });
    expect(holdsOf(note({ ide: { tpAmb: "2" } }), testing)).toEqual([]);
    expect(holdsOf(note(), testing)).toEqual(["homologation"]);
  });

  test("a key whose parts differ from the note is key_mismatch", () => {
    expect(holdsOf(note({ accessKey: note({ ide: { nNF: "124" } }).accessKey }))).toEqual([
      "key_mismatch",
    ]);
    expect(holdsOf(note({ accessKey: note({ emit: party(UNRELATED) }).accessKey }))).toEqual([
      "key_mismatch",
    ]);
  });

  test("a consumer's note of model 65 is held as retail, ours or not", () => {
    expect(holdsOf(note({ ide: { mod: "65" } }))).toEqual(["retail"]);
    expect(holdsOf(note({ ide: { mod: "65" }, emit: party(OURS), dest: null }))).toEqual([
      "retail",
    ]);
  });

  test("unmapped items hold the note only if the company requires a mapping (mapping)", () => {
    const strict = company({ requireMapping: true });
    const mixed = note({ items: itemsOf("5102", "5922", "5102") });
    expect(holdsOf(mixed, company(), { unmapped: [1].map(nItemFrom) })).toEqual([]);
    expect(holdsOf(mixed, strict, { unmapped: [] })).toEqual([]);
    expect(holdsOf(mixed, strict, { unmapped: [2].map(nItemFrom) })).toEqual([]);
    const verdict = classify(mixed, strict, { unmapped: [2, 3].map(nItemFrom) });
    expect(verdict.holds.map(({ code }) => code)).toEqual(["mapping"]);
    expect(verdict.rules.find(({ rule }) => rule === "note.mapping")?.items).toEqual([3]);
    expect(
      holdsOf(note({ items: itemsOf("5949") }), strict, { unmapped: [1].map(nItemFrom) }),
    ).toEqual(["unknown_operation", "mapping"]);
  });
});

describe("purpose (finNFe)", () => {
  test("complementary and adjustment notes move no goods, even with a quantity", () => {
    for (const finNFe of ["2", "3"] as const) {
      const verdict = classify(note({ ide: { finNFe } }), company());
      expect(verdict.effects).toEqual(["none"]);
      expect(verdict.holds.map(({ code }) => code)).toEqual(["no_goods"]);
    }
    expect(
      classify(note({ ide: { finNFe: "2" } }), company()).findings.map(({ code }) => code),
    ).toEqual(["complement_quantity"]);
    const moneyOnly = [item(1, { qCom: { text: "0", e4: 0 } })];
    expect(classify(note({ ide: { finNFe: "2" }, items: moneyOnly }), company()).findings).toEqual(
      [],
    );
  });

  test("a return follows the direction of its issuer", () => {
    const toUs = note({ ide: { finNFe: "4" }, items: itemsOf("5202") });
    const byUs = note({
      ide: { finNFe: "4" },
      emit: party(OURS),
      dest: party(UNRELATED),
      items: itemsOf("5202"),
    });
    expect(classify(toUs, company())).toMatchObject({ effects: ["entry"], holds: [] });
    expect(classify(byUs, company())).toMatchObject({ effects: ["exit"], holds: [] });
    expect(classify(toUs, company()).rules.map(({ rule }) => rule)).toContain("note.return");
  });

  test("credit and debit notes of the tax reform move no goods unless they are about goods", () => {
    for (const n of ["01", "02", "03", "04", "05", "06", "07", "08", null]) {
      const credit = classify(note({ ide: { finNFe: "5", tpNFCredito: n } }), company(), {
        originalEntered: true,
      });
      const debit = classify(note({ ide: { finNFe: "6", tpNFDebito: n } }), company());
      expect(credit.effects).toEqual([n === "03" || n === "06" ? "ask" : "none"]);
      expect(debit.effects).toEqual([n === "07" ? "ask" : "none"]);
      expect(debit.holds.map(({ code }) => code)).toEqual([
        n === "07" ? "unknown_operation" : "no_goods",
      ]);
    }
  });
});

describe("the sentences of holds", () => {
  const withEvent = (type: string) =>
    classify(note(), company(), { standing: standingOf([knownEvent({ type })], note()) });
  const everyHold: Record<(typeof HOLD_CODES)[number], () => ReturnType<typeof classify>> = {
    homologation: () => classify(note({ ide: { tpAmb: "2" } }), company()),
    no_protocol: () => classify(note({ protocol: null }), company()),
    not_authorised: () => classify(note({ protocol: { cStat: "301" } }), company()),
    protocol_mismatch: () =>
      classify(note({ protocol: { chNFe: note({ ide: { nNF: "1" } }).accessKey } }), company()),
    key_mismatch: () =>
      classify(note({ accessKey: note({ ide: { serie: "2" } }).accessKey }), company()),
    refused_by_recipient: () => withEvent("210220"),
    not_delivered: () => withEvent("110192"),
    goods_lost: () => withEvent("112130"),
    cancelled: () => classify(note(), company(), { standing: { ...NO_EVENTS, cancelled: true } }),
    not_ours: () => classify(note({ dest: party(UNRELATED) }), company()),
    no_goods: () => classify(note({ items: itemsOf("5922") }), company()),
    awaits_original: () => {
      const ide = { finNFe: "2" as const, refNFe: ["1"] };
      const items = [item(1, { qCom: { text: "0", e4: 0 } })];
      return classify(note({ ide, items }), company(), { awaited: ["1"] });
    },
    original_reversed: () =>
      classify(note({ ide: { finNFe: "4" } }), company(), {
        undone: [{ key: "1", direction: "exit" }],
      }),
    unknown_operation: () => classify(note({ items: itemsOf("5949") }), company()),
    mapping: () =>
      classify(note(), company({ requireMapping: true }), { unmapped: [1].map(nItemFrom) }),
    rounds_to_zero: () => classify(note(), company(), { vanishing: [1].map(nItemFrom) }),
    signature_invalid: () => classify(note(), company({ requireSignature: true })),
    retail: () => classify(note({ ide: { mod: "65" } }), company()),
  };

  test("every hold can arise with a whole Portuguese sentence", () => {
    for (const code of HOLD_CODES) {
      const { holds } = writtenVerdict(everyHold[code]());
      expect(holds.map((hold) => hold.code)).toContain(code);
      for (const { message } of holds) expect(message).toMatch(/^[A-ZÉ].{30,}\.$/);
    }
  });

  test("holds have one order in every combination", () => {
    const guilty = note({
      ide: { tpAmb: "2", mod: "65" },
      dest: party(UNRELATED),
      items: itemsOf("5922"),
      protocol: { cStat: "301", chNFe: KEY },
      accessKey: KEY,
    });
    expect(
      holdsOf(guilty, company({ requireSignature: true }), {
        standing: { ...NO_EVENTS, cancelled: true },
      }),
    ).toEqual([
      "homologation",
      "not_authorised",
      "key_mismatch",
      "cancelled",
      "not_ours",
      "no_goods",
      "signature_invalid",
      "retail",
    ]);
  });

  test("unknown_operation names its items and codes, and counts those beyond twenty", () => {
    const many = Array.from({ length: 990 }, (_, i) => item(i + 1, { CFOP: "5949" }));
    const [hold] = writtenVerdict(classify(note({ items: many }), company())).holds;
    const message = hold?.message ?? "";
    expect(message).toContain("itens 1, 2, 3");
    expect(message).toContain("e mais 970");
    expect(message).toContain("CFOP 5949");
    expect(message.length).toBeLessThan(400);
    const one = writtenVerdict(classify(note({ items: itemsOf("5102", "5949") }), company()));
    expect(one.holds[0]?.message).toContain("item 2");
    expect(one.effects).toEqual(["entry", "ask"]);
  });
});

describe("notes that the replaced system posted as entries", () => {
  const wrong: Record<string, Note> = {
    "a test note": note({ ide: { tpAmb: "2" } }),
    "a note without authorisation": note({ protocol: null }),
    "a denied note": note({ protocol: { cStat: "302" } }),
    "a note for someone else": note({ dest: party(UNRELATED) }),
    "a complementary note": note({ ide: { finNFe: "2" } }),
    "an adjustment": note({ ide: { finNFe: "3" } }),
    "a cancelled note": note({ protocol: { cStat: "101" } }),
    "a consumer's note": note({ ide: { mod: "65" } }),
    "a simple invoice for future delivery": note({ items: itemsOf("6922") }),
  };
  for (const [what, given] of Object.entries(wrong))
    test(`${what} does not enter stock by itself`, () => {
      expect(holdsOf(given)).not.toEqual([]);
    });

  test("our own sale and our return to a supplier are exits, not entries", () => {
    const ourSale = note({ emit: party(OURS), dest: party(UNRELATED) });
    const ourReturn = note({
      ide: { finNFe: "4" },
      emit: party(OURS),
      dest: party(UNRELATED),
      items: itemsOf("6202"),
    });
    for (const given of [ourSale, ourReturn])
      expect(classify(given, company())).toMatchObject({ effects: ["exit"], holds: [] });
  });
});
