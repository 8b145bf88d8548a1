import type { z } from "zod";
import type { ListedProductSchema } from "../../http/views/product-view.ts";
import { ask } from "../base/ask.ts";

export type Product = Pick<z.infer<typeof ListedProductSchema>, "code" | "name" | "unit">;

/** Our products by name, code or barcode, for a combobox: at most 20. */
export async function findProducts(text: string, signal: AbortSignal) {
  const found = await ask<{ data: readonly Product[] }>(
    `/api/products?limit=20&fields=code,name,unit&search=${encodeURIComponent(text)}`,
    { signal },
  );
  return found.data.map((one) => ({
    id: one.code,
    text: one.name,
    more: `${one.code} · ${one.unit}`,
    value: one,
  }));
}
