import { computed } from "@preact/signals";
import { name } from "../base/say.ts";
import { catalogue } from "./catalogue.ts";
import type { Line } from "./database.ts";
import { keyOf } from "./lines.ts";
import { lines } from "./queue.ts";

/** A product, or a code that waits for one, with what this browser has counted of it. */
export interface Item {
  readonly key: string;
  readonly product: string | null;
  /** What was read. */
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly quantity_e4: number;
  readonly aside: Line["aside"];
  readonly unsent: boolean;
  /** A line of it, of which a further one is made. */
  readonly line: Line;
}

let before: ReadonlyMap<string, Item> = new Map();

/** What was counted on this browser, the last touched first. An item that is as before stays the same object: its row is not drawn again. */
export const items = computed<readonly Item[]>(() => {
  const { byCode } = catalogue.value;
  const found = new Map<string, Item>();
  for (const line of lines.value.values()) {
    if (line.gone) continue;
    const key = keyOf(line);
    const product = line.product === null ? undefined : byCode.get(line.product.toUpperCase());
    const code = line.product ?? line.barcode ?? line.code ?? "";
    const sum = found.get(key);
    const newest = sum !== undefined && sum.line.at > line.at ? sum.line : line;
    found.set(key, {
      key,
      product: line.product,
      code,
      name: product === undefined ? code : name(product.name),
      unit: product?.unit ?? "",
      quantity_e4: (sum?.quantity_e4 ?? 0) + line.quantity_e4,
      aside: line.aside ?? sum?.aside ?? null,
      unsent: line.todo !== undefined || sum?.unsent === true,
      line: newest,
    });
  }
  const now = new Map([...found].map(([key, item]) => [key, asBefore(item)]));
  before = now;
  return [...now.values()].sort((a, b) =>
    a.line.at < b.line.at ? 1 : a.line.at > b.line.at ? -1 : b.line.id - a.line.id,
  );
});

function asBefore(item: Item): Item {
  const last = before.get(item.key);
  const isSame =
    last !== undefined &&
    last.quantity_e4 === item.quantity_e4 &&
    last.unsent === item.unsent &&
    last.aside === item.aside &&
    last.name === item.name &&
    last.line === item.line;
  return isSame && last !== undefined ? last : item;
}

/** Products, and codes without one. */
export const productItems = computed(() => items.value.filter(({ product }) => product !== null));
export const asideItems = computed(() => items.value.filter(({ product }) => product === null));

/** Units of all products here, 1/10⁴. */
export const unitsHere = computed(() =>
  productItems.value.reduce((sum, { quantity_e4 }) => sum + quantity_e4, 0),
);

/** Lines of this count that the service has not answered to yet; known with the items, and not a moment later. */
export const unsentHere = computed(
  () => [...lines.value.values()].filter(({ todo }) => todo !== undefined).length,
);

/** Lines of this browser that stand. */
export const linesHere = computed(
  () => [...lines.value.values()].filter(({ gone }) => !gone).length,
);

/** What this browser has not sent of each product or code: what a refusal leaves here, 1/10⁴. */
export const unsentItems = computed<
  readonly Pick<Item, "key" | "name" | "code" | "unit" | "quantity_e4">[]
>(() => {
  const sums = new Map<string, number>();
  for (const line of lines.value.values())
    if (line.line === null && !line.gone)
      sums.set(keyOf(line), (sums.get(keyOf(line)) ?? 0) + line.quantity_e4);
  return items.value.flatMap(({ key, name: text, code, unit }) => {
    const quantity_e4 = sums.get(key);
    return quantity_e4 === undefined ? [] : [{ key, name: text, code, unit, quantity_e4 }];
  });
});
