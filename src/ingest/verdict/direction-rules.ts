import { type Case, isEntryNote, type Named, refusedUnseen, told } from "./rule-input.ts";
import type { Direction } from "./verdict.ts";

export interface WhoseRule extends Named {
  readonly direction: Direction;
  readonly applies: (seen: Case) => boolean;
  readonly message: string;
}

/** Whose the note is; the first row that applies decides the direction. */
export const WHOSE: readonly WhoseRule[] = [
  {
    rule: "whose.refused_never_entered",
    source:
      "NT 2025.002, tpNFCredito 03 and 06: an exit for us only when the original had entered here",
    direction: "none",
    applies: refusedUnseen,
    message:
      "Nota de crédito de mercadoria recusada ou não entregue, cuja nota original não entrou no estoque: nada a lançar.",
  },
  {
    rule: "whose.untold_exit_note",
    source: "Own decision: who has not told a CNPJ takes every note as addressed to it",
    direction: "entry",
    applies: (seen) => !told(seen) && !isEntryNote(seen),
    message: "Nenhum CNPJ cadastrado: a nota foi tratada como recebida e entra no estoque.",
  },
  {
    rule: "whose.untold_entry_note",
    source: "Own decision, with tpNF of leiauteNFe_v4.00, ide",
    direction: "exit",
    applies: (seen) => !told(seen) && isEntryNote(seen),
    message:
      "Nenhum CNPJ cadastrado: uma nota de entrada de outro emitente foi tratada como saída.",
  },
  {
    rule: "whose.our_exit",
    source: "leiauteNFe_v4.00, ide/tpNF: the direction is the emitter's",
    direction: "exit",
    applies: (seen) => seen.emitIsUs && !isEntryNote(seen),
    message: "A empresa emitiu esta nota de saída: a mercadoria sai do estoque.",
  },
  {
    rule: "whose.our_entry",
    source:
      "leiauteNFe_v4.00, ide/tpNF; own entry notes: import, rural producer, consumer's return",
    direction: "entry",
    applies: (seen) => seen.emitIsUs && isEntryNote(seen),
    message: "A empresa emitiu esta nota de entrada: a mercadoria entra no estoque.",
  },
  {
    rule: "whose.supplier_sale",
    source: "leiauteNFe_v4.00, ide/tpNF and dest",
    direction: "entry",
    applies: (seen) => seen.destIsUs && !isEntryNote(seen),
    message: "Outra empresa emitiu esta nota de saída para nós: a mercadoria entra no estoque.",
  },
  {
    rule: "whose.their_entry",
    source: "leiauteNFe_v4.00, ide/tpNF and dest: the other party took goods from us",
    direction: "exit",
    applies: (seen) => seen.destIsUs && isEntryNote(seen),
    message: "Outra empresa emitiu uma nota de entrada em nosso nome: a mercadoria sai do estoque.",
  },
  {
    rule: "whose.not_ours",
    source: "leiauteNFe_v4.00, emit and dest; autXML, carriers and accountants hold others' notes",
    direction: "none",
    applies: () => true,
    message: "A empresa não é o emitente nem o destinatário: a nota não movimenta o estoque.",
  },
];
