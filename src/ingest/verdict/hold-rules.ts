import { keyMismatches } from "../../nfe/check/check.ts";
import type { Item, NfeEvent, Note, Party } from "../../nfe/note.ts";
import { AUTHORISED, CANCELLED, hasNumber } from "../../nfe/protocol.ts";
import { isCancellation } from "../../nfe/read/cancellations.ts";
import { referencesOf } from "../../nfe/references.ts";
import { sameRoot } from "../../nfe/taxpayer.ts";
import type { Kind } from "./cfop-table.ts";
import { complementsCost } from "./complement.ts";
import { EVENT_RULES } from "./event-rules.ts";
import { contradictsNote } from "./item-rules.ts";
import { comesBack } from "./returned-goods.ts";
import {
  hasCnpj,
  type JudgedInput,
  type NoteRule,
  noteRule,
  refusedBeforeEntry,
} from "./rule-input.ts";
import type { PartyLabel } from "./rule-params.ts";
import { SIGNATURE_RULES } from "./signature-rules.ts";

/** An event of the other environment does not count for this note. */
const cancels = (event: NfeEvent, note: Note): boolean =>
  event.accessKey === note.accessKey &&
  isCancellation(event) &&
  (event.tpAmb === null || event.tpAmb === note.ide.tpAmb);

const itemsOfKind = (input: JudgedInput, ...kinds: Kind[]): Item[] =>
  input.note.items.filter((_, i) => kinds.includes(input.kinds[i] ?? "ask"));

/** Neither party is the company. A refused delivery moves nothing either, but it is addressed to the company. */
const isBetweenOthers = (input: JudgedInput): boolean =>
  input.direction === "none" && !refusedBeforeEntry(input);

const numbers = (items: readonly Item[]): number[] => items.map((item) => item.nItem);

/** The items that a rule names; null where there are none. */
const someItems = (items: readonly Item[]): { readonly items: readonly number[] } | null =>
  items.length === 0 ? null : { items: numbers(items) };

/** Never gives a CPF. */
function partyLabel(party: Party | null): PartyLabel {
  if (party?.cnpj) return { is: "company", cnpj: party.cnpj };
  if (party?.cpf) return { is: "person" };
  return { is: party?.foreignId ? "foreigner" : "unknown" };
}

/** Services with documents of their own (NFCom, CT-e): x301 to x307 and x351 to x360, as exits. */
const NOT_IN_NFE = /^[567]3(?:0[1-7]|5[1-9]|60)$/;

const OTHER_ENVIRONMENT = { production: "2", homologation: "1" } as const;

/** The holds and findings of the note as a whole, in the order of HOLD_CODES. Every row that applies counts. */
export const HOLD_RULES: readonly NoteRule[] = [
  noteRule("note.environment", {
    source: "leiauteNFe_v4.00, ide/tpAmb and protNFe/infProt/tpAmb",
    hold: "homologation",
    when: ({ note, company }) => {
      const other = OTHER_ENVIRONMENT[company.environment];
      return note.ide.tpAmb === other || note.protocol?.tpAmb === other
        ? { accepted: company.environment }
        : null;
    },
  }),
  noteRule("note.no_protocol", {
    source: "MOC: an NF-e is valid with its authorisation (procNFe_v4.00, protNFe/infProt/nProt)",
    hold: "no_protocol",
    when: ({ note }) => (hasNumber(note.protocol) ? null : {}),
  }),
  noteRule("note.not_authorised", {
    source:
      "MOC, table of cStat, and NT 2026.002: 100, 120 and 150 authorise; 110, 301, 302, 303 deny; others reject",
    hold: "not_authorised",
    when: ({ note: { protocol } }) =>
      protocol === null || [...AUTHORISED, ...CANCELLED].includes(protocol.cStat)
        ? null
        : { cStat: protocol.cStat },
  }),
  noteRule("note.authorised_with_alert", {
    source: "NT 2026.002, protNFe/infProt/cStat 120 with cMsg and xMsg: authorised, with an alert",
    finding: { code: "authorised_with_alert", severity: "warning" },
    when: ({ note: { protocol } }) =>
      protocol?.cStat === "120" ? { alerts: protocol.alerts } : null,
  }),
  noteRule("note.protocol_mismatch", {
    source: "procNFe_v4.00, protNFe/infProt/chNFe",
    hold: "protocol_mismatch",
    when: ({ note }) =>
      note.protocol === null || note.protocol.chNFe === note.accessKey ? null : {},
  }),
  noteRule("note.key_mismatch", {
    source: "MOC, composition of the access key",
    hold: "key_mismatch",
    when: ({ note }) => {
      const parts = keyMismatches(note);
      return parts.length === 0 ? null : { parts };
    },
  }),
  noteRule("note.cancelled_protocol", {
    source: "MOC, table of cStat: 101, 151, 155",
    hold: "cancelled",
    when: ({ note: { protocol } }) =>
      protocol !== null && CANCELLED.includes(protocol.cStat) ? { cStat: protocol.cStat } : null,
  }),
  noteRule("note.cancelled_inside", {
    source:
      "Events 110111 and 110112 with cStat 135, 136 or 155, and retCancNFe with cStat 101 or 151, anywhere in the file",
    hold: "cancelled",
    when: ({ note }) => (note.cancelledBy.some((event) => cancels(event, note)) ? {} : null),
  }),
  ...EVENT_RULES,
  noteRule("note.not_ours", {
    source: "Own decision: a note between other parties never moves our stock by itself",
    hold: "not_ours",
    when: (input) =>
      isBetweenOthers(input)
        ? { from: partyLabel(input.note.emit), to: partyLabel(input.note.dest) }
        : null,
  }),
  noteRule("note.same_root", {
    source:
      "IN RFB 2.229/2024: the first 8 characters of a CNPJ name the company, the next 4 the branch",
    finding: { code: "same_root", severity: "warning" },
    when: (input) => {
      const { company, note } = input;
      const branch = [note.emit.cnpj, note.dest?.cnpj].find((other) =>
        company.cnpjs.some((own) => sameRoot(own, other)),
      );
      return !isBetweenOthers(input) || branch == null ? null : { cnpj: branch };
    },
  }),
  noteRule("note.cnpj_unknown", {
    source: "Own decision: a company without a configured CNPJ takes every note as addressed to it",
    finding: { code: "company_cnpj_unknown", severity: "warning" },
    when: (input) => (hasCnpj(input) ? null : {}),
  }),
  noteRule("note.no_goods", {
    source: "Own decision, from the rules of the items",
    hold: "no_goods",
    when: (input) =>
      input.kinds.every((kind) => kind === "none") && !complementsCost(input) ? {} : null,
  }),
  noteRule("note.complements_cost", {
    source:
      "leiauteNFe_v4.00, ide/finNFe 2: the value of the items is cost of the goods of the notes named",
    when: (input) => (complementsCost(input) ? {} : null),
  }),
  noteRule("note.complement_waits", {
    source: "Own decision: a cost is posted about goods that are in stock",
    hold: "awaits_original",
    when: (input) => {
      const keys = input.known.awaited ?? [];
      return complementsCost(input) && keys.length > 0 ? { keys } : null;
    },
  }),
  noteRule("note.original_reversed", {
    source: "Own decision: what a reversed or cancelled note had moved was taken back already",
    hold: "original_reversed",
    when: (input) => {
      const { note, direction, kinds } = input;
      const returned = note.items.some((item, i) => kinds[i] !== "none" && comesBack(item, note));
      const undone = (input.known.undone ?? []).filter(
        (original) => original.direction !== "none" && original.direction !== direction,
      );
      return direction === "none" || !returned || undone.length === 0
        ? null
        : { keys: undone.map(({ key }) => key) };
    },
  }),
  noteRule("note.complement_quantity", {
    source: "MOC, ide/finNFe 2: normally without quantity, but the field is not forbidden",
    finding: { code: "complement_quantity", severity: "warning" },
    when: ({ note }) =>
      note.ide.finNFe === "2" ? someItems(note.items.filter((item) => item.qCom.e4 !== 0)) : null,
  }),
  noteRule("note.unknown_operation", {
    source: "Own decision, from the rules of the items",
    hold: "unknown_operation",
    when: (input) => {
      const asking = itemsOfKind(input, "ask");
      if (input.direction === "none" || asking.length === 0) return null;
      const cfops = [...new Set(asking.map((item) => item.CFOP))].sort();
      return { items: numbers(asking), cfops, natOp: input.note.ide.natOp };
    },
  }),
  noteRule("note.cfop_direction", {
    source: "MOC, rules I08-10 and I08-20 (rejections 518, 519)",
    finding: { code: "cfop_direction", severity: "warning" },
    when: (input) => {
      const items = numbers(input.note.items.filter((item) => contradictsNote(item, input)));
      return items.length === 0 ? null : { items, tpNF: input.note.ide.tpNF };
    },
  }),
  noteRule("note.cfop_not_in_nfe", {
    source: "CFOP table of 2026-09-04: 5301 to 5360 and their like have documents of their own",
    finding: { code: "cfop_not_in_nfe", severity: "warning" },
    when: ({ note }) => someItems(note.items.filter(({ CFOP }) => NOT_IN_NFE.test(CFOP))),
  }),
  noteRule("note.return", {
    source:
      "leiauteNFe_v4.00, ide/finNFe 4, and NT 2025.002, rules VC02-05 and VC02-14: the original in det/DFeReferenciado",
    when: ({ note }) =>
      note.ide.finNFe === "4" ? { namesOriginal: referencesOf(note).length > 0 } : null,
  }),
  noteRule("note.mapping", {
    source: "Own decision: company setting require_mapping",
    hold: "mapping",
    when: (input) => {
      if (!input.company.requireMapping || input.direction === "none") return null;
      const unmapped = new Set(input.known.unmapped ?? []);
      return someItems(
        itemsOfKind(input, "goods", "ask").filter(({ nItem }) => unmapped.has(nItem)),
      );
    },
  }),
  noteRule("note.rounds_to_zero", {
    source: "Own decision: goods that no movement could show are not said to be in stock",
    hold: "rounds_to_zero",
    when: (input) => {
      if (input.direction === "none") return null;
      const vanishing = new Set(input.known.vanishing ?? []);
      return someItems(
        itemsOfKind(input, "goods", "ask").filter(({ nItem }) => vanishing.has(nItem)),
      );
    },
  }),
  ...SIGNATURE_RULES,
  noteRule("note.retail", {
    source: "MOC NFC-e, ide/mod 65: a sale to a consumer over the counter",
    hold: "retail",
    when: ({ note }) => (note.ide.mod === "65" ? {} : null),
  }),
];
