import { z } from "@hono/zod-openapi";
import { DESTINATIONS } from "../accounts/tax-profile.ts";
import { HOLD_CODES } from "../ingest/verdict/failures.ts";
import { toScaled } from "../lib/decimal.ts";
import { normalizedText } from "../lib/normalized-text.ts";
import { NOTE_STATUSES } from "../lib/note-status.ts";
import { isAccessKeyShape, withoutPrintMarks } from "../nfe/access-key.ts";
import { PROBLEM_CODES, problemCodes } from "./contract-codes.ts";
import { FINDING_CODES, HOLD_ADVICE } from "./own-failures.ts";
import { PROBLEM_MEMBERS } from "./problem-members.ts";

/** Half a surrogate pair is not a character, and SQLite ends a bound text at a NUL: both would be lost without an error. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\u0000");

/** A text that can be stored, or searched for, unchanged. */
const NOT_STORABLE = "tem caracteres que não podem ser gravados";
export const text = (max: number) => z.string().max(max).refine(isStorable, NOT_STORABLE);

/** A code in its stored spelling: two codes that look alike become equal (lib/normalized-text.ts). */
export const codeText = (max: number) =>
  z.string().overwrite(normalizedText).max(max).refine(isStorable, NOT_STORABLE);

/** An access key of 44 characters, in any spelling that a DANFE prints: with or without `NFe`, in groups, in lower case. */
export const AccessKeyParam = z.object({
  access_key: z
    .string()
    .max(100)
    .transform(withoutPrintMarks)
    .refine(isAccessKeyShape, "deve ser uma chave de acesso de 44 caracteres")
    .openapi({
      param: { name: "access_key", in: "path" },
      example: "35260911222333000181550010000001231000000420",
    }),
});

/**
 * A whole number in a query: decimal digits only, so that `0x10`, `1e2`, `+1` and a blank are refused. A number larger than
 * Number.MAX_SAFE_INTEGER becomes that.
 */
export const wholeNumber = (min: number, max: number = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\d+$/, "deve ser um número inteiro, só com dígitos")
    .transform((digits) => Math.min(Number(digits), Number.MAX_SAFE_INTEGER))
    .pipe(z.int().min(min).max(max))
    .openapi({
      type: "integer",
      minimum: min,
      ...(max === Number.MAX_SAFE_INTEGER ? {} : { maximum: max }),
    });

/** `?cursor=start`: the first page. Every list that goes on by a cursor takes it. */
export const START = "start";

/** A cursor of `cursor`, or START or none, which are both undefined: the page begins with the first row. */
export const cursorOr = <S extends z.ZodType>(cursor: S) =>
  z
    .preprocess((given) => (given === START ? undefined : given), cursor.optional())
    .optional()
    .openapi({
      type: "string",
      description:
        "`start` ou nada lê desde a primeira linha; depois, o next_cursor da resposta anterior",
    });

/** `?limit`: how many rows a page has, `usual` where none is given; a number above `most` is taken as `most`. */
export const pageRows = (usual: number, most: number) =>
  wholeNumber(1)
    .default(usual)
    .transform((limit) => Math.min(limit, most))
    .openapi({
      default: usual,
      maximum: most,
      description: `Até ${most}; mais do que isso vale ${most}`,
    });

/** `?page` from 1, `?limit` from 1 to 100 (default 50; a larger one becomes 100, as in S.G.E.). */
export const PageQuery = z.object({
  page: wholeNumber(1, 1_000_000).default(1).openapi({ default: 1 }),
  limit: pageRows(50, 100),
});

export const Pagination = z
  .object({
    page: z.int(),
    limit: z.int(),
    total: z.int(),
    total_pages: z.int(),
  })
  .openapi("Pagination");

/** The envelope of every list. */
export const pageOf = <S extends z.ZodType>(schema: S) =>
  z.object({ data: z.array(schema), pagination: Pagination });

/** A page in the envelope; `total` counts the rows of all pages. */
export function paged<T>(
  data: T[],
  page: { page: number; limit: number },
  total: number,
): { data: T[]; pagination: z.infer<typeof Pagination> } {
  return {
    data,
    pagination: {
      page: page.page,
      limit: page.limit,
      total,
      total_pages: Math.ceil(total / page.limit),
    },
  };
}

export const offsetOf = (page: { page: number; limit: number }) => ({
  limit: page.limit,
  offset: (page.page - 1) * page.limit,
});

/** What goods are bought for. */
export const DestinationEnum = z.enum(DESTINATIONS);

/** `true` or `false` in a query. */
export const Flag = z.enum(["true", "false"]).transform((text) => text === "true");

/** `?dry_run` of a write. */
export const DryRun = Flag.optional().openapi({
  description: "true: mostra o que aconteceria, e nada é gravado",
});

/** A calendar day that exists. */
export const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, {
    error: "deve ser uma data no formato AAAA-MM-DD",
    abort: true,
  })
  .refine((text) => {
    const date = new Date(`${text}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
  }, "não é uma data que existe");

/** `from` and `to` of a list, both inclusive; `whose` says in Portuguese which day of a row counts. */
export const daysOf = (whose: string) => ({
  from: Day.optional().openapi({ description: `O primeiro dia (${whose}), no fuso da empresa` }),
  to: Day.optional().openapi({ description: `O último dia (${whose}), no fuso da empresa` }),
});

export const Month = z
  .string()
  .regex(/^20\d{2}-(?:0[1-9]|1[0-2])$/, "deve ser um mês no formato AAAA-MM")
  .openapi({ description: "O mês da emissão, no fuso da empresa", example: "2026-11" });

/** `?company` of a route that `requiresReadOfNamed`; middleware/named-company.ts reads it. */
export const CompanyNamed = wholeNumber(1).optional().openapi({
  description:
    "Outra empresa da pessoa, para esta leitura; só pela sessão do navegador. Sem ele, a empresa aberta",
});

const NO_DAY_OR_INSTANT =
  "deve ser um dia que existe (AAAA-MM-DD), ou data e hora com fuso (RFC 3339)";

/** A calendar day, or an instant of RFC 3339 with its offset. */
export const DayOrInstant = z.union(
  [Day, z.iso.datetime({ offset: true, error: NO_DAY_OR_INSTANT })],
  { error: NO_DAY_OR_INSTANT },
);

const DECIMAL_ERRORS: Record<string, string> = {
  not_a_decimal: "deve ser um número decimal com ponto, sem vírgula nem expoente",
  too_many_places: "tem casas decimais demais",
  too_many_digits: "tem mais de 15 dígitos: um número de JSON os perde; envie-o como texto",
  out_of_range: "está fora do intervalo",
};

/**
 * A decimal in a request: a JSON number or a decimal string, as a scaled integer of 1/10^places.
 * More places than the field has, or more than 15 significant digits in a number, are refused and never rounded.
 */
export const decimalOf = (places: number) =>
  z
    .union([z.number(), z.string().max(40)])
    .transform((value, context) => {
      const scaled = toScaled(String(value), places, { signed: true });
      const exact = typeof value === "string" || hasExactDigits(value);
      if (scaled.ok && exact) return scaled.value;
      const wrong = scaled.ok ? "too_many_digits" : faultOf(value, scaled.error);
      context.addIssue({ code: "custom", message: DECIMAL_ERRORS[wrong] ?? "inválido" });
      return z.NEVER;
    })
    .openapi({ description: `Número ou texto decimal, com até ${places} casas decimais` });

/** A number of JSON has an exponent only where it is tiny or huge: its sender has not written one. */
const faultOf = (value: number | string, error: string): string =>
  typeof value === "string" || error !== "not_a_decimal"
    ? error
    : Math.abs(value) < 1
      ? "too_many_places"
      : "out_of_range";

/** Whether a number has at most 15 significant digits, which a JSON number keeps. */
const hasExactDigits = (value: number): boolean =>
  String(value)
    .replace(/^-?0*\.?0*/, "")
    .replace(".", "").length <= 15;

export const HoldCodeEnum = z.enum(HOLD_CODES).openapi("HoldCode", {
  description:
    "Por que a nota espera. x-codes: o que fazer, e se a empresa pode permitir que um GERENTE aprove apesar da pendência",
  "x-codes": HOLD_ADVICE,
});

export const HoldSchema = z.object({ code: HoldCodeEnum, message: z.string() }).openapi("Hold");

export const FindingSchema = z
  .object({
    code: z.string().openapi({
      description: "Pode haver códigos novos: mostre message",
      "x-extensible-enum": [...FINDING_CODES],
    }),
    severity: z.enum(["info", "warning"]),
    path: z.string().nullable(),
    message: z.string(),
  })
  .openapi("Finding");

export const NoteStatusEnum = z.enum(NOTE_STATUSES).openapi("NoteStatus");

/** What an event of the tax office does to its note. */
export const EventEffectEnum = z
  .enum(["cancelled", "attached", "held", "waiting", "none", "withdrawn"])
  .openapi("EventEffect");

export const DirectionEnum = z.enum(["entry", "exit", "none"]);

/** What is wrong with one field of a request, or with one place of a document. */
export const FieldErrorSchema = z.object({
  path: z.string().optional().openapi({
    description: "XPath na nota, ou JSON pointer na requisição; falta nas linhas de um CSV",
  }),
  code: z.string().optional(),
  message: z.string(),
  expected: z.string().optional(),
  got: z.string().optional(),
  line: z.int().optional().openapi({ description: "De um CSV, com column" }),
  column: z.string().nullish(),
});

/** The code of a problem, also in the line of a batch or of a job. */
export const ProblemCode = z.string().openapi("ProblemCode", {
  enum: [...PROBLEM_CODES],
  description:
    "O que houve, para programas. x-codes: status, e se a mesma requisição pode ser repetida (wait: sim, depois de Retry-After; look: pode ter sido executada, confira antes; mend: só depois de corrigir; no: uma pessoa precisa agir)",
  "x-codes": problemCodes(),
});

/** RFC 9457, with the `error` of S.G.E. beside. */
export const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    error: z.string().openapi({ description: "O mesmo que detail" }),
    message: z.string().optional(),
    code: ProblemCode,
    instance: z.string(),
    request_id: z.string().nullable(),
    errors: z.array(FieldErrorSchema).optional(),
    note_status: NoteStatusEnum.optional(),
    holds: z.array(z.union([HoldSchema, HoldCodeEnum])).optional(),
    ...PROBLEM_MEMBERS,
  })
  .openapi("Problem", { description: "RFC 9457; docs/api.md diz os membros de cada code" });

interface Answer<S> {
  description: string;
  content: { "application/json": { schema: S } };
}

/** The `responses` of a route: one success, and the problem document for every other status. */
export function responses<S extends z.ZodType>(
  status: 200,
  schema: S,
  description: string,
): { 200: Answer<S>; default: typeof PROBLEMS };
export function responses<S extends z.ZodType>(
  status: 201,
  schema: S,
  description: string,
): { 201: Answer<S>; default: typeof PROBLEMS };
export function responses<S extends z.ZodType>(
  status: 202,
  schema: S,
  description: string,
): { 202: Answer<S>; default: typeof PROBLEMS };
export function responses<S extends z.ZodType>(
  status: 200 | 201 | 202,
  schema: S,
  description: string,
) {
  const answer: Answer<S> = { description, content: { "application/json": { schema } } };
  return { [status]: answer, default: PROBLEMS };
}

export const PROBLEMS = {
  description: "Problema (RFC 9457)",
  content: { "application/problem+json": { schema: ProblemSchema } },
} as const;

/** A required JSON body. */
export const jsonBody = <S extends z.ZodType>(schema: S) =>
  ({ required: true, content: { "application/json": { schema } } }) as const;
