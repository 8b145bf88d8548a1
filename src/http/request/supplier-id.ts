import { z } from "@hono/zod-openapi";

/** CNPJ (14 characters) or CPF (11 digits); a mask is removed. */
export const SupplierId = z
  .string()
  .transform((text) => text.replaceAll(/[./\-\s]/g, "").toUpperCase())
  .refine((text) => /^([0-9A-Z]{12}[0-9]{2}|[0-9]{11})$/.test(text), "deve ser um CNPJ ou CPF");
