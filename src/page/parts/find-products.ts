import { ask } from "../base/ask.ts";
import { name } from "../base/say.ts";
import type { Option } from "./combobox.tsx";

/** What a choice of a product shows. */
export interface FoundProduct {
  readonly code: string;
  readonly name: string;
  readonly unit: string;
}

/** Finds our products by name, code or barcode for a Combobox: at most 20. `more`: members that the view wants besides. */
export const productsBy =
  <P extends FoundProduct = FoundProduct>(
    ...more: readonly Exclude<keyof P & string, keyof FoundProduct>[]
  ) =>
  async (text: string, signal: AbortSignal): Promise<readonly Option<P>[]> => {
    const fields = ["code", "name", "unit", ...more].join(",");
    const { data } = await ask<{ readonly data: readonly P[] }>(
      `/api/products?cursor=start&limit=20&fields=${fields}&search=${encodeURIComponent(text)}`,
      { signal },
    );
    return data.map((value) => ({
      id: value.code,
      text: name(value.name),
      more: `${value.code} · ${value.unit}`,
      value,
    }));
  };

/** The same with what every choice shows, and no more. */
export const findProducts = productsBy();
