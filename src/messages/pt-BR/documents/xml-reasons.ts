import type { XmlReason } from "../../../nfe/failures.ts";

/**
 * Why a document is not accepted as XML, for a sentence after a colon. `why` may also be the text itself: the results of jobs
 * that were stored before reasons had codes have it so.
 */
export const xmlReason = (why: string, value = ""): string => {
  const text = Object.entries(REASONS).find(([reason]) => reason === why)?.[1] ?? why;
  return typeof text === "string" ? text : text(value);
};

/** A reason without a text does not compile. */
const REASONS: Readonly<Record<XmlReason, string | ((value: string) => string)>> = {
  unknown_entity: "& sem uma entidade conhecida (use &amp;)",
  illegal_reference: "referência a um caractere que o XML não permite",
  reserved_namespace: "namespace reservado em uma declaração xmlns",
  cut_in_tag: "o documento termina dentro de uma tag",
  no_blank_before_attribute: "falta um espaço antes do atributo, ou o nome é inválido",
  attribute_name: "nome de atributo inválido",
  attribute_without_value: "atributo sem valor",
  attribute_without_quotes: "valor de atributo sem aspas",
  less_than_in_attribute: "< dentro do valor de um atributo",
  attribute_without_end: "valor de atributo sem fim",
  illegal_character: "caractere que o XML não permite",
  empty: "o documento está vazio",
  not_utf16: "declara UTF-16, mas os bytes não são UTF-16",
  not_ascii: "declara US-ASCII, mas há bytes fora do ASCII",
  declaration: "a declaração <?xml …?> não está bem formada",
  doctype: "DOCTYPE não é aceito",
  unknown_markup: "marcação desconhecida depois de <!",
  comment_without_end: "comentário sem fim",
  hyphens_in_comment: "-- dentro de um comentário",
  instruction_without_end: "instrução de processamento sem fim",
  instruction_name: "instrução de processamento sem nome válido",
  declaration_not_first: "a declaração <?xml …?> só pode estar no começo",
  text_before_root: "texto antes do elemento raiz",
  content_after_root: "há conteúdo depois do fim do elemento raiz",
  cdata_without_end: "CDATA sem fim",
  element_name: "< sem um nome de elemento válido",
  slash_in_tag: "/ sem > no fim da tag",
  cut_off: "o documento termina antes do fim do elemento raiz",
  cdata_end_in_text: "]]> dentro de um texto",
  empty_prefix: (value) => `o prefixo ${value} não pode ser declarado vazio`,
  undeclared_prefix: (value) => `o prefixo ${value} não foi declarado`,
  too_many_attributes: (value) => `mais de ${value} atributos em um elemento`,
  attribute_too_long: (value) => `valor de atributo com mais de ${value} caracteres`,
  duplicate_attribute: (value) => `atributo ${value} repetido`,
  too_many_elements: (value) => `mais de ${value} elementos`,
  too_deep: (value) => `mais de ${value} níveis de elementos`,
  text_too_long: (value) => `texto com mais de ${value} caracteres`,
  wrong_end_tag: (value) => `a tag de fechamento não é </${value}>`,
  unknown_encoding: (value) => `a codificação ${value} não é conhecida`,
  not_as_declared: (value) => `os bytes não são ${value} válido, embora o documento diga que são`,
  timeout: "excedeu o tempo limite de leitura",
  crashed: "a leitura não pôde ser concluída",
};
