/** Why a product is suggested for a supplier's item, for people. Each ends with a full stop. */
export const SUGGESTION_SENTENCES = {
  gtin: (gtin: string): string => `O código de barras ${gtin} é o do produto.`,
  gtinTrib: (gtin: string): string =>
    `O código de barras da unidade tributável, ${gtin}, é o do produto.`,
  sameCode: (unit: string): string => `O mesmo código do fornecedor, em ${unit}, é este produto.`,
  gtinOfItem: (supplier: string, code: string): string =>
    `O item ${code} do fornecedor ${supplier}, com o mesmo código de barras, é este produto.`,
  name: (score: number): string => `Mesmo NCM e nome parecido (${score} de 100).`,
} as const;
