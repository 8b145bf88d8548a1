import { deepEqual, equal, match } from "node:assert/strict";
import type { Sentence } from "../browser.ts";
import { SHOWN } from "../video.ts";
import { countedOf, openCount, ready, scan, sent } from "./count.ts";

/** Which rows change what they show from now on, by their keys. */
const WATCH_ROWS = `(() => {
  globalThis.drawnRows = new Set();
  new MutationObserver((changes) => {
    for (const { target } of changes)
      { const row = (target.parentElement ?? target).closest("[data-key]"); if (row !== null && target.className !== "count-rows") drawnRows.add(row.dataset.key); }
  }).observe(document.querySelector(".count-rows"), { subtree: true, characterData: true, childList: true });
})()`;

/** What a browser lacks on http in a shop's own network; counts the tones that are played. */
const NOT_SECURE = `(() => {
  Object.defineProperty(Navigator.prototype, "mediaDevices", { value: undefined });
  delete Navigator.prototype.serviceWorker;
  delete Crypto.prototype.randomUUID;
  globalThis.sounds = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) { sounds += 1; return start.apply(this, given); };
})()`;

/** What Contagem does for several people, and at the end of a count. */
export const countReviewSentences: readonly Sentence[] = [
  {
    name: "two devices add up in one count, and the review shows counted, balance, difference and value",
    async run({ page, context, open, world, accessible, picture }) {
      const count = await openCount(world);
      const [water, coffee, banana] = count.products;
      for (const { code } of count.products)
        await world.call("POST", "/api/movements", {
          product_code: code,
          type: "ENTRADA",
          quantity: 10,
          unit_cost: "2.5",
          origin: "MANUAL",
        });
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      const device = await context.browser()?.newContext({ locale: "pt-BR" });
      await device?.addCookies(await context.cookies());
      const other = (await device?.newPage()) ?? page;
      await other.goto(`${world.url}/contagem?contagem=${count.id}`);
      await ready(other);
      await scan(page, `4*${water?.code}`, `10*${coffee?.code}`);
      await page.getByText("2 produtos · 14 unidades").waitFor();
      await sent(page);
      await scan(other, `5*${water?.barcode}`);
      await other.getByText("1 produto · 5 unidades").waitFor();
      await sent(other);
      await other.getByText("Com todos os aparelhos: 2 produtos em 3 registros").waitFor();
      await device?.close();
      deepEqual(await countedOf(world, count), {
        [water?.code ?? ""]: 9,
        [coffee?.code ?? ""]: 10,
      });
      await page.getByRole("link", { name: "Conferência" }).click();
      const row = page
        .getByRole("table", { name: "Produtos contados" })
        .getByRole("row", { name: new RegExp(water?.code ?? "") });
      match((await row.textContent()) ?? "", /9\s*UN\s*10\s*UN\s*-1\s*UN\s*-R\$\s*2,50/);
      await accessible();
      await picture("count-review");
      await row.getByRole("button").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("4 UN").waitFor();
      equal(await dialog.getByRole("button", { name: "Desfazer" }).count(), 2);
      await accessible();
      await picture("count-lines");
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: /Sem contagem/ }).click();
      await page.getByText(banana?.code ?? "").waitFor();
      await page.getByRole("button", { name: "Ajustar o estoque" }).click();
      await dialog.getByRole("button", { name: "Ajustar o estoque" }).click();
      await dialog.getByText("Escreva o motivo").waitFor();
      const effect = dialog.getByRole("status");
      match((await effect.textContent()) ?? "", /saem R\$\s2,50 de falta \(1 produto\)\.$/);
      await dialog.getByRole("radio", { name: "Passa a zero" }).check();
      await effect
        .getByText(/Saem também R\$\s25,00 de 1 produto sem contagem, que passa a zero\.$/)
        .waitFor();
      await dialog.getByLabel(/Motivo/).fill("contagem do mês");
      await accessible();
      await picture("count-close");
      await dialog.getByRole("button", { name: "Ajustar o estoque" }).click();
      await page.getByText("Encerrada", { exact: true }).waitFor();
      const { body } = await world.call("GET", `/api/stock/${banana?.code}`);
      match(JSON.stringify(body), /"quantity":0\b/);
    },
  },
  {
    name: "a count that was closed meanwhile takes no line, and what is on the device is shown until a person discards it",
    async run({ page, context, open, world, accessible, picture }) {
      const count = await openCount(world);
      const [water] = count.products;
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      await context.setOffline(true);
      await scan(page, water?.barcode ?? "");
      await page.getByText("1 produto · 1 unidade · 1 a enviar").waitFor();
      await world.call("POST", `/api/counts/${count.id}/cancel`, { reason: "começou errada" });
      await context.setOffline(false);
      const refused = page.getByRole("region", { name: "O que não foi aceito" });
      await refused.getByText("Esta contagem foi cancelada. 1 registro deste aparelho").waitFor();
      await refused
        .getByRole("listitem")
        .getByText(water?.code ?? "")
        .waitFor();
      // It would never be taken.
      equal(await page.getByRole("button", { name: "Tentar de novo" }).count(), 0);
      await page.getByText("Nenhum produto foi contado.", { exact: true }).waitFor();
      await accessible();
      await picture("count-refused");
      await page.getByRole("button", { name: "Descartar" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Descartar" }).click();
      await refused.waitFor({ state: "hidden" });
      deepEqual(await countedOf(world, count), {});
    },
  },
  {
    name: "a long count draws its hundred last rows, and a further code draws one of them again",
    async run({ page, open, world, accessible }) {
      const count = await openCount(world, 130);
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      await scan(page, ...count.products.map(({ barcode }) => barcode));
      await page.getByText("130 produtos · 130 unidades").waitFor();
      await sent(page);
      await page.getByText("Os 100 últimos.").waitFor();
      const rows = page.getByRole("list", { name: "Produtos contados neste aparelho" });
      equal(await rows.getByRole("listitem").count(), 100);
      await page.evaluate(WATCH_ROWS);
      await scan(page, count.products[100]?.code ?? "");
      await page.getByText("130 produtos · 131 unidades").waitFor();
      await sent(page);
      deepEqual(await page.evaluate("[...drawnRows]"), [count.products[100]?.code]);
      equal(
        await rows.getByRole("listitem").first().getAttribute("data-key"),
        count.products[100]?.code,
      );
      await accessible();
    },
  },
  {
    name: "an address that is not secure counts by reader and by hand, and stays silent when the sound is off",
    async run({ page, open, world, accessible, picture }) {
      await page.addInitScript({ content: NOT_SECURE });
      const count = await openCount(world);
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      await page.getByText("A câmera só funciona num endereço seguro (https).").waitFor();
      await page.getByRole("button", { name: "Desligar o som" }).click();
      await scan(page, count.products[0]?.barcode ?? "");
      await page.getByText("1 produto · 1 unidade").waitFor();
      equal(await page.evaluate("sounds"), 0);
      await page.getByRole("button", { name: "Ligar o som" }).click();
      await scan(page, count.products[2]?.name.toLowerCase() ?? "");
      await page.getByText("2 produtos · 2 unidades").waitFor();
      equal(await page.evaluate("sounds > 0"), true);
      await sent(page);
      await accessible();
      await picture("count-not-secure");
    },
  },
  {
    name: "leaving with lines that were not sent asks first",
    async run({ page, context, open, world, picture }) {
      const count = await openCount(world);
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      await context.setOffline(true);
      await scan(page, count.products[0]?.barcode ?? "");
      await page.getByText("1 a enviar").waitFor();
      await page.getByRole("button", { name: "Sair" }).click();
      await page.getByText("1 registro de contagem ainda não foi enviado.").waitFor();
      await picture("count-leave");
      await page.getByRole("button", { name: "Voltar" }).click();
      await context.setOffline(false);
      await sent(page);
    },
  },
  {
    name: "a manager opens a count of a place, and a person who only reads sees no field",
    async run({ page, context, open, world, accessible, picture }) {
      const place = `Corredor ${Date.now()}`;
      await world.call("POST", "/api/products", {
        code: `L${Date.now()}`,
        name: "SABÃO EM PÓ 1KG",
        unit: "UN",
        location: place,
      });
      await open("/contagem");
      await page.getByRole("button", { name: "Nova contagem" }).click();
      const dialog = page.getByRole("dialog", { name: "Nova contagem" });
      await dialog.getByRole("radio", { name: "Local" }).check();
      await dialog.getByRole("combobox", { name: "Local" }).selectOption(place);
      await dialog.getByLabel("Nome").fill(`Contagem do ${place}`);
      await accessible();
      await picture("count-new");
      await dialog.getByRole("button", { name: "Começar a contar" }).click();
      await page.getByRole("heading", { name: `Contagem do ${place}`, level: 1 }).waitFor();
      await ready(page);
      await page.getByRole("link", { name: "Todas as contagens" }).click();
      await page.getByRole("link", { name: `Contagem do ${place}` }).waitFor();
      await accessible();
      await picture("counts");
      await context.route("**/api/session", async (route) => {
        const answer = await route.fetch();
        const session = await answer.json();
        await route.fulfill({
          json: { ...session, user: { ...session.user, role: "VISUALIZADOR" } },
        });
      });
      await page.reload();
      await page.getByRole("link", { name: `Contagem do ${place}` }).click();
      await page.getByText("Nenhum produto foi contado ainda.").waitFor();
      equal(await page.getByLabel("Código de barras, código ou nome").count(), 0);
      equal(await page.getByRole("button", { name: "Ajustar o estoque" }).count(), 0);
    },
  },
];

/** What Contagem does with a camera; the video shows one code. */
export const cameraSentences: readonly Sentence[] = [
  {
    name: "the camera reads an EAN-13 and counts it once while it stays in sight",
    async run({ page, open, world, accessible, picture }) {
      const product = {
        code: "CAMERA-1",
        name: "LEITE UHT INTEGRAL 1L",
        unit: "UN",
        barcode: SHOWN,
      };
      await world.call("POST", "/api/products", product);
      const count = await openCount(world, 1, [product.code]);
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      await open(`/contagem?contagem=${count.id}`);
      await ready(page);
      equal(
        asked.some((url) => url.endsWith(".wasm")),
        false,
      );
      await page.getByRole("button", { name: "Ler com a câmera" }).click();
      await page.getByText("1 produto · 1 unidade").waitFor();
      await page.waitForTimeout(2_500);
      await page.getByText("1 produto · 1 unidade").waitFor();
      equal(
        asked.some((url) => url.endsWith(".wasm")),
        true,
      );
      await sent(page);
      deepEqual(await countedOf(world, count), { [product.code]: 1 });
      await accessible();
      await picture("count-camera");
      await page.getByRole("button", { name: "Fechar a câmera" }).click();
      equal(await page.locator("video").count(), 0);
    },
  },
];
