import { expect, test } from "bun:test";
import type { RuleParams } from "../../src/ingest/verdict/rule-params.ts";
import { CFOP_OPERATIONS } from "../../src/messages/pt-BR/documents/cfop-operations.ts";
import { findingSentence } from "../../src/messages/pt-BR/documents/findings.ts";
import { NOTE_SENTENCES } from "../../src/messages/pt-BR/documents/note-sentences.ts";
import { ruleSentence } from "../../src/messages/pt-BR/documents/rules.ts";
import type { NfeFindingParams } from "../../src/nfe/findings.ts";

const CNPJ = "11222333000181";
const amounts = [{ nItem: 1, quantity: "2.0000", unit: "UN" }];

/** Params of every rule, one for each form of its sentence: a new rule does not compile without some. */
const RULES: { readonly [R in keyof RuleParams]: readonly RuleParams[R][] } = {
  "note.environment": [{ accepted: "production" }, { accepted: "homologation" }],
  "note.no_protocol": [{}],
  "note.not_authorised": [{ cStat: "301" }],
  "note.authorised_with_alert": [{ alerts: [] }, { alerts: [{ cMsg: "0801", xMsg: "Vigência" }] }],
  "note.protocol_mismatch": [{}],
  "note.key_mismatch": [{ parts: ["cUF", "nNF"] }],
  "note.cancelled_protocol": [{ cStat: "101" }],
  "note.cancelled_inside": [{}],
  "note.cancelled_event": [{}],
  "note.refused_by_recipient": [{ event: "210220" }, { event: "210240" }],
  "note.not_delivered": [
    { event: "110192", amounts: [] },
    { event: "112140", amounts },
  ],
  "note.goods_lost": [
    { event: "112130", amounts: [] },
    { event: "211124", amounts: Array.from({ length: 12 }, () => amounts).flat() },
  ],
  "note.immobilised": [{ amounts }],
  "note.not_ours": [
    { from: { is: "company", cnpj: CNPJ }, to: { is: "person" } },
    { from: { is: "foreigner" }, to: { is: "unknown" } },
  ],
  "note.same_root": [{ cnpj: CNPJ }],
  "note.cnpj_unknown": [{}],
  "note.no_goods": [{}],
  "note.complements_cost": [{}],
  "note.complement_waits": [{ keys: ["1"] }],
  "note.original_reversed": [{ keys: ["1"] }],
  "note.complement_quantity": [{ items: [1] }, { items: [1, 2] }],
  "note.unknown_operation": [{ items: [1, 2], cfops: ["5949"], natOp: "REMESSA" }],
  "note.cfop_direction": [{ items: [3], tpNF: "1" }],
  "note.cfop_not_in_nfe": [{ items: Array.from({ length: 30 }, (_, i) => i + 1) }],
  "note.return": [{ namesOriginal: true }, { namesOriginal: false }],
  "note.mapping": [{ items: [1] }],
  "note.rounds_to_zero": [{ items: [1] }, { items: [1, 2] }],
  "note.signature_invalid": [
    { why: "absent" },
    { why: "not_verified" },
    { why: "unsigned" },
    { why: "other_signer" },
    { why: "not_valid_then" },
    { why: "unknown_issuer" },
  ],
  "note.certificate_not_checked": [{}],
  "note.signer_not_compared": [{}],
  "note.revocation_not_checked": [{}],
  "note.retail": [{}],
  "item.complement": [{}],
  "item.complement_quantity": [{}],
  "item.adjustment": [{}],
  "item.credit_or_debit": [{}],
  "item.service": [{}],
  "item.no_quantity": [{}],
  "cfop.none": [{ cfop: "5922", group: "future_delivery" }],
  "item.refused_never_entered": [{}],
  "item.credit_or_debit_goods": [{}],
  "item.own_transfer": [{}],
  "cfop.unknown": [{ cfop: "5999" }],
  "cfop.direction": [
    { cfop: "1102", note: "exit" },
    { cfop: "5102", note: "entry" },
  ],
  "cfop.ask": [
    { cfop: "5949", group: "other" },
    { cfop: "5999", group: null },
  ],
  "cfop.goods": [{ cfop: "5102", group: "sale" }],
  "item.none_applies": [{}],
  "whose.refused_never_entered": [{}],
  "whose.untold_exit_note": [{}],
  "whose.untold_entry_note": [{}],
  "whose.our_exit": [{}],
  "whose.our_entry": [{}],
  "whose.supplier_sale": [{}],
  "whose.their_entry": [{}],
  "whose.not_ours": [{}],
};

/** The same for the findings of the reader. */
const FINDINGS: { readonly [C in keyof NfeFindingParams]: readonly NfeFindingParams[C][] } = {
  encoding_guessed: [{}],
  unknown_elements: [{ count: 2, names: ["cNovo"], more: true }],
  lots_left_out: [{ items: [1] }, { items: Array.from({ length: 12 }, (_, i) => i + 1) }],
  tax_unreadable: [{ items: [1] }, { items: Array.from({ length: 12 }, (_, i) => i + 1) }],
  cnpj_check_digit: [{ party: "emit" }, { party: "dest" }],
  cpf_check_digit: [{ party: "emit" }, { party: "dest" }],
  protocol_incomplete: [{}],
  protocol_number: [{}],
  digest_mismatch: [{}],
  environment_mismatch: [{}],
  unsigned: [{}],
  signature_reference: [{}],
  contingency: [{}],
  reference_key: [{}],
  total_differs: [{ tag: "vFrete", stated_e2: 100, expected_e2: 250 }],
  total_without_items: [{ tag: "vSeg", stated_e2: 100 }],
  note_total: [{ stated_e2: 1000, expected_e2: 999 }],
  cost_below_total: [
    { stated_e2: 1000, costs_e2: 900, isImport: true },
    { stated_e2: 1000, costs_e2: 900, isImport: false },
  ],
  item_value: [{ nItem: 1 }],
  item_tax_value: [{ nItem: 1 }],
  gtin_check_digit: [
    { nItem: 1, tag: "cEAN" },
    { nItem: 1, tag: "cEANTrib" },
  ],
  lot_dates: [{ nItem: 1 }],
  zero_quantity: [{ nItem: 1 }],
  tax_unit: [{ nItem: 1, qCom: "1.0000", uCom: "CX", qTrib: "12.0000", uTrib: "UN" }],
  more_findings: [{ count: 2 }],
};

const ruleSentences = Object.entries(RULES).flatMap(([rule, all]) =>
  all.map((params) => ruleSentence({ rule: rule as keyof RuleParams, params })),
);
const findingSentences = Object.entries(FINDINGS).flatMap(([code, all]) =>
  all.map((params) =>
    findingSentence({ code: code as keyof NfeFindingParams, severity: "info", path: null, params }),
  ),
);

test("every rule has a whole sentence with a full stop", () => {
  for (const sentence of ruleSentences) expect(sentence).toMatch(/^\p{Lu}.{15,}\.$/su);
});

test("every finding of the reader has a whole sentence with a full stop", () => {
  for (const sentence of findingSentences) expect(sentence).toMatch(/^\p{Lu}.{15,}\.$/su);
});

const shortage = { product_code: "A", requested: "2", balance: "1.5" };
const noteSentences = [
  NOTE_SENTENCES.repeatedItemNumber(1),
  NOTE_SENTENCES.lotsDoNotAddUp(1),
  NOTE_SENTENCES.gtinChanged(1, "7891000100103", "7891000053508"),
  NOTE_SENTENCES.ncmChanged(1, "19041000", "19059090"),
  NOTE_SENTENCES.unitChanged(1, "UN", "CX"),
  NOTE_SENTENCES.lotInsufficient("001 (L1)"),
  NOTE_SENTENCES.lotExpired("001 (L1)"),
  NOTE_SENTENCES.lotExpiriesDiffer("001 (L1)"),
  NOTE_SENTENCES.negativeBalance,
  NOTE_SENTENCES.beforeCount("001, 002"),
  NOTE_SENTENCES.cancelledBeforeCount("001"),
  NOTE_SENTENCES.cancelledMisses("001: 7 (Pedido 3)"),
  NOTE_SENTENCES.notApproved({ code: "stock.insufficient", ...shortage }, 1),
  NOTE_SENTENCES.notApproved({ code: "stock.lot_insufficient", lot: "L1", ...shortage }, 1),
  NOTE_SENTENCES.notApproved({ code: "stock.out_of_range", product_code: "A" }, 1),
  NOTE_SENTENCES.notApproved({ code: "stock.out_of_range", product_code: "A" }, 2),
  NOTE_SENTENCES.notApproved({ code: "product.not_found", product_code: "A" }, 1),
  NOTE_SENTENCES.heldAfterProcessing,
  NOTE_SENTENCES.cancelledByEvent("110111"),
  NOTE_SENTENCES.cancelledByProtocol,
  NOTE_SENTENCES.eventAfterProcessing("A nota foi cancelada."),
  NOTE_SENTENCES.eventExitsMade("Foi registrada perda."),
  NOTE_SENTENCES.eventExit("112130", 1),
  NOTE_SENTENCES.eventExit("211130", 1),
  NOTE_SENTENCES.eventExit("112140", 1),
  NOTE_SENTENCES.eventExitsChanged("110001"),
  NOTE_SENTENCES.eventExitsWithdrawn("arquivo falso"),
  NOTE_SENTENCES.eventBeforeCount("001, 002"),
  NOTE_SENTENCES.eventMisses("001: 7 (Pedido 3)"),
  NOTE_SENTENCES.eventNotBooked(
    (["unknown_item", "repeated_item", "quantity", "unit", "more_than_brought"] as const).map(
      (why) => ({ event: "112130", nItem: 1, quantity: "2.5", unit: "CX", why }),
    ),
    7,
  ),
];

test("every finding of a registration or an approval has a whole sentence with a full stop", () => {
  for (const sentence of noteSentences) expect(sentence).toMatch(/^\p{Lu}.{15,}\.$/su);
});

test("no sentence shows a value that is not there", () => {
  for (const sentence of [...ruleSentences, ...findingSentences, ...noteSentences])
    expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
});

test("two forms of a rule or a finding have two sentences", () => {
  for (const all of [ruleSentences, findingSentences, noteSentences])
    expect(new Set(all).size).toBe(all.length);
});

test("the name of a CFOP operation has no full stop, because the rule adds it", () => {
  expect(Object.values(CFOP_OPERATIONS).filter((text) => /[.:;]$/.test(text))).toEqual([]);
});
