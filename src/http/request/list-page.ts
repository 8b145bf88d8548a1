import { z } from "@hono/zod-openapi";
import { trusted } from "../../lib/cast.ts";
import { offsetOf, PageQuery, Pagination, paged, START, text } from "../schemas.ts";
import { CursorPagination } from "./count-params.ts";

/** The row after which a page begins: what its list is ordered by. The first member names the order. */
type Position = readonly (string | number)[];

const count = z.int().min(0);
export const NotePosition = z.tuple([z.literal("n"), count]);
/** Of notes by their last change. */
export const ChangedNotePosition = z.tuple([z.literal("u"), count, count]);
export const JobPosition = z.tuple([z.literal("j"), z.string()]);
export const SupplierItemPosition = z.tuple([z.literal("s"), z.string(), z.string(), z.string()]);
export const MovementPosition = z.tuple([z.literal("m"), count, count]);
export const LevelPosition = z.tuple([z.literal("p"), z.string(), z.string()]);

/** The text of a cursor, which clients send back unchanged. */
const cursorOf = (position: Position): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(position))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

function positionOf(cursor: string): unknown {
  try {
    const bytes = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (one) => one.charCodeAt(0))));
  } catch {
    return null;
  }
}

/** `start`, or a cursor that an earlier page gave; any other text is refused. */
const cursorParam = <P extends Position>(position: z.ZodType<P>) =>
  text(16_000)
    .transform((given, context): { readonly after: P | null } => {
      if (given === START) return { after: null };
      const known = position.safeParse(positionOf(given));
      if (known.success) return { after: known.data };
      context.addIssue({ code: "custom", message: "não é um cursor fornecido por esta API" });
      return z.NEVER;
    })
    .openapi({
      type: "string",
      description:
        "`start` lê a lista desde a primeira linha; depois, o next_cursor da resposta anterior. Com ele `page` não vale, e nada é contado",
    });

/** Names of members of an element, with commas between them, in the order of the schema; an unknown name is refused. */
const fieldsParam = <S extends z.ZodRawShape>(element: z.ZodObject<S>) =>
  text(2_000)
    .transform((given, context): readonly string[] => {
      const names = new Set(given.split(",").map((name) => name.trim()));
      names.delete("");
      const known = Object.keys(element.shape).filter((name) => names.delete(name));
      for (const name of [...names].slice(0, 10))
        context.addIssue({ code: "custom", message: `não há o campo ${name.slice(0, 60)}` });
      return known;
    })
    .openapi({
      type: "string",
      description: "Só estes campos de cada elemento de `data`, separados por vírgula",
    });

/** `?updated_after`: an instant with its offset, as ms UTC. */
export const UpdatedAfter = z.iso
  .datetime({ offset: true, error: "deve ser data e hora com fuso (RFC 3339)" })
  .transform((instant) => Date.parse(instant))
  .openapi({
    type: "string",
    format: "date-time",
    description:
      "Só o que mudou neste instante ou depois dele. Guarde o instante em que a leitura começou, e envie-o na próxima, menos um minuto",
  });

/** The query of a list that is read by page numbers or by a cursor. */
export const listQuery = <P extends Position, S extends z.ZodRawShape>(
  position: z.ZodType<P>,
  element: z.ZodObject<S>,
) =>
  PageQuery.extend({
    cursor: cursorParam(position).optional(),
    fields: fieldsParam(element).optional(),
  });

/** An element of such a list: whole, or with the members that `fields` names. */
export const elementOf = <S extends z.ZodRawShape>(element: z.ZodObject<S>, name: string) =>
  z.union([element, element.partial().openapi(name)]);

/** The answer of such a list; `total` is counted for page numbers alone. */
export const listOf = <S extends z.ZodType>(element: S) =>
  z.object({ data: z.array(element), pagination: z.union([Pagination, CursorPagination]) });

interface Asked<P> {
  readonly page: number;
  readonly limit: number;
  readonly cursor?: { readonly after: P | null } | undefined;
}

/** How a list is read: a page by its offset with the number of all rows, or the rows after a position. */
interface Readers<R, P> {
  numbered(page: { limit: number; offset: number }): Promise<{ rows: R[]; total: number }>;
  after(page: { limit: number; after: P | null }): Promise<R[]>;
  positionOf(row: R): P;
}

/** The rows of a page, and its pagination. A next cursor is given only where a row follows. */
export async function readPage<R, P extends Position>(
  { page, limit, cursor }: Asked<P>,
  { numbered, after, positionOf: positionOfRow }: Readers<R, P>,
): Promise<{ rows: R[]; pagination: z.infer<typeof Pagination | typeof CursorPagination> }> {
  if (cursor === undefined) {
    const { rows, total } = await numbered(offsetOf({ page, limit }));
    return { rows, pagination: paged(rows, { page, limit }, total).pagination };
  }
  const read = await after({ limit: limit + 1, after: cursor.after });
  const rows = read.slice(0, limit);
  const last = read.length > limit ? rows.at(-1) : undefined;
  const next_cursor = last === undefined ? null : cursorOf(positionOfRow(last));
  return { rows, pagination: { limit, next_cursor } };
}

/** The elements with the wanted members alone; all of them where none are named. */
export const withFields = <T extends object>(
  elements: T[],
  fields: readonly string[] | undefined,
): (T | Partial<T>)[] =>
  fields === undefined
    ? elements
    : elements.map((element) => {
        const members = new Map<string, unknown>(Object.entries(element));
        return trusted<Partial<T>>(
          Object.fromEntries(fields.map((name) => [name, members.get(name)])),
        );
      });
