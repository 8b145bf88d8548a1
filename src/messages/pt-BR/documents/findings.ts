import { reais } from "../../../lib/amount.ts";
import type { NfeFindingOf, NfeFindingParams } from "../../../nfe/findings.ts";

/** The sentence of something that the reader observed in a document. */
export const findingSentence = <C extends keyof NfeFindingParams>({
  code,
  params,
}: NfeFindingOf<C>): string => SENTENCES[code](params);

/** One sentence for each code, with a full stop. A code without a sentence does not compile. */
const SENTENCES: {
  readonly [C in keyof NfeFindingParams]: (params: NfeFindingParams[C]) => string;
} = {
  encoding_guessed: () =>
    "O arquivo não declara a codificação e não é UTF-8: foi lido como windows-1252. Confira os acentos.",
  unknown_elements: ({ count, names, more }) =>
    `Elementos que o leiaute não prevê foram ignorados (${count}): ${names.join(", ")}${more ? " …" : ""}.`,
  lots_left_out: ({ items }) =>
    "A soma das quantidades dos lotes (med) é diferente da quantidade do item, e os lotes foram ignorados: " +
    `${items.length === 1 ? "item" : "itens"} ${items.slice(0, 10).join(", ")}${items.length > 10 ? " …" : ""}.`,
  tax_unreadable: ({ items }) =>
    "Uma base, alíquota ou valor de imposto não pôde ser lido e conta como não informado: " +
    `${items.length === 1 ? "item" : "itens"} ${items.slice(0, 10).join(", ")}${items.length > 10 ? " …" : ""}.`,
  cnpj_check_digit: ({ party }) => `Dígito verificador inválido no CNPJ do ${PARTIES[party]}.`,
  cpf_check_digit: ({ party }) => `Dígito verificador inválido no CPF do ${PARTIES[party]}.`,
  protocol_incomplete: () => "O protocolo não informa a chave ou o resultado (cStat).",
  protocol_number: () => "O número do protocolo não tem 15 nem 17 dígitos.",
  digest_mismatch: () =>
    "O protocolo refere-se a outro conteúdo: digVal não é o DigestValue da assinatura.",
  environment_mismatch: () => "O protocolo e a nota são de ambientes diferentes.",
  unsigned: () => "A nota não traz assinatura digital.",
  signature_reference: () =>
    "A assinatura é de outro conteúdo: a referência não é o Id desta nota.",
  contingency: () => "A nota foi emitida em contingência.",
  reference_key: () => "A chave de uma nota referenciada não é válida.",
  total_differs: ({ tag, stated_e2, expected_e2 }) =>
    `${totalName(tag)}: o total da nota é ${reais(stated_e2)}, mas os itens somam ${reais(expected_e2)} (diferença ${reais(stated_e2 - expected_e2)}).`,
  total_without_items: ({ tag, stated_e2 }) =>
    `${totalName(tag)}: o total da nota é ${reais(stated_e2)} e nenhum item traz este valor; foi rateado pelo valor dos produtos.`,
  note_total: ({ stated_e2, expected_e2 }) =>
    `Valor total da nota (vNF): informado ${reais(stated_e2)}, calculado pelas parcelas ${reais(expected_e2)} (diferença ${reais(stated_e2 - expected_e2)}).`,
  cost_below_total: ({ stated_e2, costs_e2, isImport }) =>
    `O custo dos itens soma ${reais(costs_e2)} e a nota vale ${reais(stated_e2)} (vNF): ${reais(stated_e2 - costs_e2)} não estão em nenhum item (${
      isImport
        ? "numa importação, são em geral PIS, COFINS e ICMS, que só entram no custo se não forem recuperáveis"
        : "confira os totais da nota"
    }).`,
  item_value: ({ nItem }) => `Item ${nItem}: qCom × vUnCom é diferente de vProd.`,
  item_tax_value: ({ nItem }) => `Item ${nItem}: qTrib × vUnTrib é diferente de vProd.`,
  gtin_check_digit: ({ nItem, tag }) =>
    tag === "cEAN"
      ? `O GTIN do item ${nItem} não é válido.`
      : `O GTIN tributável do item ${nItem} não é válido.`,
  lot_dates: ({ nItem }) => `A validade de um lote do item ${nItem} é anterior à fabricação.`,
  zero_quantity: ({ nItem }) => `O item ${nItem} tem quantidade zero.`,
  tax_unit: ({ nItem, qCom, uCom, qTrib, uTrib }) =>
    `O item ${nItem} é vendido como ${withComma(qCom)} ${uCom} e tributado como ${withComma(qTrib)} ${uTrib}: confira o fator de conversão.`,
  more_findings: ({ count }) => `Há mais ${count} observações sobre esta nota.`,
};

const PARTIES = { emit: "emitente", dest: "destinatário" } as const;

/** A quantity as the document writes it, with the comma of Brazil. */
const withComma = (quantity: string): string => quantity.replace(".", ",");

/** The totals of ICMSTot in the words of an accountant. */
const TOTALS: Readonly<Record<string, string>> = {
  vProd: "Valor dos produtos",
  vFrete: "Frete",
  vSeg: "Seguro",
  vDesc: "Desconto",
  vOutro: "Outras despesas",
  vIPI: "IPI",
  vIPIDevol: "IPI devolvido",
  vST: "ICMS-ST",
  vFCPST: "FCP-ST",
  vICMSMonoReten: "ICMS monofásico retido",
  vII: "Imposto de importação",
  vICMSDeson: "ICMS desonerado",
};

const totalName = (tag: string): string => `${TOTALS[tag] ?? tag} (${tag})`;
