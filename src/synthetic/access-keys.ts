/**
 * Modulo 11 with the weights 2..9 from the right; a letter counts as its ASCII code − 48
 * (alphanumeric CNPJ, IN RFB 2.229/2024).
 */
function modulo11(text: string): string {
  let sum = 0;
  let weight = 2;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    sum += (text.charCodeAt(at) - 48) * weight;
    weight = weight === 9 ? 2 : weight + 1;
  }
  const rest = sum % 11;
  return rest < 2 ? "0" : String(11 - rest);
}

/** A CNPJ (14 characters) from its 12 first, letters allowed. */
export function cnpjOf(base: string): string {
  const first = base + modulo11(base);
  return first + modulo11(first);
}

/** A CPF (11 digits) from its 9 first. */
export function cpfOf(base: string): string {
  const digit = (digits: string): string => {
    const sum = [...digits].reduce((s, d, i) => s + Number(d) * (digits.length + 1 - i), 0);
    return String(((sum * 10) % 11) % 10);
  };
  const first = base + digit(base);
  return first + digit(first);
}

/** A GTIN-13 from its 12 first digits (GS1: modulo 10, weights 3 and 1 from the right). */
export function gtinOf(base: string): string {
  const sum = [...base].reverse().reduce((s, d, i) => s + Number(d) * (i % 2 === 0 ? 3 : 1), 0);
  return base + String((10 - (sum % 10)) % 10);
}

/** The parts of an access key, unpadded. */
export interface KeyParts {
  readonly cUF: string;
  readonly AAMM: string;
  /** CNPJ, or a CPF that is padded to 14 with zeros. */
  readonly id: string;
  readonly mod: string;
  readonly serie: string;
  readonly nNF: string;
  readonly tpEmis: string;
  readonly cNF: string;
}

/** An access key (44 characters, check digit right): NF-e manual, "Chave de acesso". */
export function accessKeyOf(parts: KeyParts): string {
  const body =
    parts.cUF +
    parts.AAMM +
    parts.id.padStart(14, "0") +
    parts.mod +
    parts.serie.padStart(3, "0") +
    parts.nNF.padStart(9, "0") +
    parts.tpEmis +
    parts.cNF.padStart(8, "0");
  return body + modulo11(body);
}

/** The same key with a check digit that is wrong. */
export function withBadCheckDigit(key: string): string {
  return key.slice(0, 43) + String((Number(key.slice(43)) + 1) % 10);
}
