import { signal } from "@preact/signals";
import type { z } from "zod";
import type { ListedProductSchema } from "../../http/views/product-view.ts";
import { ask } from "../base/ask.ts";
import { plain } from "../base/say.ts";
import { keep, kept } from "./database.ts";

type Listed = z.infer<typeof ListedProductSchema>;

/** A product as the count needs it without a network. */
export type Product = Pick<
  Listed,
  "code" | "name" | "unit" | "barcode" | "category_id" | "location"
>;

interface Kept {
  readonly at: number;
  readonly products: readonly Product[];
  readonly whole: boolean;
}

const FIELDS = "code,name,unit,barcode,category_id,location";
/** Products that a browser keeps; a code of another one is looked up when its line has been sent. */
const MOST_PRODUCTS = 20_000;
const PAGE_ROWS = 100;
const FRESH_MS = 15 * 60_000;
const SUGGESTIONS = 6;

/** The products of this company on this browser. `at` 0: never read. */
export interface Catalogue {
  readonly at: number;
  readonly whole: boolean;
  readonly products: readonly Product[];
  readonly byCode: ReadonlyMap<string, Product>;
  readonly byBarcode: ReadonlyMap<string, readonly Product[]>;
}

const indexed = ({ at, whole, products }: Kept): Catalogue => {
  const byBarcode = new Map<string, Product[]>();
  for (const product of products) {
    const code = bare(product.barcode ?? "");
    if (code !== "") byBarcode.set(code, [...(byBarcode.get(code) ?? []), product]);
  }
  const byCode = new Map(products.map((product) => [product.code.toUpperCase(), product]));
  return { at, whole, products, byCode, byBarcode };
};

const NONE = indexed({ at: 0, whole: false, products: [] });
export const catalogue = signal<Catalogue>(NONE);

/** A barcode without leading zeros: a reader writes a UPC with 12 or with 13 digits. */
const bare = (code: string): string => (/^\d{8,14}$/.test(code) ? code.replace(/^0+/, "") : code);

let whose = "";
let reading: Promise<void> | null = null;

/** Shows what this browser keeps of the products, and reads them again when that is old. Without a network the old ones stay. */
export function readCatalogue(owner: string): Promise<void> {
  reading ??= readNow(owner).finally(() => {
    reading = null;
  });
  return reading;
}

async function readNow(owner: string): Promise<void> {
  const name = `${owner}|products`;
  if (whose !== owner) {
    catalogue.value = indexed((await kept<Kept>(name)) ?? NONE);
    whose = owner;
  }
  if (Date.now() - catalogue.value.at < FRESH_MS) return;
  const products: Product[] = [];
  let cursor: string | null = "start";
  while (cursor !== null && products.length < MOST_PRODUCTS) {
    const page: { data: Product[]; pagination: { next_cursor: string | null } } = await ask(
      `/api/products?fields=${FIELDS}&limit=${PAGE_ROWS}&cursor=${encodeURIComponent(cursor)}`,
    );
    products.push(...page.data);
    cursor = page.pagination.next_cursor;
    // The first ones can be counted while the rest is on its way; all are indexed again only when they are twice as many.
    if (catalogue.value.at === 0 && products.length >= 2 * catalogue.value.products.length)
      catalogue.value = indexed({ at: 0, whole: false, products: [...products] });
  }
  const read = { at: Date.now(), whole: cursor === null, products };
  catalogue.value = indexed(read);
  await keep(name, read);
}

/** Removes what is in memory of a company. */
export function forgetCatalogue(): void {
  whose = "";
  catalogue.value = NONE;
}

/** A product that the server knows and this browser did not. */
export async function learn(code: string): Promise<void> {
  if (catalogue.value.byCode.has(code.toUpperCase())) return;
  const product = await ask<Product>(`/api/products/${encodeURIComponent(code)}`);
  const { at, whole, products } = catalogue.value;
  catalogue.value = indexed({ at, whole, products: [...products, product] });
}

/** The products of a code: one, several with the same barcode, or none. */
export function productsOf(text: string): readonly Product[] {
  const { byCode, byBarcode } = catalogue.value;
  const own = byCode.get(text.toUpperCase());
  return own === undefined ? (byBarcode.get(bare(text)) ?? []) : [own];
}

/** Products whose name or code has all the words of a text; the first six. */
export function suggestions(text: string): readonly Product[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found: Product[] = [];
  for (const product of catalogue.value.products) {
    const own = plain(`${product.name} ${product.code}`);
    if (words.every((word) => own.includes(word))) found.push(product);
    if (found.length === SUGGESTIONS) break;
  }
  return found;
}
