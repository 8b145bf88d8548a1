import { hex } from "../../lib/hash.ts";

/** 32 letters: five random bits choose one without bias. */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const ID_LETTERS = 10;
const SECRET_BYTES = 32;

const SHAPE = /^sge_([0-9a-z]{10})_[0-9a-f]{64}$/;

/** A new key; `key` is shown once and is not stored. */
export interface FreshKey {
  /** 50 random bits: identifies the key in its company; not secret. */
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

/** The visible part of a key after its creation: enough to recognise it in a list or in a leaked file. */
export const prefixOf = (id: string): string => `sge_${id}`;

/** Whether a bearer text is meant as an API key; a JWT never starts like one. */
export const looksLikeKey = (text: string): boolean => text.startsWith("sge_");

/** Whether a text has the form of a key. Any other text is refused without a database read. */
export const isWellFormedKey = (text: string): boolean => SHAPE.test(text);
