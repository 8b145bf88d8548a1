import { type Item, isRefusal, type Note } from "../../nfe/note.ts";
import { cfopOf } from "./cfop.ts";
import type { Kind } from "./cfop-table.ts";
import { complementsCost } from "./complement.ts";
import { isEntryNote, type RuleInput, type RuleRow, refusedBeforeEntry } from "./rule-input.ts";
import type { Applied, ItemRuleParams } from "./rule-params.ts";

export interface ItemRule extends RuleRow {
  readonly rule: keyof ItemRuleParams;
  readonly kind: Kind;
  /** The rule with the params of its sentence; null: it does not apply. */
  readonly apply: (item: Item, input: RuleInput) => Applied<keyof ItemRuleParams> | null;
}

/** A row of the table: `when` gives the params of the rule's sentence, or null where it does not apply. */
function itemRule<R extends keyof ItemRuleParams>(
  rule: R,
  row: Omit<ItemRule, "rule" | "apply"> & {
    readonly when: (item: Item, input: RuleInput) => ItemRuleParams[R] | null;
  },
) {
  const { when, ...rest } = row;
  return {
    rule,
    ...rest,
    apply: (item: Item, input: RuleInput) => {
      const params = when(item, input);
      return params === null ? null : { rule, params };
    },
  };
}

/** Note of a return that did not arrive (03, 06) or of a loss in stock (07): the two new purposes that are about goods. */
const isAboutGoods = (note: Note): boolean =>
  isRefusal(note) || (note.ide.finNFe === "6" && note.ide.tpNFDebito === "07");

const isOwnTransfer = ({ note, emitIsUs, destIsUs }: RuleInput) =>
  emitIsUs && destIsUs && note.emit.cnpj !== note.dest?.cnpj;

/** Whether the first digit of the CFOP is of the other kind of note. */
export const contradictsNote = (item: Item, input: RuleInput) =>
  (cfopOf(item.CFOP).direction === "entry") !== isEntryNote(input);

/** What the code of an item means for us, as the issuer of the note or as its recipient. */
const kindOf = ({ CFOP }: Item, { emitIsUs }: RuleInput): Kind =>
  emitIsUs ? cfopOf(CFOP).issuer : cfopOf(CFOP).recipient;

const operationOf = ({ CFOP }: Item) => ({ cfop: CFOP, group: cfopOf(CFOP).group });

/** What each item does to stock; the first row that applies decides. */
export const ITEM_RULES: readonly ItemRule[] = [
  itemRule("item.complement_quantity", {
    source:
      "MOC, ide/finNFe 2: normally without quantity. Own decision: a person says whether goods came (entry) or only the price changed (none)",
    kind: "ask",
    when: (item, input) => (item.qCom.e4 !== 0 && complementsCost(input) ? {} : null),
  }),
  itemRule("item.complement", {
    source: "leiauteNFe_v4.00, ide/finNFe 2: complements price or tax of the note in NFref",
    kind: "none",
    when: (_, { note }) => (note.ide.finNFe === "2" ? {} : null),
  }),
  itemRule("item.adjustment", {
    source: "leiauteNFe_v4.00, ide/finNFe 3",
    kind: "none",
    when: (_, { note }) => (note.ide.finNFe === "3" ? {} : null),
  }),
  itemRule("item.credit_or_debit", {
    source: "NT 2025.002, ide/finNFe 5 and 6, tpNFCredito, tpNFDebito: IBS and CBS only",
    kind: "none",
    when: (_, { note }) =>
      (note.ide.finNFe === "5" || note.ide.finNFe === "6") && !isAboutGoods(note) ? {} : null,
  }),
  itemRule("item.service", {
    source: "leiauteNFe_v4.00, det/imposto/ISSQN",
    kind: "none",
    when: (item) => (item.service ? {} : null),
  }),
  itemRule("item.no_quantity", {
    source: "leiauteNFe_v4.00, det/prod/qCom",
    kind: "none",
    when: (item) => (item.qCom.e4 === 0 ? {} : null),
  }),
  itemRule("cfop.none", {
    source: "CFOP, Ajuste SINIEF 7/2001: cfop-table.ts, effect none",
    kind: "none",
    when: (item, input) => (kindOf(item, input) === "none" ? operationOf(item) : null),
  }),
  itemRule("item.refused_never_entered", {
    source:
      "NT 2025.002, tpNFCredito 03 and 06: the emitter takes back what was refused or not delivered",
    kind: "none",
    when: (_, input) => (refusedBeforeEntry(input) ? {} : null),
  }),
  itemRule("item.credit_or_debit_goods", {
    source:
      "NT 2025.002, tpNFCredito 03 and 06 (refused, not found), tpNFDebito 07 (loss in stock)",
    kind: "ask",
    when: (_, { note }) => (isAboutGoods(note) ? {} : null),
  }),
  itemRule("item.own_transfer", {
    source: "Own decision: stock is one sum for the company, so both ends of a transfer cancel out",
    kind: "ask",
    when: (_, input) => (isOwnTransfer(input) ? {} : null),
  }),
  itemRule("cfop.unknown", {
    source: "Own decision: a code in no list never moves stock by itself",
    kind: "ask",
    when: ({ CFOP }) => (cfopOf(CFOP).group === null ? { cfop: CFOP } : null),
  }),
  itemRule("cfop.direction", {
    source: "MOC, rules I08-10 and I08-20 (rejections 518, 519): the first digit follows tpNF",
    kind: "ask",
    when: (item, input) =>
      contradictsNote(item, input)
        ? { cfop: item.CFOP, note: isEntryNote(input) ? "entry" : "exit" }
        : null,
  }),
  itemRule("cfop.ask", {
    source: "CFOP, Ajuste SINIEF 7/2001: cfop-table.ts, effect ask",
    kind: "ask",
    when: (item, input) => (kindOf(item, input) === "ask" ? operationOf(item) : null),
  }),
  itemRule("cfop.goods", {
    source: "CFOP, Ajuste SINIEF 7/2001: cfop-table.ts, effect goods, for issuer or recipient",
    kind: "goods",
    when: operationOf,
  }),
];
