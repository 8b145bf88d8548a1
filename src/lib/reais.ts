import { fromScaled } from "./decimal.ts";

/** An amount of 1/10² in Brazilian format: `R$ 1.234,50`, `-R$ 0,01`. */
export function reais(cents: number): string {
  const [whole = "0", fraction = "00"] = fromScaled(Math.abs(cents), 2, 2).split(".");
  const grouped = whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ".");
  return `${cents < 0 ? "-" : ""}R$ ${grouped},${fraction}`;
}
