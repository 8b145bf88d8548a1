import { type Item, isRefusal, type Note } from "../../nfe/note.ts";
import { cfopOf } from "./cfop.ts";
import type { Kind } from "./cfop-table.ts";
import { type Case, isEntryNote, type Named, refusedUnseen } from "./rule-input.ts";

export interface ItemRule extends Named {
  readonly kind: Kind;
  /** Why the item is of this kind (Portuguese); null: the row does not speak of it. */
  readonly says: (item: Item, seen: Case) => string | null;
}

/** Note of a return that did not arrive (03, 06) or of a loss in stock (07): the two new purposes that tell of goods. */
const tellsOfGoods = (note: Note): boolean =>
  isRefusal(note) || (note.ide.finNFe === "6" && note.ide.tpNFDebito === "07");

const ownTransfer = ({ note, emitIsUs, destIsUs }: Case) =>
  emitIsUs && destIsUs && note.emit.cnpj !== note.dest?.cnpj;

/** Whether the first digit of the CFOP is of the other kind of note. */
export const contradicts = (item: Item, seen: Case) =>
  (cfopOf(item.CFOP).direction === "entry") !== isEntryNote(seen);

/** What the code of an item is to us, as who issued the note or as who receives it. */
const kindOf = ({ CFOP }: Item, { emitIsUs }: Case): Kind =>
  emitIsUs ? cfopOf(CFOP).issuer : cfopOf(CFOP).recipient;

/** What each item is; the first row that says something decides. */
export const ITEM: readonly ItemRule[] = [
  {
    rule: "item.complement",
    source: "leiauteNFe_v4.00, ide/finNFe 2: complements price or tax of the note in NFref",
    kind: "none",
    says: (_, { note }) =>
      note.ide.finNFe === "2" ? "A nota complementa preço ou imposto de outra nota." : null,
  },
  {
    rule: "item.adjustment",
    source: "leiauteNFe_v4.00, ide/finNFe 3",
    kind: "none",
    says: (_, { note }) =>
      note.ide.finNFe === "3" ? "A nota é de ajuste fiscal, sem mercadoria." : null,
  },
  {
    rule: "item.credit_or_debit",
    source: "NT 2025.002, ide/finNFe 5 and 6, tpNFCredito, tpNFDebito: IBS and CBS only",
    kind: "none",
    says: (_, { note }) =>
      (note.ide.finNFe === "5" || note.ide.finNFe === "6") && !tellsOfGoods(note)
        ? "A nota de crédito ou de débito trata só de IBS e CBS, sem mercadoria."
        : null,
  },
  {
    rule: "item.service",
    source: "leiauteNFe_v4.00, det/imposto/ISSQN",
    kind: "none",
    says: (item) => (item.service ? "O item é um serviço (ISSQN)." : null),
  },
  {
    rule: "item.no_quantity",
    source: "leiauteNFe_v4.00, det/prod/qCom",
    kind: "none",
    says: (item) => (item.qCom.e4 === 0 ? "O item tem quantidade zero." : null),
  },
  {
    rule: "cfop.none",
    source: "CFOP, Ajuste SINIEF 7/2001: cfop-table.ts, effect none",
    kind: "none",
    says: (item, seen) =>
      kindOf(item, seen) === "none" ? `CFOP ${item.CFOP}: ${cfopOf(item.CFOP).says}.` : null,
  },
  {
    rule: "item.refused_never_entered",
    source:
      "NT 2025.002, tpNFCredito 03 and 06: the emitter takes back what was refused or not delivered",
    kind: "none",
    says: (_, seen) =>
      refusedUnseen(seen)
        ? "A nota de crédito trata de mercadoria recusada ou não entregue, e a nota original não entrou no estoque."
        : null,
  },
  {
    rule: "item.credit_or_debit_goods",
    source:
      "NT 2025.002, tpNFCredito 03 and 06 (refused, not found), tpNFDebito 07 (loss in stock)",
    kind: "ask",
    says: (_, { note }) =>
      tellsOfGoods(note)
        ? "A nota de crédito ou de débito refere-se a mercadoria devolvida, recusada ou perdida."
        : null,
  },
  {
    rule: "item.own_transfer",
    source: "Own decision: stock is one sum for the company, so both ends of a transfer cancel out",
    kind: "ask",
    says: (_, seen) =>
      ownTransfer(seen) ? "A mercadoria vai de um estabelecimento nosso para outro." : null,
  },
  {
    rule: "cfop.unknown",
    source: "Own decision: a code in no list never moves stock by itself",
    kind: "ask",
    says: ({ CFOP }) =>
      cfopOf(CFOP).group === null ? `O CFOP ${CFOP} não está na tabela de operações.` : null,
  },
  {
    rule: "cfop.direction",
    source: "MOC, rules I08-10 and I08-20 (rejections 518, 519): the first digit follows tpNF",
    kind: "ask",
    says: (item, seen) =>
      contradicts(item, seen)
        ? `O CFOP ${item.CFOP} é de ${isEntryNote(seen) ? "saída" : "entrada"}, mas a nota é de ${isEntryNote(seen) ? "entrada" : "saída"}.`
        : null,
  },
  {
    rule: "cfop.ask",
    source: "CFOP, Ajuste SINIEF 7/2001: cfop-table.ts, effect ask",
    kind: "ask",
    says: (item, seen) =>
      kindOf(item, seen) === "ask" ? `CFOP ${item.CFOP}: ${cfopOf(item.CFOP).says}.` : null,
  },
  {
    rule: "cfop.goods",
    source: "CFOP, Ajuste SINIEF 7/2001: cfop-table.ts, effect goods, for issuer or recipient",
    kind: "goods",
    says: ({ CFOP }) => `CFOP ${CFOP}: ${cfopOf(CFOP).says}.`,
  },
];
