import { trusted } from "../lib/cast.ts";
import { err, ok, type Result } from "../lib/result.ts";
import type { NfeFailure } from "./failures.ts";
import { modulo11 } from "./taxpayer.ts";

/** 44 characters with a right check digit; letters only where a CNPJ may have them. Never with the `NFe` prefix. */
export type AccessKey = string & { readonly brand: "AccessKey" };

export type AccessKeyFailure = Extract<NfeFailure, { code: "nfe.access_key" }>;

/** TChNFe of tiposBasico_v4.00: upper case, letters only in the base and order of the CNPJ. */
const SHAPE = /^[0-9]{6}[0-9A-Z]{12}[0-9]{26}$/;

/**
 * Reads an access key, with or without `NFe` before it; nothing else is stripped, letters are kept.
 * Fails with `length`, `charset` or `check_digit` (then `expected` is the right digit).
 */
export function parseAccessKey(text: string): Result<AccessKey, AccessKeyFailure> {
  const key = text.startsWith("NFe") ? text.slice(3) : text;
  const got = text.slice(0, 60);
  if (key.length !== 44) return err({ code: "nfe.access_key", why: "length", got });
  if (!SHAPE.test(key)) return err({ code: "nfe.access_key", why: "charset", got });
  const expected = keyCheckDigit(key);
  if (key[43] !== expected)
    return err({ code: "nfe.access_key", why: "check_digit", got, expected });
  return ok(trusted<AccessKey>(key));
}

/**
 * Normalises an access key, a CNPJ or a number typed from a printed page: upper case, without `NFe` before the key and
 * without blanks and the marks between the groups.
 */
export const withoutPrintMarks = (text: string): string =>
  text
    .toUpperCase()
    .replaceAll(/[\s.,/:_\u2010-\u2015-]/g, "")
    .replace(/^NF-?E(?=[0-9])/, "");

/** 44 characters of the right alphabet; the check digit is not tested (events may name any key). */
export const isAccessKeyShape = (text: string): boolean => SHAPE.test(text);

/** The check digit of a key by its 43 first characters: modulo 11, weights 2..9 from the right (MOC). */
export const keyCheckDigit = (key: string): string => modulo11(key.slice(0, 43));

/** The parts of a key, zero-padded as in the key. */
export interface KeyParts {
  readonly cUF: string;
  readonly AAMM: string;
  /** CNPJ of the emitter, or a CPF padded to 14 with zeros. */
  readonly emit: string;
  readonly mod: string;
  readonly serie: string;
  readonly nNF: string;
  readonly tpEmis: string;
  readonly cNF: string;
  readonly cDV: string;
}

/** The parts of a key of 44 characters. */
export function keyParts(key: string): KeyParts {
  return {
    cUF: key.slice(0, 2),
    AAMM: key.slice(2, 6),
    emit: key.slice(6, 20),
    mod: key.slice(20, 22),
    serie: key.slice(22, 25),
    nNF: key.slice(25, 34),
    tpEmis: key.slice(34, 35),
    cNF: key.slice(35, 43),
    cDV: key.slice(43, 44),
  };
}
