/**
 * Modulo 11 with the weights 2..9 repeating from the right; 0 where the rest is below 2. A letter counts as its
 * ASCII code − 48, so that one rule serves old and alphanumeric numbers (IN RFB 2.229/2024, NT Conjunta 2025.001).
 */
export function modulo11(text: string): string {
  let sum = 0;
  let weight = 2;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    sum += (text.charCodeAt(at) - 48) * weight;
    weight = weight === 9 ? 2 : weight + 1;
  }
  const rest = sum % 11;
  return rest < 2 ? "0" : String(11 - rest);
}

const CNPJ = /^[0-9A-Z]{12}[0-9]{2}$/;
const CPF = /^[0-9]{11}$/;
const MASK = /[./\s-]/g;

/** A number as it is stored: no mask, upper case; letters stay. */
export const unmasked = (text: string): string => text.replace(MASK, "").toUpperCase();

/** 14 characters, letters allowed in the first 12; the check digits are not tested. */
export const isCnpjShape = (text: string): boolean => CNPJ.test(text);

/** 11 digits; the check digits are not tested. */
export const isCpfShape = (text: string): boolean => CPF.test(text);

/** Characters of a CNPJ that all branches of a company share (IN RFB 2.229/2024: the next 4 name the branch). */
export const ROOT_LENGTH = 8;

/** The root of a CNPJ without mask: what all branches of a company share. */
export const rootOf = (cnpj: string): string => cnpj.slice(0, ROOT_LENGTH);

/** Whether both are CNPJs (14 characters) of one company; false where one is missing or a CPF. */
export const sameRoot = (
  one: string | null | undefined,
  other: string | null | undefined,
): boolean => one?.length === 14 && other?.length === 14 && rootOf(one) === rootOf(other);

/** A CNPJ without mask whose two check digits are right. */
export function isCnpj(text: string): boolean {
  if (!CNPJ.test(text) || /^0+$/.test(text)) return false;
  const first = modulo11(text.slice(0, 12));
  return text.slice(12) === first + modulo11(text.slice(0, 12) + first);
}

/** A CPF without mask whose two check digits are right; eleven equal digits are not a CPF. */
export function isCpf(text: string): boolean {
  if (!CPF.test(text) || /^(.)\1+$/.test(text)) return false;
  const digit = (digits: string): string => {
    let sum = 0;
    for (let i = 0; i < digits.length; i += 1)
      sum += (digits.charCodeAt(i) - 48) * (digits.length + 1 - i);
    return String(((sum * 10) % 11) % 10);
  };
  const first = digit(text.slice(0, 9));
  return text.slice(9) === first + digit(text.slice(0, 9) + first);
}
