import type { Failure, FailureOf } from "../../../failures.ts";

type SefazCode = Extract<Failure["code"], `sefaz.${string}`>;

/** The sentences of failures about the tax office's services. */
export const SEFAZ_SENTENCES: {
  readonly [C in SefazCode]: string | ((failure: FailureOf<C>) => string);
} = {
  "sefaz.not_fetching": ({ cnpj }) =>
    cnpj === null
      ? "A busca de notas na SEFAZ não está ligada para nenhum CNPJ da empresa"
      : `A busca de notas na SEFAZ não está ligada para o CNPJ ${cnpj}`,
  "sefaz.other_cnpj": ({ cnpj }) =>
    `O CNPJ ${cnpj} não é da empresa: inclua-o antes nos dados dela`,
  "sefaz.call_not_found": "Esta consulta à SEFAZ não existe",
  "sefaz.parked_not_found": ({ cnpj, nsu }) =>
    `Não há documento separado com o NSU ${nsu} do CNPJ ${cnpj}`,
  "sefaz.too_many_asks": ({ limit }) =>
    `Já há ${limit} documentos à espera de uma consulta por chave; a SEFAZ permite 20 por hora`,
};
