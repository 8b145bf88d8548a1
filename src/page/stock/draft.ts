import { figureOf } from "../parts/field.tsx";
import type { Product } from "./answers.ts";
import { typed } from "./figures.ts";

/** What is typed about a product; figures as they are written in Brazil. */
export interface Draft {
  isNew: boolean;
  code: string;
  name: string;
  unit: string;
  barcode: string;
  ncm: string;
  category_id: string;
  location: string;
  min_stock: string;
  max_stock: string;
  sale_price: string;
}

type Name = Exclude<keyof Draft, "isNew">;

/** The fields in their order. `most`: letters. */
export const FIELDS: readonly {
  readonly name: Name;
  readonly label: string;
  readonly kind: "text" | "figure" | "category";
  readonly wanted?: true;
  readonly most?: number;
}[] = [
  { name: "code", label: "Código", kind: "text", wanted: true, most: 120 },
  { name: "name", label: "Nome", kind: "text", wanted: true, most: 191 },
  { name: "unit", label: "Unidade", kind: "text", wanted: true, most: 20 },
  { name: "barcode", label: "Código de barras (GTIN)", kind: "text", most: 60 },
  { name: "min_stock", label: "Estoque mínimo", kind: "figure" },
  { name: "max_stock", label: "Estoque máximo", kind: "figure" },
  { name: "sale_price", label: "Preço de venda", kind: "figure" },
  { name: "location", label: "Local", kind: "text", most: 120 },
  { name: "category_id", label: "Categoria", kind: "category" },
  { name: "ncm", label: "NCM", kind: "text", most: 8 },
];

const EMPTY: Omit<Draft, "isNew" | "barcode"> = {
  code: "",
  name: "",
  unit: "UN",
  ncm: "",
  category_id: "",
  location: "",
  min_stock: "",
  max_stock: "",
  sale_price: "",
};

/** A product as it is typed; null: a new one, with the barcode that was looked for. */
export const draftOf = (product: Product | null, barcode: string): Draft =>
  product === null
    ? { ...EMPTY, isNew: true, barcode }
    : {
        isNew: false,
        code: product.code,
        name: product.name,
        unit: product.unit,
        barcode: product.barcode ?? "",
        ncm: product.ncm ?? "",
        category_id: product.category_id === null ? "" : String(product.category_id),
        location: product.location ?? "",
        min_stock: typed(product.min_stock),
        max_stock: typed(product.max_stock),
        // 0 is a product without a price.
        sale_price: product.sale_price === 0 ? "" : typed(product.sale_price),
      };

/** What goes to the API: of a new product everything that is there, of another what differs from it; an emptied field is null. */
export function bodyOf(base: Product | null, draft: Draft): Record<string, unknown> {
  const before = draftOf(base, "");
  const body: Record<string, unknown> = {};
  for (const { name, kind } of FIELDS) {
    const value = draft[name].trim();
    if (base === null ? value === "" : value === before[name]) continue;
    if (value === "") body[name] = null;
    else if (kind === "figure") body[name] = figureOf(value);
    else body[name] = kind === "category" ? Number(value) : value;
  }
  return body;
}

/** What another person has changed, one sentence each, with what was typed here where both changed the same. */
export function changedElsewhere(before: Product, now: Product, draft: Draft): readonly string[] {
  const [old, fresh] = [draftOf(before, ""), draftOf(now, "")];
  return FIELDS.filter(({ name }) => old[name] !== fresh[name]).map(({ name, label, kind }) => {
    const shown = kind === "category" ? now.category_name : fresh[name] || "vazio";
    const mine = draft[name] !== old[name] && draft[name] !== fresh[name];
    if (mine && kind !== "category")
      return `${label}: agora ${shown}; você escreveu ${draft[name] || "vazio"}`;
    return `${label}: agora ${shown}${mine ? "" : " (já está no campo)"}`;
  });
}
