import { z } from "@hono/zod-openapi";

const text = z.string().optional();
const whole = z.int().optional();
const exact = z.string().optional().openapi({ description: "Decimal exato" });

/** What single codes add to a problem (RFC 9457, 3.2), but for notes and holds; docs/api.md says which code has which. */
export const PROBLEM_MEMBERS = {
  access_key: text,
  active: z.boolean().optional(),
  amount: exact,
  balance: exact,
  barcode: text,
  bytes: whole,
  categories: whole,
  category_id: whole,
  cnpj: z.string().nullish(),
  column: whole,
  company: whole,
  cost_id: text,
  count: whole,
  count_id: text,
  date: text,
  differs: z.boolean().optional().openapi({ description: "Já existe com outro conteúdo" }),
  document_type: text,
  earliest: text,
  entity: text,
  event: text,
  event_id: text,
  expected: text,
  field: text,
  file: text,
  flaw: text,
  from: text,
  got: z.union([z.string(), z.int()]).optional(),
  happened_at: text,
  hint: text,
  id: z.union([z.string(), z.int()]).optional(),
  item_code: text,
  items: z
    .array(z.object({ supplier_cnpj: z.string(), code: z.string(), unit: z.string() }))
    .optional(),
  latest: text,
  limit: whole,
  line: whole,
  lot: text,
  name: text,
  needed_by: z
    .array(z.object({ id: z.int(), reference: z.string().nullable(), quantity: z.string() }))
    .optional(),
  next_cursor: text,
  nsu: whole,
  ult_nsu: whole,
  parent_id: whole,
  path: text,
  permission: z.string().optional().openapi({ description: "O que falta (auth.forbidden)" }),
  plan: z.unknown().optional(),
  plan_hash: text,
  product_code: text,
  products: z
    .union([z.int(), z.array(z.object({ product_code: z.string(), why: z.string() }))])
    .optional(),
  reference: z.string().nullish(),
  requested: exact,
  returns: z.array(z.string()).optional(),
  rows: whole,
  sequence: whole,
  sha256: text,
  state: text,
  supplier_cnpj: text,
  taken_by: text,
  today: text,
  undoes: whole,
  unit: text,
  until: text,
  version: whole,
  what: text,
  why: text,
};
