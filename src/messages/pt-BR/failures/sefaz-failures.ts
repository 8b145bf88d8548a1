import type { Failure, FailureOf } from "../../../failures.ts";
import { taxpayerText } from "../../../lib/taxpayer-text.ts";

type SefazCode = Extract<Failure["code"], `sefaz.${string}`>;

/** Why a reason of a statement is refused. */
const REASONS: Readonly<Record<FailureOf<"sefaz.statement_reason">["flaw"], string>> = {
  missing: "A operação não realizada precisa de uma justificativa, de 15 a 255 caracteres",
  not_allowed: "A confirmação e a ciência não têm justificativa",
  length: "A justificativa deve ter de 15 a 255 caracteres",
  characters:
    "A justificativa tem caracteres que a SEFAZ não aceita; use só letras, números e sinais comuns",
};

/** The sentences of failures about the tax office's services. */
export const SEFAZ_SENTENCES: {
  readonly [C in SefazCode]: string | ((failure: FailureOf<C>) => string);
} = {
  "sefaz.not_fetching": ({ cnpj }) =>
    cnpj === null
      ? "A busca de notas na SEFAZ não está ligada para nenhum CNPJ da empresa"
      : `A busca de notas na SEFAZ não está ligada para o CNPJ ${taxpayerText(cnpj)}`,
  "sefaz.too_many_cnpjs": ({ limit }) =>
    `A empresa já tem ${limit} CNPJs na busca de notas, ligados ou não, e não cabe mais nenhum`,
  "sefaz.other_cnpj": ({ cnpj }) =>
    `O CNPJ ${taxpayerText(cnpj)} não é da empresa: inclua-o antes nos dados dela`,
  "sefaz.cursor_ahead": ({ cnpj, ult_nsu }) =>
    `A busca do CNPJ ${taxpayerText(cnpj)} está no NSU ${ult_nsu}, e só pode voltar a um anterior`,
  "sefaz.call_not_found": "Esta consulta à SEFAZ não existe",
  "sefaz.parked_not_found": ({ cnpj, nsu }) =>
    `Não há documento separado com o NSU ${nsu} do CNPJ ${taxpayerText(cnpj)}`,
  "sefaz.too_many_asks": ({ limit }) =>
    `Já há ${limit} documentos à espera de uma consulta por chave; a SEFAZ permite 20 por hora`,
  "sefaz.not_recipient":
    "A empresa não é a destinatária desta nota: só o destinatário de uma NF-e se manifesta sobre ela",
  "sefaz.other_statement":
    "As consultas e envios não são os que foram reservados, ou o evento assinado não é o desta manifestação",
  "sefaz.statement_reason": ({ flaw }) => REASONS[flaw],
  "sefaz.after_conclusive":
    "Já há uma manifestação conclusiva sobre esta nota; depois dela não há ciência",
  "sefaz.already_stated": "Esta manifestação já foi feita por outro sistema, e é a última da nota",
  "sefaz.statements_used_up":
    "Esta manifestação já foi feita duas vezes; a SEFAZ não aceita a terceira",
};
