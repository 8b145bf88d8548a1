import { z } from "@hono/zod-openapi";
import { exactNumber } from "../lib/exact-number.ts";
import {
  decimalFactor,
  type Factor,
  factorDecimal,
  factorText,
  fractionFactor,
  isFraction,
} from "../stock/supplier-items/factor.ts";
import { decimalOf } from "./schemas.ts";

const DECIMAL = decimalOf(4)
  .refine((e4) => e4 > 0, "deve ser maior que zero")
  .refine((e4) => e4 <= 1e10, "não pode ser maior que 1.000.000");

const ERRORS = {
  not_a_fraction: "deve ser um número decimal ou uma fração, como 1/12",
  out_of_range: "a fração deve ter números de 1 a 1.000.000",
} as const;

type Given = number | string;

/** The factor, or the sentences that say why it is not one. */
export function factorOf(value: Given): Factor | string[] {
  if (typeof value === "string" && isFraction(value)) {
    const fraction = fractionFactor(value);
    return fraction.ok ? fraction.value : [ERRORS[fraction.error]];
  }
  const decimal = DECIMAL.safeParse(value);
  return decimal.success
    ? decimalFactor(decimal.data)
    : decimal.error.issues.map(({ message }) => message);
}

const GivenFactor = z.union([z.number(), z.string().max(40)]).openapi({
  description: "Número ou texto decimal de até 4 casas decimais, ou fração em texto, como 1/12",
});

/** Stock units in one supplier unit: a decimal of up to 4 places, or a fraction in a text (`1/12`). */
export const FactorField = GivenFactor.transform((value, context): Factor => {
  const factor = factorOf(value);
  if (!Array.isArray(factor)) return factor;
  for (const message of factor) context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** `factor` beside the `factor_text` of an answer that is sent back: two members of a body. */
export const FactorMembers = {
  factor: GivenFactor.optional(),
  factor_text: z.string().max(40).optional(),
};

/**
 * The factor of a body with FactorMembers; 1 when both are absent. `factor_text` counts while `factor` is still its rounded
 * number; a `factor` that the client has changed counts instead. Adds the issues of an invalid factor to the context.
 */
export function factorOfMembers(
  { factor, factor_text }: { factor?: Given | undefined; factor_text?: string | undefined },
  context: z.RefinementCtx,
): Factor {
  const exact = factor_text === undefined ? [] : factorOf(factor_text);
  if (!Array.isArray(exact) && (factor === undefined || String(factor) === factorDecimal(exact)))
    return exact;
  const given = factorOf(factor ?? factor_text ?? 1);
  if (!Array.isArray(given)) return given;
  for (const message of given)
    context.addIssue({
      code: "custom",
      message,
      path: [factor === undefined ? "factor_text" : "factor"],
    });
  return z.NEVER;
}

/** A factor in an answer: `factor` as a (rounded) number to calculate with, `factor_text` exact. */
export const factorView = (factor: Factor): { factor: number; factor_text: string } => ({
  factor: exactNumber(factorDecimal(factor)),
  factor_text: factorText(factor),
});
