import type { HoldCode } from "../../../ingest/verdict/failures.ts";

/** Why a note waits, by the code of its hold alone, as the end of a sentence; rules.ts has the whole sentence of a note. */
const REASONS: Readonly<Record<HoldCode, string>> = {
  homologation: "é de outro ambiente que o da empresa",
  no_protocol: "não traz o protocolo de autorização da SEFAZ",
  not_authorised: "não foi autorizada pela SEFAZ",
  protocol_mismatch: "traz o protocolo de outra nota",
  key_mismatch: "tem uma chave de acesso que não confere com os dados",
  cancelled: "foi cancelada",
  refused_by_recipient: "foi recusada pelo destinatário",
  not_delivered: "não foi entregue pela transportadora",
  goods_lost: "tem perda de mercadoria informada por um evento",
  not_ours: "não é da empresa",
  no_goods: "não tem item que movimente mercadoria",
  awaits_original: "muda o custo de uma nota que ainda não está no estoque",
  original_reversed: "devolve mercadoria de uma nota estornada ou cancelada",
  unknown_operation: "tem operação (CFOP) que não diz se a mercadoria entra ou sai",
  mapping: "tem código do fornecedor ainda sem produto da empresa",
  rounds_to_zero: "tem quantidade que o fator do de-para arredonda para zero",
  signature_invalid: "tem uma assinatura digital que falta ou não confere",
  retail: "é uma NFC-e, venda de balcão",
};

const reasonOf = (code: string): string =>
  Object.entries(REASONS).find(([known]) => known === code)?.[1] ?? `tem a pendência ${code}`;

/**
 * The notice that a note has come, in the words of S.G.E. where it waits for nothing but its approval; else why it is held, or
 * that it is in stock already. `holds`: codes of its holds.
 */
export function newNoteSentence(
  number: string,
  supplier: string,
  { status, holds }: { status: string; holds: readonly string[] },
): string {
  const note = `Nova Nota Fiscal Detectada! Nº ${number} de ${supplier}`;
  const [first, ...more] = holds;
  if (status === "PROCESSADA") return `${note} já foi lançada no estoque.`;
  if (first === undefined) return `${note} aguarda aprovação.`;
  const others = more.length === 0 ? "" : ` (e mais ${more.length})`;
  return status === "CANCELADA"
    ? `${note} está cancelada e não entra no estoque.`
    : `${note} tem pendência: ${reasonOf(first)}${others}.`;
}
