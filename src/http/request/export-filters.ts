import { z } from "@hono/zod-openapi";
import { DIALECTS } from "../../export/csv.ts";
import type { ExportType } from "../../export/files/request-export.ts";
import { type InventoryMoment, inventoryMoment } from "../../export/sheets/inventory.ts";
import type { LotsOnDay } from "../../export/sheets/lots.ts";
import type { NfeFilter } from "../../export/sheets/nfes.ts";
import { addDays, zoneOffset } from "../../lib/days.ts";
import { isAccessKeyShape, withoutPrintMarks } from "../../nfe/access-key.ts";
import type { Ports } from "../../ports/ports.ts";
import type { MovementFilter } from "../../stock/reports/ledger.ts";
import type { LevelFilter } from "../../stock/reports/levels.ts";
import type { SupplierItemFilter } from "../../stock/supplier-items/supplier-items.ts";
import { dayRange, endOf, plainDays } from "../days.ts";
import {
  codeText,
  Day,
  DayOrInstant,
  DirectionEnum,
  daysOf,
  Flag,
  NoteStatusEnum,
  text,
  wholeNumber,
} from "../schemas.ts";
import { LowFlag, PRODUCT_WORDS } from "./level-query.ts";
import { UpdatedAfter } from "./list-page.ts";
import { SupplierId } from "./supplier-id.ts";

export const DialectSchema = z.enum(DIALECTS).default("br").openapi({
  description: "br: BOM, `;`, vírgula decimal (abre no Excel). rfc4180: sem BOM, `,`, ponto",
});

/** Filters of movements, in a query and in a body. */
export const MovementFilters = z.object({
  product_code: codeText(120).optional(),
  type: z.enum(["ENTRADA", "SAIDA"]).optional(),
  ...daysOf("da movimentação"),
  origin: text(40).optional(),
  reference: text(120).optional(),
});

/** Filters of the stock in a JSON body. */
export const StockFilters = z.object({
  search: text(120).optional().openapi({ description: PRODUCT_WORDS }),
  category_id: z.int().min(1).optional(),
  low: z.boolean().optional(),
});

/** The same filters in a query, where values are text. */
export const StockQuery = StockFilters.extend({
  category_id: wholeNumber(1).optional(),
  low: LowFlag.optional(),
});

/** Filters of notes, in a query and in a body. */
export const NfeFilters = z.object({
  status: NoteStatusEnum.optional(),
  direction: DirectionEnum.optional(),
  supplier: text(120).optional().openapi({
    description: "CNPJ ou CPF do emitente, inteiro ou em parte, ou palavras do nome",
  }),
  search: text(120).optional().openapi({
    description: "Chave de acesso (inteira ou em parte), número, CNPJ ou palavras do nome",
  }),
  ...daysOf("da emissão"),
  product_code: codeText(120).optional(),
});

/** The same filters in a query, and since when. */
export const NfeQuery = NfeFilters.extend({
  held: Flag.optional().openapi({ description: "true: com pendência; false: sem nenhuma" }),
  updated_after: UpdatedAfter.optional(),
});

/** The moment of an inventory, in a query and in a body. */
export const InventoryFilters = z.object({
  date: Day.openapi({ description: "O inventário ao fim deste dia, no fuso da empresa" }),
  known_at: DayOrInstant.optional().openapi({
    description: "Como era conhecido até o fim deste dia, ou antes deste instante",
  }),
});

/** Filters of supplier items, in a query and in a body. */
export const SupplierItemFilters = z.object({
  supplier_cnpj: SupplierId.optional(),
  product_code: codeText(120).optional(),
});

/** The same filters in a query, and since when. */
export const SupplierItemQuery = SupplierItemFilters.extend({
  updated_after: UpdatedAfter.optional(),
});

export const supplierItemFilterOf = (
  filters: z.infer<typeof SupplierItemFilters> & Partial<z.infer<typeof SupplierItemQuery>>,
): SupplierItemFilter => ({
  supplier: filters.supplier_cnpj,
  product: filters.product_code,
  updatedAfter: filters.updated_after,
});

/** Most days that a list of lots may look ahead: a hundred years. */
const MOST_DAYS = 36_500;

/** Filters of lots in a JSON body. */
export const LotFilters = z.object({
  expiring_within: z.int().min(0).max(MOST_DAYS).optional(),
  expired: z.boolean().optional(),
  product_code: codeText(120).optional(),
});

/** The same filters in a query, where values are text. */
export const LotQuery = LotFilters.extend({
  expiring_within: wholeNumber(0, MOST_DAYS).optional(),
  expired: Flag.optional(),
});

/** The filter of lots on a day (YYYY-MM-DD) of the company. */
export function lotFilterOf(
  { expiring_within, expired, product_code }: z.infer<typeof LotFilters>,
  today: string,
): LotsOnDay {
  const ahead = expiring_within === undefined ? undefined : addDays(today, expiring_within + 1);
  return {
    today,
    product: product_code || undefined,
    // What has expired is not about to expire: `expired=true` alone shows it, or beside what is about to.
    from: expired === false || (expired === undefined && ahead !== undefined) ? today : undefined,
    until: ahead ?? (expired === true ? today : undefined),
  };
}

/** The reference to look for; an access key is accepted in any spelling that a DANFE prints. */
export function referenceOf(text: string | undefined): string | undefined {
  const plain = withoutPrintMarks(text ?? "");
  return isAccessKeyShape(plain) ? plain : text?.replace(/^NFe(?=\d{6})/, "");
}

/** The filter of the ledger; days begin in the company's time zone. */
export const movementFilterOf = (
  filters: z.infer<typeof MovementFilters>,
  timeZone: string,
): MovementFilter => ({
  product: filters.product_code,
  type: filters.type,
  origin: filters.origin?.toUpperCase(),
  reference: referenceOf(filters.reference),
  ...dayRange(filters, timeZone),
});

export const levelFilterOf = ({
  search,
  category_id: categoryId,
  low,
}: z.infer<typeof StockFilters>): LevelFilter => ({ search, categoryId, low });

/** The filter of the notes; days of issue begin in the company's time zone. */
export const nfeFilterOf = (
  filters: z.infer<typeof NfeFilters> & Partial<z.infer<typeof NfeQuery>>,
  timeZone: string,
): NfeFilter => ({
  status: filters.status,
  direction: filters.direction,
  held: filters.held,
  supplier: filters.supplier,
  search: filters.search,
  product: filters.product_code,
  updatedAfter: filters.updated_after,
  ...dayRange(filters, timeZone),
  ...plainDays(filters),
});

/** The moment of an inventory; fails as `inventoryMoment` does. */
export const inventoryMomentOf = (
  ports: Pick<Ports, "reader" | "clock">,
  company: number,
  filters: z.infer<typeof InventoryFilters>,
  timeZone: string,
  signal?: AbortSignal,
): Promise<InventoryMoment> =>
  inventoryMoment(
    ports,
    company,
    { day: filters.date, knownAt: endOf(filters.known_at, timeZone), timeZone },
    signal,
  );

const FILE_NAMES: Readonly<Record<ExportType | "completeness" | "audit", string>> = {
  stock: "estoque",
  movements: "movimentacoes",
  nfes: "notas",
  "nfe-items": "itens-das-notas",
  inventory: "inventario",
  "supplier-items": "de-para",
  lots: "lotes",
  completeness: "completude",
  audit: "auditoria",
};

/** The Content-Disposition of a CSV made at `at` (ms UTC), named in the company's time: `estoque_20261123_141500.csv`. */
export function attachment(type: keyof typeof FILE_NAMES, at: number, timeZone: string): string {
  const local = new Date(at + zoneOffset(timeZone)(at)).toISOString();
  const [day, time] = local.slice(0, 19).replaceAll(/[-:]/g, "").split("T");
  return `attachment; filename="${FILE_NAMES[type]}_${day}_${time}.csv"`;
}
