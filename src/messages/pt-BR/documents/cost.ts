import type { CreditReason } from "../../../ingest/verdict/recoverable.ts";

/** For people: why a tax is or is not taken out of the cost of an item. */
export const CREDIT_REASONS: Readonly<Record<CreditReason, string>> = {
  recovered: "Recuperável: não entra no custo.",
  limited: "Recuperável até o valor do custo do item.",
  not_a_purchase: "O item não entra como compra: não há crédito a descontar do custo.",
  import: "Importação: o valor dos produtos não contém este imposto.",
  period: "IBS e CBS só são descontados de notas emitidas a partir de 2027.",
  situation: "A situação tributária (CST ou CSOSN) informada na nota não dá crédito.",
  destination: "A destinação do item não dá crédito deste imposto.",
  regime: "O regime tributário da empresa não dá crédito deste imposto.",
  profile: "O perfil tributário da empresa não toma este crédito.",
};
