import { hex } from "../lib/hash.ts";

/** 32 letters: five random bits choose one without bias. */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const ID_LETTERS = 10;
const SECRET_BYTES = 32;

const SHAPE = /^sge_([0-9a-z]{10})_[0-9a-f]{64}$/;

/** A key that was just made; `key` is shown once and kept nowhere. */
export interface FreshKey {
  /** 50 random bits: tells keys of a company apart, and is no secret. */
  readonly id: string;
  /** `sge_<id>_<secret>`; the secret is 256 random bits in hexadecimal. */
  readonly key: string;
}

export function makeKey(): FreshKey {
  const id = Array.from(
    crypto.getRandomValues(new Uint8Array(ID_LETTERS)),
    (byte) => LETTERS[byte & 31],
  ).join("");
  const secret = hex(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
  return { id, key: `sge_${id}_${secret}` };
}

/** What a person sees of a key after the first time: enough to know it again, in a list or in a leaked file. */
export const prefixOf = (id: string): string => `sge_${id}`;

/** Whether a bearer's text means to be one of our keys; a JWT never does. */
export const looksLikeKey = (text: string): boolean => text.startsWith("sge_");

/** Whether a text has the shape of a key: what has not is refused before anything is asked of the database. */
export const isWellFormedKey = (text: string): boolean => SHAPE.test(text);
