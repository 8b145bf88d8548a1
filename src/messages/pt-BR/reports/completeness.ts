import type { Check, CompletenessRow } from "../../../reports/completeness-row.ts";

/** Of a check: what one row of it is, what all of them are, and what a person does about them. */
interface CheckWords {
  readonly one: string;
  readonly title: string;
  readonly todo: string;
}

/** The checks of the report of what is missing, as people read them. */
export const CHECK_WORDS: Readonly<Record<Check, CheckWords>> = {
  own_number_gap: {
    one: "Falta na numeração própria",
    title: "Números que faltam nas notas da empresa",
    todo: "Envie as notas que faltam. Se o número foi inutilizado na SEFAZ, guarde o comprovante: o sistema não lê inutilizações.",
  },
  supplier_number_gap: {
    one: "Possível falta na numeração do fornecedor",
    title: "Números que faltam nas notas de fornecedores",
    todo: "É só um indício: peça ao fornecedor, ou consulte na SEFAZ se há nota contra o CNPJ da empresa.",
  },
  no_protocol: {
    one: "Sem protocolo",
    title: "Notas sem protocolo de autorização",
    todo: "Peça o XML autorizado (nfeProc) e envie-o: a nota é completada.",
  },
  cancelled_after_entry: {
    one: "Cancelada depois do lançamento",
    title: "Canceladas depois de entrar no estoque",
    todo: "As quantidades já foram devolvidas. Tire a nota da escrituração do mês, e confira se há devoluções dela.",
  },
  held: {
    one: "Pendente há muito tempo",
    title: "Notas pendentes há muito tempo",
    todo: "Abra cada uma: libere, corrija ou descarte antes de fechar.",
  },
  discarded: {
    one: "Descartada",
    title: "Notas descartadas",
    todo: "Confira o motivo. O que foi descartado por engano pode ser restaurado.",
  },
  waiting_event: {
    one: "Evento sem a nota",
    title: "Eventos sem a nota",
    todo: "Envie o XML da nota a que o evento se refere, ou busque-a na SEFAZ pela chave.",
  },
  not_here: {
    one: "Emitida contra a empresa e não recebida",
    title: "Notas emitidas contra a empresa que não estão aqui",
    todo: "Dê ciência da operação: a SEFAZ passa a entregar o XML completo. Se a compra não é da empresa, registre o desconhecimento.",
  },
  summary_only: {
    one: "Manifestada e sem o XML completo",
    title: "Notas manifestadas de que só veio o resumo",
    todo: "Busque a nota pela chave. Se a SEFAZ não a entregar, peça o XML ao fornecedor e envie-o.",
  },
  not_here_void: {
    one: "Cancelada, denegada ou desconhecida, e não recebida",
    title: "Canceladas, denegadas ou desconhecidas que não estão aqui",
    todo: "Não há o que lançar. Confira que a mercadoria não entrou, nem o título a pagar.",
  },
  not_in_stock: {
    one: "Registrada e fora do estoque",
    title: "Notas que estão aqui e não no estoque",
    todo: "Veja o motivo de cada uma: aprove, corrija ou descarte antes de fechar.",
  },
  statement_due: {
    one: "Manifestação a vencer",
    title: "Manifestações com prazo a vencer",
    todo: "Manifeste-se antes do prazo: ciência em até 10 dias, e confirmação, desconhecimento ou operação não realizada em até 180 dias da autorização.",
  },
  nsu_parked: {
    one: "Documento da SEFAZ que não pôde ser lido",
    title: "Documentos da SEFAZ que não puderam ser lidos",
    todo: "Peça cada um de novo pelo NSU. Se continuar ilegível, consulte a nota no portal da NF-e.",
  },
  nsu_gap: {
    one: "NSU sem documento",
    title: "NSUs pelos quais a busca passou sem receber documento",
    todo: "Peça o NSU de novo: a SEFAZ guarda os documentos por 90 dias. Se disser que não há documento, ele sai daqui.",
  },
};

const PARKED: Readonly<Record<string, string>> = {
  base64: "Veio danificado",
  gzip: "Veio danificado",
  too_large: "É grande demais",
  nested: "Traz outros arquivos dentro dele",
  schema: "É de um leiaute que o sistema ainda não conhece",
  summary: "É um resumo fora do leiaute",
  refused: "A leitura o recusou",
};

/** Why a row is where it is, as sentences: holds of a note, what a person gave as reason, or why a document was not read. */
export function whySentences(row: CompletenessRow): string[] {
  const { status, reasons, situation, statement, parked } = row;
  if (parked !== null) return [`${PARKED[parked.reason] ?? parked.reason} (${parked.schema}).`];
  if (statement !== null)
    return [
      statement === "awareness"
        ? "Falta a ciência da operação."
        : "Falta a manifestação conclusiva.",
    ];
  if (situation === "cancelled") return ["Foi cancelada pelo emitente."];
  if (situation === "denied") return ["O uso foi denegado."];
  if (situation === "unknown") return ["A empresa declarou que não a conhece."];
  if (status === "PENDENTE") return reasons.length > 0 ? [...reasons] : ["Aguarda aprovação."];
  const given = reasons.length === 0 ? "." : `: ${reasons.join(" ")}`;
  if (status === "DESCARTADA") return [`Descartada${given}`];
  return status === "ESTORNADA" ? [`Estornada${given}`] : [];
}
