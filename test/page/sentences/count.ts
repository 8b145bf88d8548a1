import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Sentence, World } from "../browser.ts";

/** A count that is open, and its products. */
interface Opened {
  readonly id: string;
  readonly name: string;
  readonly products: readonly {
    readonly code: string;
    readonly name: string;
    readonly barcode: string;
  }[];
}

let made = 0;
const NAMES = [
  "ÁGUA MINERAL 500ML",
  "CAFÉ EM GRÃOS 1KG",
  "BANANA NANICA",
  "ARROZ AGULHINHA TIPO 1 5KG",
];

/** A barcode with its check digit. */
function ean13(twelve: string): string {
  const sum = [...twelve].reduce((all, digit, i) => all + Number(digit) * (i % 2 === 0 ? 1 : 3), 0);
  return twelve + String((10 - (sum % 10)) % 10);
}

/** Opens a count of `many` new products by the API: each sentence has its own, also where they share a service. */
export async function openCount(
  world: World,
  many = 3,
  more: readonly string[] = [],
): Promise<Opened> {
  made += 1;
  const stamp = String(Date.now() % 1e7).padStart(7, "0") + String(made).padStart(2, "0");
  const products = Array.from({ length: many }, (_, i) => ({
    code: `P${stamp}-${i}`,
    name: `${NAMES[i % NAMES.length]} ${stamp}${i}`,
    barcode: ean13(`${stamp}${String(i).padStart(3, "0")}`),
  }));
  for (const product of products) {
    const { status, body } = await world.call("POST", "/api/products", { ...product, unit: "UN" });
    equal(status, 201, JSON.stringify(body));
  }
  const name = `Contagem ${stamp}`;
  const product_codes = [...products.map(({ code }) => code), ...more];
  const { status, body } = await world.call("POST", "/api/counts", {
    name,
    scope: "products",
    product_codes,
  });
  equal(status, 201, JSON.stringify(body));
  return { id: textOf(body, "id"), name, products };
}

/** The first text under a name in an answer. */
function textOf(body: unknown, name: string): string {
  return new RegExp(`"${name}":"([^"]+)"`).exec(JSON.stringify(body))?.[1] ?? "";
}

/** What the server has of a count: the quantity that stands, by product; "?" for codes without one. */
export async function countedOf(world: World, { id }: Opened): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  let cursor = "";
  do {
    const { body } = await world.call("GET", `/api/counts/${id}/lines?limit=100${cursor}`);
    const { data, pagination } = JSON.parse(JSON.stringify(body));
    for (const line of data)
      if (line.undone_at === null) {
        const key = line.product_code ?? "?";
        found[key] = (found[key] ?? 0) + line.quantity;
      }
    cursor = pagination.next_cursor === null ? "" : `&cursor=${pagination.next_cursor}`;
  } while (cursor !== "");
  return found;
}

/** A reader that is a keyboard: every key of a code within 30 ms, and Enter, wherever the focus is. */
export async function scan(page: Page, ...codes: string[]): Promise<void> {
  for (const code of codes) {
    await page.keyboard.type(code);
    await page.keyboard.press("Enter");
  }
}

/** Waits until nothing is left to send. */
export const sent = (page: Page) => page.locator('[data-unsent="0"]').waitFor();

/** Waits until the field is there and this browser knows the products. */
export async function ready(page: Page): Promise<void> {
  await page.getByLabel("Código de barras, código ou nome").waitFor();
  await page
    .getByText("Os nomes dos produtos ainda não estão neste aparelho")
    .waitFor({ state: "hidden" });
}

/** The first answer to lines is lost on its way. A service worker hides such requests from the browser's driver. */
const LOSE_FIRST = `(() => {
  const send = fetch;
  window.fetch = async (path, options) => {
    const answer = await send(path, options);
    if (options?.method !== "POST" || !String(path).endsWith("/lines") || sessionStorage.lost) return answer;
    sessionStorage.lost = options.headers["idempotency-key"];
    throw new TypeError("lost");
  };
})()`;

const CONTROLLED = `(async () => {
  await navigator.serviceWorker.ready;
  while (navigator.serviceWorker.controller === null) await new Promise((resolve) => setTimeout(resolve, 20));
})()`;

/** What Contagem does for who counts. */
export const countSentences: readonly Sentence[] = [
  {
    name: "a reader counts without a touch: the same code adds one, the stepper and a typed quantity correct it",
    async run({ page, open, world, accessible, picture }) {
      const count = await openCount(world);
      const [water, coffee] = count.products;
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      await scan(page, water?.barcode ?? "", water?.barcode ?? "", coffee?.code ?? "");
      await page.getByText("2 produtos · 3 unidades").waitFor();
      const rows = page.getByRole("list", { name: "Produtos contados neste aparelho" });
      match((await rows.getByRole("listitem").first().textContent()) ?? "", /Café em Grãos/);
      await page.getByRole("button", { name: /Um a mais de Água/ }).click();
      // The focus is on a button now; the reader's first key brings it back.
      await scan(page, `12*${water?.barcode}`);
      await page.getByText("2 produtos · 16 unidades").waitFor();
      await rows.getByRole("button", { name: /Café em Grãos.*mudar a quantidade/ }).click();
      await page.getByLabel("Quantidade contada neste aparelho").fill("7891000123456");
      await page.keyboard.press("Enter");
      await page.getByText("Isto parece um código de barras").waitFor();
      await page.getByLabel("Quantidade contada neste aparelho").fill("2,5");
      await page.keyboard.press("Enter");
      await page.getByText("2 produtos · 17,5 unidades").waitFor();
      await page.getByRole("button", { name: /Um a menos de Água/ }).click();
      await sent(page);
      deepEqual(await countedOf(world, count), {
        [water?.code ?? ""]: 14,
        [coffee?.code ?? ""]: 2.5,
      });
      await accessible();
      await picture("count");
    },
  },
  {
    name: "forty codes counted without a network survive a reload and arrive once each when it is back",
    async run({ page, context, open, world, picture }) {
      const count = await openCount(world, 4);
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      await page.evaluate(CONTROLLED);
      await context.setOffline(true);
      const codes = Array.from({ length: 40 }, (_, i) => count.products[i % 4]?.barcode ?? "");
      await scan(page, ...codes.slice(0, 25));
      await page.getByText("Pode continuar contando: tudo fica neste aparelho").waitFor();
      await page.getByText("4 produtos · 25 unidades · 25 a enviar").waitFor();
      await page.reload();
      await page.getByText("4 produtos · 25 unidades · 25 a enviar").waitFor();
      await scan(page, ...codes.slice(25));
      await page.getByText("4 produtos · 40 unidades · 40 a enviar").waitFor();
      await picture("count-offline");
      await page.addInitScript({ content: LOSE_FIRST });
      await page.reload();
      await page.getByText("40 a enviar").waitFor();
      await context.setOffline(false);
      await sent(page);
      match(String(await page.evaluate("sessionStorage.lost")), /^[0-9a-f]{32}$/);
      deepEqual(
        await countedOf(world, count),
        Object.fromEntries(count.products.map(({ code }) => [code, 10])),
      );
    },
  },
  {
    name: "an unknown code is kept aside with its moment, and counts after it was linked to a product",
    async run({ page, open, world, accessible, picture }) {
      const count = await openCount(world);
      const [water] = count.products;
      const strange = ean13(`29${String(Date.now()).slice(-10)}`);
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      await scan(page, strange, strange);
      await page.getByText(`O código ${strange} não está no cadastro.`).waitFor();
      await page.getByRole("heading", { name: "1 código a resolver" }).waitFor();
      await sent(page);
      deepEqual(await countedOf(world, count), { "?": 2 });
      await accessible();
      await picture("count-unknown");
      // The manager sees on the tab that something waits.
      await page.getByRole("link", { name: /^A resolver\s*1$/ }).click();
      await page.getByRole("button", { name: "Ligar a um produto" }).click();
      await page.getByRole("combobox", { name: "Produto" }).fill(water?.code ?? "");
      await page.getByRole("option").first().click();
      await accessible();
      await picture("count-link");
      await page.getByRole("button", { name: "Ligar", exact: true }).click();
      await page.getByText("Nenhum código a resolver.").waitFor();
      await page.getByRole("link", { name: "A resolver", exact: true }).waitFor();
      deepEqual(await countedOf(world, count), { [water?.code ?? ""]: 2 });
      await page.getByRole("link", { name: "Contar" }).click();
      await page.getByText("1 produto · 2 unidades · tudo enviado").waitFor();
    },
  },
  {
    name: "a session that ends in the middle of a count loses nothing",
    async run({ page, context, open, world }) {
      const count = await openCount(world);
      const [water, coffee] = count.products;
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      await scan(page, water?.barcode ?? "");
      await sent(page);
      await context.clearCookies();
      await scan(page, water?.barcode ?? "", coffee?.barcode ?? "");
      const dialog = page.getByRole("dialog", { name: "Sua sessão terminou" });
      await dialog.waitFor();
      // The browser is closed and opened: what was counted is still here.
      await page.reload();
      await page.getByRole("heading", { name: "Entrar" }).waitFor();
      await page.getByLabel("E-mail").fill(world.admin.email);
      await page.getByLabel("Senha", { exact: true }).fill(world.admin.password);
      await page.keyboard.press("Enter");
      await page.getByText("2 produtos · 3 unidades").waitFor();
      await sent(page);
      deepEqual(await countedOf(world, count), {
        [water?.code ?? ""]: 2,
        [coffee?.code ?? ""]: 1,
      });
    },
  },
];
