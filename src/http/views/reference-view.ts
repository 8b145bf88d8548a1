import { z } from "@hono/zod-openapi";
import type { NoteRow, ReferringNote } from "../../ingest/search/notes.ts";
import type { NoteStatus } from "../../lib/note-status.ts";
import { NoteStatusEnum } from "../schemas.ts";

/** A note that this one refers to, as a whole (`items` is empty) or by items; `status` is null when it is not registered. */
export const ReferenceSchema = z.object({
  access_key: z.string(),
  status: NoteStatusEnum.nullable(),
  items: z.array(z.object({ n_item: z.int(), original_n_item: z.int().nullable() })),
});

export function referencesView(
  note: NoteRow,
  statuses: ReadonlyMap<string, NoteStatus>,
): z.infer<typeof ReferenceSchema>[] {
  const byKey = Map.groupBy(note.referenced ?? [], ({ key }) => key);
  return [...byKey].map(([key, references]) => ({
    access_key: key,
    status: statuses.get(key) ?? null,
    items: references.flatMap(({ n_item, original }) =>
      n_item === null ? [] : [{ n_item, original_n_item: original }],
    ),
  }));
}

/** A note that refers to this one, with its items and those of this one that they name. */
export const ReferringSchema = z.object({
  access_key: z.string(),
  status: NoteStatusEnum,
  items: z.array(z.object({ n_item: z.int(), original_n_item: z.int().nullable() })),
});

export const referringView = (
  accessKey: string,
  { key, status, referenced }: ReferringNote,
): z.infer<typeof ReferringSchema> => ({
  access_key: key,
  status,
  items: (referenced ?? []).flatMap((one) =>
    one.key !== accessKey || one.n_item === null
      ? []
      : [{ n_item: one.n_item, original_n_item: one.original }],
  ),
});
