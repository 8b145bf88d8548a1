import { mulDiv } from "./mul-div.ts";

/**
 * SQL of the units (1/10⁴) of an exit that left below zero, over its row `m`; 0 for an entry. Its value was an estimate for these: the
 * purchase that came after it passed its cost on to them.
 */
export const belowZero = (m: string): string => `max(min(-${m}.quantity_e4, -${m}.after_e4), 0)`;

/** SQL of the value (1/10²) that its other units took; 0 where none left below zero, or all. */
export const valueAboveZero = (m: string): string =>
  `iif(${m}.after_e4 < 0 and ${m}.after_e4 - ${m}.quantity_e4 > 0, ${mulDiv(
    `(select -${m}.value_e2 as a, ${m}.after_e4 - ${m}.quantity_e4 as b, -${m}.quantity_e4 as d)`,
  )}, 0)`;
