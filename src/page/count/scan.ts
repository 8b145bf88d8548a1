import { signal } from "@preact/signals";
import type { z } from "zod";
import type { CountSchema } from "../../http/views/count-view.ts";
import { toScaled } from "../../lib/decimal.ts";
import { notify } from "../base/notices.ts";
import { name } from "../base/say.ts";
import { type Product, productsOf, suggestions } from "./catalogue.ts";
import { tell } from "./feedback.ts";
import type { Item } from "./items.ts";
import { items } from "./items.ts";
import { addLine, type Changed, type Counted, keyOf, setTotal } from "./lines.ts";
import { changed, mineOf, owner, sendSoon } from "./queue.ts";

export type Count = z.infer<typeof CountSchema>;

/** What was counted last, shown large. `quantity_e4`: all of it on this browser. */
export const last = signal<{
  readonly key: string;
  readonly known: boolean;
  readonly text: string;
  readonly n: number;
} | null>(null);

/** More than this is a barcode that was read into the field of a quantity. */
const MOST_E4 = 9_999_999 * 10_000;
const ONE_E4 = 10_000;
const DEVICE = "sge.device";

/** This browser's name in the lines, so that two people know whose line it is. */
function device(): string {
  const known = localStorage.getItem(DEVICE);
  if (known !== null) return known;
  const [number = 0] = crypto.getRandomValues(new Uint16Array(1));
  const made = `${matchMedia("(pointer: coarse)").matches ? "Celular" : "Computador"} ${number}`;
  localStorage.setItem(DEVICE, made);
  return made;
}

/** A quantity as it is typed (1.234,5), in 1/10⁴; null: it is none, or too large. */
export function quantityOf(figure: string | null): number | null {
  if (figure === null) return null;
  const read = toScaled(figure, 4);
  return read.ok && read.value <= MOST_E4 ? read.value : null;
}

/** `12*7891000000012` and `12x…` count twelve at once. */
const TIMES = /^(\d{1,7}(?:,\d{1,4})?)\s*[*x]\s*(\S.*)$/i;

/** One after the other, in the order of reading, however fast they come. */
let work: Promise<unknown> = Promise.resolve();
function inOrder<T>(act: () => Promise<T>): Promise<T> {
  const next = work.then(act);
  work = next.catch(() => {
    tell(false);
    notify("Este navegador não deixou salvar a contagem. Confira o espaço livre do aparelho.", {
      tone: "bad",
    });
  });
  return next;
}

const isOutside = (count: Count, product: Product): boolean =>
  (count.scope === "category" && product.category_id !== count.category_id) ||
  (count.scope === "location" && product.location !== count.location);

/** What a text names: the product of a code, or a code that waits for one. */
function countedOf(count: Count, text: string, mine: string): Counted {
  const [product, more] = productsOf(text);
  const base = { mine, count: count.id, device: device() };
  const unknown = /^\d{8,14}$/.test(text)
    ? { code: null, barcode: text }
    : { code: text, barcode: null };
  if (product === undefined) return { ...base, ...unknown, product: null, aside: "unknown" };
  if (more !== undefined) return { ...base, ...unknown, product: null, aside: "ambiguous" };
  const known = { code: product.code, barcode: null };
  return isOutside(count, product)
    ? { ...base, ...known, product: null, aside: "outside" }
    : { ...base, ...known, product: product.code, aside: null };
}

/**
 * Counts what a reader or a person has typed. Gives false where the text is a part of the names of several products: one must be
 * chosen.
 */
export function count(of: Count, typed: string): boolean {
  const text = typed.trim().slice(0, 60);
  const [, times, rest = ""] = (productsOf(text).length === 0 && TIMES.exec(text)) || [];
  const wanted = times === undefined ? text : rest;
  const quantity = times === undefined ? ONE_E4 : quantityOf(times.replace(",", "."));
  if (wanted === "" || quantity === null) return false;
  if (productsOf(wanted).length === 0 && /\p{L}/u.test(wanted)) {
    const [only, more] = suggestions(wanted);
    if (more !== undefined) return false;
    if (only !== undefined)
      return count(of, `${times === undefined ? "" : `${times}*`}${only.code}`);
  }
  void add(of, wanted, quantity);
  return true;
}

function add(of: Count, text: string, quantity: number): Promise<void> {
  const person = owner.value;
  if (person === null) return Promise.resolve();
  return inOrder(async () => {
    const what = countedOf(of, text, mineOf(person, of.id));
    took(what, await addLine(what, quantity));
  });
}

/** After a line is on the disk: shown, signalled by sound, and sent soon. */
function took(what: Counted, change: Changed): void {
  changed(change);
  const key = keyOf(what);
  const item = items.value.find((one) => one.key === key);
  const known = what.product !== null;
  last.value = {
    key,
    known,
    text: known ? (item?.name ?? "") : sentenceOf(what, text(what)),
    n: (last.value?.n ?? 0) + 1,
  };
  tell(known);
  sendSoon();
}

const text = (what: Pick<Counted, "code" | "barcode">): string => what.barcode ?? what.code ?? "";

/** Why a code does not count yet. */
export function sentenceOf({ aside }: Pick<Counted, "aside">, code: string): string {
  if (aside === "outside") {
    const [product] = productsOf(code);
    return `${name(product?.name ?? code)} não é desta contagem. Fica em “A resolver”.`;
  }
  if (aside === "ambiguous")
    return `Mais de um produto tem o código ${code}. Fica em “A resolver” até alguém escolher.`;
  return `O código ${code} não está no cadastro. Fica em “A resolver”, para ligar a um produto depois.`;
}

/** Counts so much of an item on this browser, in 1/10⁴; null: it counts no more. */
export function countTo(item: Item, quantity_e4: number | null): Promise<void> {
  return inOrder(async () => {
    const change = await setTotal({ ...item.line, device: device() }, item.key, quantity_e4);
    changed(change);
    sendSoon();
  });
}

/** One more or one less of an item, never less than none. Taps that come before the first is on the disk count too. */
export const step = (item: Item, by: 1 | -1): Promise<void> =>
  inOrder(async () => {
    const what = { ...item.line, device: device() };
    const now = items.value.find(({ key }) => key === item.key)?.quantity_e4 ?? 0;
    const less = () => setTotal(what, item.key, Math.max(0, now - ONE_E4));
    changed(await (by === 1 ? addLine(what, ONE_E4) : less()));
    sendSoon();
  });
