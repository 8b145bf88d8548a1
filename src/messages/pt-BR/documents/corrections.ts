/** What is wrong with the corrections of an approval, for people: one clause each, without a full stop. */
export const CORRECTION_MESSAGES = {
  missingEffect: (nItem: number): string => `Informe o efeito do item ${nItem}`,
  unknownItem: (nItem: number): string => `A nota não tem o item ${nItem}`,
  repeatedItem: (nItem: number): string => `O item ${nItem} aparece mais de uma vez`,
  roundsToZero: (nItem: number): string =>
    `Por este fator, a quantidade do item ${nItem} fica menor do que 0,0001 na unidade do estoque`,
  unknownProduct: "O produto não existe",
  /** `other`: the product or factor that an earlier correction gives. */
  contradiction: (other: string): string =>
    `Outro item com o mesmo código e a mesma unidade traz ${other}`,
} as const;
