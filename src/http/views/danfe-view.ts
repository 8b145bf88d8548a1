import { z } from "@hono/zod-openapi";
import type { Block, Cell, Danfe } from "../../danfe/model.ts";

const AlignEnum = z.enum(["left", "center", "right"]);
const CellSchema = z.object({
  label: z.string(),
  text: z.string(),
  share: z.number(),
  align: AlignEnum,
});
const RowSchema = z.array(CellSchema.openapi("DanfeCell"));
const BlockSchema = z.object({ title: z.string(), rows: z.array(RowSchema) }).openapi("DanfeBlock");

export const DanfeSchema = z
  .object({
    access_key: z.string(),
    model: z.enum(["55", "65"]),
    title: z.string(),
    subtitle: z.string(),
    key_text: z.string().openapi({ description: "A chave em grupos de quatro" }),
    barcode: z.array(z.int()).openapi({
      description:
        "Code 128 da chave: larguras de barras e espaços, em módulos, a começar por uma barra; deixe 10 módulos em branco de cada lado",
    }),
    marks: z.array(z.string()).openapi({
      description: "Em toda folha, na diagonal: CANCELADA, SEM VALOR FISCAL, USO DENEGADO",
    }),
    notices: z.array(z.string()),
    operation: z.object({ code: z.string(), text: z.string() }),
    number: z.string(),
    series: z.string(),
    issuer: z.object({ name: z.string(), lines: z.array(z.string()) }),
    receipt: z.string(),
    head: z.array(RowSchema),
    blocks: z.array(BlockSchema).openapi({ description: "Antes dos itens, na ordem da folha" }),
    columns: z.array(z.object({ label: z.string(), share: z.number(), align: AlignEnum })),
    items: z.array(z.object({ cells: z.array(z.string()), notes: z.array(z.string()) })),
    after: z.array(BlockSchema).openapi({ description: "Depois dos itens" }),
    additional: z.array(z.string()),
  })
  .openapi("Danfe", {
    description:
      "A nota como folha: textos já no formato em que se imprimem. share é a parte da largura da linha",
  });

const rowsOf = (rows: readonly (readonly Cell[])[]) => rows.map((cells) => [...cells]);
const blocksOf = (blocks: readonly Block[]) =>
  blocks.map(({ title, rows }) => ({ title, rows: rowsOf(rows) }));

/** A DANFE as JSON: the texts that its PDF has. */
export const danfeView = (danfe: Danfe): z.infer<typeof DanfeSchema> => ({
  access_key: danfe.accessKey,
  model: danfe.model,
  title: danfe.title,
  subtitle: danfe.subtitle,
  key_text: danfe.keyText,
  barcode: [...danfe.barcode],
  marks: [...danfe.marks],
  notices: [...danfe.notices],
  operation: danfe.operation,
  number: danfe.number,
  series: danfe.series,
  issuer: { name: danfe.issuer.name, lines: [...danfe.issuer.lines] },
  receipt: danfe.receipt,
  head: rowsOf(danfe.head),
  blocks: blocksOf(danfe.blocks),
  columns: [...danfe.columns],
  items: danfe.items.map(({ cells, notes }) => ({ cells: [...cells], notes: [...notes] })),
  after: blocksOf(danfe.after),
  additional: [...danfe.additional],
});
