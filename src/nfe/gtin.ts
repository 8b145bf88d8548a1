/** What stands in cEAN as a barcode: null for absent, empty and `SEM GTIN`, which must never match anything. */
export function gtinOrNull(text: string | undefined): string | null {
  if (text === undefined || text === "" || /^sem\s*gtin$/i.test(text)) return null;
  return text;
}

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
