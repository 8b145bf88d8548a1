/**
 * The barcode in cEAN. Null for a text without any digit but 0, which is no barcode and must never match anything:
 * absent, empty, `SEM GTIN`, `ISENTO`, zeros.
 */
export const gtinOrNull = (text: string | undefined): string | null =>
  text === undefined || !/[1-9]/.test(text) ? null : text;

/** 8, 12, 13 or 14 digits with a right check digit (GS1: modulo 10, weights 3 and 1 from the right). */
export function isGtin(text: string): boolean {
  if (!/^(?:[0-9]{8}|[0-9]{12,14})$/.test(text)) return false;
  let sum = 0;
  for (let i = 0; i < text.length - 1; i += 1) {
    const digit = text.charCodeAt(text.length - 2 - i) - 48;
    sum += i % 2 === 0 ? digit * 3 : digit;
  }
  return text.charCodeAt(text.length - 1) - 48 === (10 - (sum % 10)) % 10;
}
