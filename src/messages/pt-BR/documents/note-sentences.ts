import type { StockFailure } from "../../../stock/failures.ts";

/** The sentence of a hold, for a note that was approved already. */
const ofNoteInStock = (hold: string): string => hold.replace(/ antes de aprovar\.$/, ".");

/** Sentences about a note that come from its registration, its approval or its events. Each ends with a full stop. */
export const NOTE_SENTENCES = {
  /** The note is of another company of the sender. */
  otherCompany: (name: string, cnpj: string): string =>
    `Esta nota é de outra empresa a que você tem acesso, ${name} (CNPJ ${cnpj}): escolha essa empresa e envie a nota de novo.`,
  /** Several items have the same nItem. */
  repeatedItemNumber: (nItem: number): string => `Mais de um item da nota tem o número ${nItem}.`,
  lotsDoNotAddUp: (nItem: number): string =>
    `Item ${nItem}: a soma dos lotes é diferente da quantidade do item; o movimento fica sem lote.`,
  /** `booked`: in stock units. */
  quantityRounded: (
    nItem: number,
    { stated, booked, factor }: { stated: string; booked: string; factor: string },
  ): string =>
    `Item ${nItem}: a quantidade ${withComma(stated)}, pelo fator ${withComma(factor)}, foi arredondada para ${withComma(booked)} na unidade do estoque, mais de 1% de diferença; confira o fator.`,
  lotsRounded: (nItem: number, lots: string): string =>
    `Item ${nItem}: na unidade do estoque, a quantidade destes lotes foi arredondada em mais de 1%, ou ficou sem movimento: ${lots}.`,
  /** What a known code of the supplier was in the last note in stock, and what it is in this one. */
  gtinChanged: (nItem: number, was: string, is: string): string =>
    `Item ${nItem}: o código de barras (GTIN) deste código do fornecedor era ${was} e agora é ${is}; confira se ainda é o mesmo produto.`,
  ncmChanged: (nItem: number, was: string, is: string): string =>
    `Item ${nItem}: o NCM deste código do fornecedor era ${was} e agora é ${is}.`,
  unitChanged: (nItem: number, was: string, is: string): string =>
    `Item ${nItem}: este código do fornecedor vinha na unidade ${was} e agora vem em ${is}; confira o produto e o fator.`,
  /** `lots`: product and lot, as the next two. */
  lotInsufficient: (lots: string): string =>
    `O lote informado na nota não tem a quantidade; o restante saiu dos lotes que vencem primeiro: ${lots}.`,
  lotExpired: (lots: string): string => `A saída levou mercadoria de lote vencido: ${lots}.`,
  lotExpiriesDiffer: (lots: string): string =>
    `O mesmo lote está no estoque com outra validade; confira qual é a certa: ${lots}.`,
  /** `products`: their codes. */
  returnedMore: (products: string): string =>
    `A devolução traz mais do que ainda estava fora pelas notas a que se refere; o excedente entrou ao custo médio: ${products}.`,
  /** `keys`: the access keys of the returns. */
  cancelledHasReturns: (keys: string): string =>
    `O cancelamento desfez os movimentos da nota, mas as devoluções dela continuam no estoque, e as mercadorias contam duas vezes; confira e estorne: ${keys}.`,
  negativeBalance: "A saída deixou produtos com saldo negativo.",
  /** `exits`: the products that a cancelled note leaves below zero, each with the later exits that miss the goods. */
  cancelledMisses: (exits: string): string =>
    `O cancelamento deixou produtos com saldo negativo; faltam mercadorias a saídas posteriores (produto: movimentos): ${exits}.`,
  /** `products`: the codes of those that were counted. */
  beforeCount: (products: string): string =>
    `A data da nota é anterior à contagem de estoque destes produtos, que já podia incluir as mercadorias; confira o saldo: ${products}.`,
  cancelledBeforeCount: (products: string): string =>
    `O cancelamento desfez movimentos anteriores à contagem de estoque destes produtos; confira o saldo: ${products}.`,
  /** `items`: how many the note has. */
  notApproved: (failure: StockFailure, items: number): string =>
    `A nota foi registrada, mas não aprovada: ${whyNotApproved(failure, items)}.`,
  heldAfterProcessing:
    "O protocolo de autorização chegou depois da aprovação e criou uma pendência na nota, que já está no estoque: confira.",
  /** Why movements were taken back; `type`: tpEvento. */
  cancelledByEvent: (type: string): string => `Nota cancelada na SEFAZ (evento ${type}).`,
  cancelledByProtocol: "Nota cancelada na SEFAZ (o protocolo que chegou diz que foi cancelada).",
  /** `hold`: the sentence of the hold that a note in stock would have. */
  eventAfterProcessing: (hold: string): string =>
    `A nota já está no estoque; confira e estorne se for o caso. ${ofNoteInStock(hold)}`,
  /** As above, where the quantities of the event have left the stock. */
  eventExitsMade: (hold: string): string =>
    `O que o evento informa saiu do estoque por movimentos próprios (origem EVENTO). ${ofNoteInStock(hold)}`,
  /** What a movement of origin EVENTO is; `type`: tpEvento. */
  eventExit: (type: string, nItem: number): string =>
    `${EXIT_REASONS[type] ?? "Saída por evento"} (evento ${type}), item ${nItem}.`,
  /** Why exits of events were taken back. */
  eventExitsChanged: (type: string): string =>
    `Os eventos da nota mudaram (evento ${type} registrado).`,
  eventExitsWithdrawn: (reason: string): string => `Evento retirado pela empresa: ${reason}.`,
  /** `exits`: as in `cancelledMisses`. */
  eventMisses: (exits: string): string =>
    `As saídas por evento deixaram produtos com saldo negativo; faltam mercadorias a saídas posteriores (produto: movimentos): ${exits}.`,
  /** `products`: codes of products that were counted after the goods of an event were gone. */
  eventBeforeCount: (products: string): string =>
    `O evento trata de mercadoria de antes da contagem destes produtos, que já podia considerá-lo; confira o saldo: ${products}.`,
  /** The quantities of events that became no movement, at most some of them, and how many there are. */
  eventNotBooked: (unclear: readonly UnclearExit[], count: number): string =>
    `Quantidades de eventos que não viraram movimento; confira e, se for o caso, lance um movimento manual: ${unclear
      .map((one) => `${WHY_UNCLEAR[one.why](one)} (evento ${one.event})`)
      .join("; ")}${count > unclear.length ? `; e mais ${count - unclear.length}` : ""}.`,
} as const;

/** A quantity of an event that could not become a movement for certain. */
export interface UnclearExit {
  /** tpEvento. */
  readonly event: string;
  readonly nItem: number;
  readonly quantity: string;
  readonly unit: string;
  readonly why:
    | "unknown_item"
    | "repeated_item"
    | "quantity"
    | "unit"
    | "rounds_to_zero"
    | "more_than_brought";
}

const EXIT_REASONS: Readonly<Record<string, string>> = {
  "112130": "Perda, roubo, furto ou perecimento no transporte",
  "211124": "Perda, roubo, furto ou perecimento no transporte",
  "112140": "Fornecimento não realizado",
  "211130": "Imobilização de item",
};

const WHY_UNCLEAR: Readonly<Record<UnclearExit["why"], (one: UnclearExit) => string>> = {
  unknown_item: ({ nItem }) => `a nota não tem o item ${nItem}`,
  repeated_item: ({ nItem }) => `mais de um item da nota tem o número ${nItem}`,
  quantity: ({ nItem, quantity }) =>
    `item ${nItem}: quantidade ${withComma(quantity)} não é válida`,
  unit: ({ nItem, quantity, unit }) =>
    `item ${nItem}: ${withComma(quantity)} ${unit || "(sem unidade)"} não está na unidade do item`,
  rounds_to_zero: ({ nItem, quantity, unit }) =>
    `item ${nItem}: ${withComma(quantity)} ${unit} é menos do que 0,0001 na unidade do estoque`,
  more_than_brought: ({ nItem, quantity, unit }) =>
    `item ${nItem}: ${withComma(quantity)} ${unit} é mais do que restava do que o item trouxe`,
};

function whyNotApproved(failure: StockFailure, items: number): string {
  switch (failure.code) {
    case "stock.insufficient":
      return `estoque insuficiente do produto ${failure.product_code} (saldo ${withComma(failure.balance)}, pedido ${withComma(failure.requested)})`;
    case "stock.lot_insufficient":
      return `o lote ${failure.lot} do produto ${failure.product_code} não tem a quantidade (saldo ${withComma(failure.balance)}, pedido ${withComma(failure.requested)})`;
    case "stock.out_of_range":
      // The database refuses the posting without naming the product.
      return `a quantidade ou o saldo ${items === 1 ? `do produto ${failure.product_code}` : "de um dos produtos"} excede o limite do sistema`;
    case "product.not_found":
      return `o produto ${failure.product_code} não existe`;
  }
}

const withComma = (quantity: string): string => quantity.replace(".", ",");
