import type { AppliedRule, PartyLabel, RuleParams } from "../../../ingest/verdict/rule-params.ts";
import type { EventQuantity } from "../../../nfe/note.ts";
import { CFOP_OPERATIONS } from "./cfop-operations.ts";
import { listed } from "./wording.ts";

/** The sentence of a rule that applied to a note: what was seen and what to do about it. */
export const ruleSentence = <R extends keyof RuleParams>({
  rule,
  params,
}: AppliedRule<R>): string => SENTENCES[rule](params);

/** One sentence (or two) for each rule, with a full stop. A rule without a sentence does not compile. */
const SENTENCES: { readonly [R in keyof RuleParams]: (params: RuleParams[R]) => string } = {
  "note.environment": ({ accepted }) =>
    accepted === "production"
      ? "A nota foi emitida em homologação (teste) e não tem valor fiscal: peça ao emitente a nota de produção."
      : "A nota é de produção e esta empresa só aceita notas de homologação: confira o ambiente nas configurações.",
  "note.no_protocol": () =>
    "O arquivo não traz o protocolo de autorização da SEFAZ e não comprova que a nota foi autorizada: envie o XML completo (nfeProc).",
  "note.not_authorised": ({ cStat }) =>
    `A SEFAZ não autorizou esta nota (cStat ${cStat}): não dê entrada na mercadoria e fale com o emitente.`,
  "note.authorised_with_alert": ({ alerts }) => {
    const said = alerts.map(({ cMsg, xMsg }) => `${xMsg} (${cMsg})`).join("; ");
    return `A SEFAZ autorizou a nota com alerta (cStat 120)${said === "" ? "" : `: ${said}`}.`;
  },
  "note.protocol_mismatch": () =>
    "O protocolo é de outra nota (a chave não é a mesma): peça ao emitente o XML original.",
  "note.key_mismatch": ({ parts }) =>
    `A chave de acesso não confere com os dados da nota (${parts.join(", ")}): peça ao emitente o XML original.`,
  "note.cancelled_protocol": ({ cStat }) =>
    `A SEFAZ informa que a nota foi cancelada (cStat ${cStat}): não dê entrada na mercadoria.`,
  "note.cancelled_inside": () =>
    "O próprio arquivo traz o cancelamento registrado da nota: não dê entrada na mercadoria.",
  "note.cancelled_event": () =>
    "Já foi recebido um evento de cancelamento desta nota: não dê entrada na mercadoria.",
  "note.refused_by_recipient": ({ event }) =>
    event === "210220"
      ? "O destinatário declarou à SEFAZ que desconhece esta operação (evento 210220): não dê entrada sem falar com quem fez a declaração."
      : "O destinatário declarou à SEFAZ que a operação não foi realizada (evento 210240): confira se a mercadoria chegou antes de aprovar.",
  "note.not_delivered": ({ event, amounts }) =>
    event === "110192"
      ? "O emitente registrou insucesso na entrega (evento 110192): confira se a mercadoria chegou antes de aprovar."
      : `O emitente registrou que o fornecimento não foi realizado (evento 112140${amountsOf(amounts)}): confira o que chegou antes de aprovar.`,
  "note.goods_lost": ({ event, amounts }) =>
    `Foi registrada perda, roubo, furto ou perecimento no transporte (evento ${event}${amountsOf(amounts)}): confira o que chegou antes de aprovar.`,
  "note.immobilised": ({ amounts }) =>
    `O destinatário registrou a imobilização de itens (evento 211130${amountsOf(amounts)}): eles não são mercadoria para revenda.`,
  "note.not_ours": ({ from, to }) =>
    `A nota é de ${partyName(from)} para ${partyName(to)}, e nenhum dos dois está cadastrado na empresa. Se um deles for seu, cadastre-o nas configurações; senão, descarte a nota.`,
  "note.same_root": ({ cnpj }) =>
    `O CNPJ ${cnpj} tem a mesma raiz da empresa e parece uma filial que não está nas configurações.`,
  "note.cnpj_unknown": () =>
    "Nenhum CNPJ cadastrado, por isso não se sabe se a nota é da empresa: cadastre-o nas configurações.",
  "note.no_goods": () =>
    "Nenhum item desta nota movimenta mercadoria: não há o que lançar no estoque, e a nota pode ser descartada.",
  "note.complements_cost": () =>
    "O valor desta nota complementar é custo das mercadorias das notas a que ela se refere.",
  "note.complement_waits": ({ keys }) =>
    `A nota complementa ${firstTen(keys)}, que ainda não está no estoque: aprove a nota original primeiro.`,
  "note.original_reversed": ({ keys }) =>
    `A nota devolve mercadorias de nota estornada ou cancelada (${firstTen(keys)}): o estoque já desfez o movimento dela, e a devolução contaria as mercadorias duas vezes. Aprove de novo a nota original, ou descarte a devolução.`,
  "note.complement_quantity": ({ items }) =>
    `A nota complementar traz quantidade (${listed(items)}): se chegou mercadoria, os itens são entrada; se só o preço mudou, não movimentam o estoque.`,
  "note.unknown_operation": ({ items, cfops, natOp }) =>
    `Informe o efeito no estoque: ${listed(items)} (CFOP ${firstTen(cfops)}; natureza da operação "${natOp}"). Ao aprovar, informe se cada item entra, sai ou não movimenta o estoque.`,
  "note.cfop_direction": ({ items, tpNF }) =>
    `O CFOP contradiz o tipo da nota (tpNF ${tpNF}): ${listed(items)}.`,
  "note.cfop_not_in_nfe": ({ items }) =>
    `O CFOP é de serviço de comunicação ou de transporte, que não ocorre em NF-e: ${listed(items)}.`,
  "note.return": ({ namesOriginal }) =>
    `A nota é de devolução: segue a direção de quem a emitiu, e ${
      namesOriginal
        ? "a nota original está em DFeReferenciado de cada item ou, até 15/11/2026, em NFref"
        : "ela não informa qual é a nota original"
    }.`,
  "note.mapping": ({ items }) =>
    `Falta associar o código do fornecedor a um produto da empresa: ${listed(items)}.`,
  "note.rounds_to_zero": ({ items }) =>
    `Pelo fator do de-para, a quantidade fica menor do que 0,0001 na unidade do estoque: ${listed(items)}. Corrija o fator, ou informe outro ao aprovar.`,
  "note.signature_invalid": ({ why }) => INVALID_SIGNATURE[why],
  "note.certificate_not_checked": () =>
    "A assinatura confere e traz o CNPJ ou CPF do emitente, mas não se verificou quem emitiu o certificado: nenhuma autoridade está configurada (SIGNATURE_ROOTS).",
  "note.signer_not_compared": () =>
    "A nota é de uma série que o fisco pode assinar, e quem assinou não é o emitente: não se verificou se é o fisco.",
  "note.revocation_not_checked": () =>
    "Não se verificou se o certificado que assinou a nota tinha sido revogado.",
  "note.retail": () =>
    "O documento é uma NFC-e (modelo 65), venda de balcão ao consumidor, e não movimenta o estoque por si só: confira antes de aprovar, ou descarte-a.",

  "item.complement_quantity": () =>
    "A nota complementar traz quantidade: não se sabe se chegou mercadoria ou se só o preço mudou.",
  "item.complement": () => "A nota complementa preço ou imposto de outra nota.",
  "item.adjustment": () => "A nota é de ajuste fiscal, sem mercadoria.",
  "item.credit_or_debit": () =>
    "A nota de crédito ou de débito trata só de IBS e CBS, sem mercadoria.",
  "item.service": () => "O item é um serviço (ISSQN).",
  "item.no_quantity": () => "O item tem quantidade zero.",
  "cfop.none": (params) => operation(params),
  "item.refused_never_entered": () =>
    "A nota de crédito trata de mercadoria recusada ou não entregue, e a nota original não entrou no estoque.",
  "item.credit_or_debit_goods": () =>
    "A nota de crédito ou de débito refere-se a mercadoria devolvida, recusada ou perdida.",
  "item.own_transfer": () => "A mercadoria vai de um estabelecimento nosso para outro.",
  "cfop.unknown": ({ cfop }) => `O CFOP ${cfop} não está na tabela de operações.`,
  "cfop.direction": ({ cfop, note }) =>
    `O CFOP ${cfop} é de ${note === "entry" ? "saída" : "entrada"}, mas a nota é de ${note === "entry" ? "entrada" : "saída"}.`,
  "cfop.ask": (params) => operation(params),
  "cfop.goods": (params) => operation(params),
  "item.none_applies": () => "Nenhuma regra se aplica a este item.",

  "whose.refused_never_entered": () =>
    "Nota de crédito de mercadoria recusada ou não entregue, cuja nota original não entrou no estoque: nada a lançar.",
  "whose.untold_exit_note": () =>
    "Nenhum CNPJ cadastrado: a nota foi tratada como recebida e entra no estoque.",
  "whose.untold_entry_note": () =>
    "Nenhum CNPJ cadastrado: uma nota de entrada de outro emitente foi tratada como saída.",
  "whose.our_exit": () => "A empresa emitiu esta nota de saída: a mercadoria sai do estoque.",
  "whose.our_entry": () => "A empresa emitiu esta nota de entrada: a mercadoria entra no estoque.",
  "whose.supplier_sale": () =>
    "Outra empresa emitiu esta nota de saída para nós: a mercadoria entra no estoque.",
  "whose.their_entry": () =>
    "Outra empresa emitiu uma nota de entrada em nosso nome: a mercadoria sai do estoque.",
  "whose.not_ours": () =>
    "A empresa não é o emitente nem o destinatário: a nota não movimenta o estoque.",
};

const INVALID_SIGNATURE: Readonly<Record<RuleParams["note.signature_invalid"]["why"], string>> = {
  absent: "A nota não está assinada: peça ao emitente o XML original.",
  not_verified:
    "A assinatura digital da nota não pôde ser conferida: peça ao emitente o XML original.",
  unsigned:
    "A assinatura digital não confere com o conteúdo da nota: peça ao emitente o XML original.",
  other_signer:
    "A nota foi assinada com o certificado de outra pessoa ou empresa, e não do emitente: não dê entrada sem falar com ele.",
  not_valid_then:
    "O certificado que assinou a nota não era válido na data de emissão: peça ao emitente o XML original.",
  unknown_issuer:
    "O certificado que assinou a nota não foi emitido por uma autoridade aceita (SIGNATURE_ROOTS): confira a origem da nota.",
};

const operation = ({ cfop, group }: RuleParams["cfop.goods"]): string =>
  `CFOP ${cfop}: ${group === null ? "código que não está na tabela" : CFOP_OPERATIONS[group]}.`;

function partyName(party: PartyLabel): string {
  switch (party.is) {
    case "company":
      return `CNPJ ${party.cnpj}`;
    case "person":
      return "uma pessoa física";
    case "foreigner":
      return "um participante no exterior";
    case "unknown":
      return "um consumidor não identificado";
  }
}

/** Codes and quantities beyond these are not named. */
const NAMED = 10;

const firstTen = (codes: readonly string[]): string =>
  codes.slice(0, NAMED).join(", ") + (codes.length > NAMED ? ", …" : "");

/** "; item 1: 2,0000 UN, item 3: …": the quantities that events name. */
function amountsOf(amounts: readonly EventQuantity[]): string {
  const named = amounts
    .slice(0, NAMED)
    .map(({ nItem, quantity, unit }) =>
      `item ${nItem}: ${quantity.replace(".", ",")} ${unit}`.trim(),
    );
  const more = amounts.length > NAMED ? `, e mais ${amounts.length - NAMED}` : "";
  return named.length === 0 ? "" : `; ${named.join(", ")}${more}`;
}
