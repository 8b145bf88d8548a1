import { fromScaled } from "./decimal.ts";

const MIB = 1_048_576;

/** A count, or the digits of a whole number, in Brazilian format: `10.000`. */
export const grouped = (count: number | string): string =>
  String(count).replace(/\B(?=(?:[0-9]{3})+$)/g, ".");

/** A limit in bytes as text: whole megabytes (of 2²⁰ bytes) from one on, else bytes. */
export const megabytes = (bytes: number): string =>
  bytes >= MIB ? `${grouped(Math.floor(bytes / MIB))} MB` : `${grouped(bytes)} bytes`;

/** A count and what is counted, in the singular or the plural: `1 produto`, `1.234 produtos`. */
export const howMany = (count: number, one: string, many: string): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** An amount of 1/10² in Brazilian format: `R$ 1.234,50`, `-R$ 0,01`. */
export function reais(cents: number): string {
  const [whole = "0", fraction = "00"] = fromScaled(Math.abs(cents), 2, 2).split(".");
  return `${cents < 0 ? "-" : ""}R$ ${grouped(whole)},${fraction}`;
}
