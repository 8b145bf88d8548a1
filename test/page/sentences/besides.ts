import { deepEqual, equal, ok } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Locator } from "playwright-core";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import type { Sentence } from "../browser.ts";
import { lived } from "./stocked.ts";

/** Every way in which a page of another origin may try to use the cookie of its visitor; each result is in words. */
const ATTACK = (service: string) => `(async () => {
  const tried = {};
  const attempt = async (name, path, options) => {
    try {
      const answer = await fetch(${JSON.stringify(service)} + path, { credentials: "include", ...options });
      tried[name] = answer.type === "opaque" ? "sent blindly" : answer.ok ? "ANSWERED " + (await answer.text()) : "refused";
    } catch { tried[name] = "refused"; }
  };
  const write = JSON.stringify({ name: "De fora" });
  await attempt("read", "/api/nfes");
  await attempt("who", "/api/session");
  await attempt("write", "/api/categories", { method: "POST", body: write, headers: { "content-type": "application/json" } });
  await attempt("simple write", "/api/categories", { method: "POST", body: write });
  await attempt("blind write", "/api/categories", { method: "POST", body: write, mode: "no-cors" });
  await attempt("leave", "/api/session", { method: "DELETE" });
  return JSON.stringify(tried);
})()`;

/** Runs `body` with the port of a page that is not ours. */
async function withForeignPage(body: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end("<!doctype html><title>outra</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  try {
    await body(typeof address === "object" && address !== null ? address.port : 0);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** What may happen around the page: other pages, a busy or absent service, and how a person has set the browser. */
export const besidesSentences: readonly Sentence[] = [
  {
    name: "a page of another origin or port neither reads nor writes with the cookie of its visitor",
    async run({ page, context, world, open }) {
      await open("/notas");
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      await withForeignPage(async (port) => {
        for (const host of ["localhost", "127.0.0.1"]) {
          const hostile = await context.newPage();
          await hostile.goto(`http://${host}:${port}/`);
          const tried: unknown = JSON.parse(String(await hostile.evaluate(ATTACK(world.url))));
          deepEqual(
            [host, tried],
            [
              host,
              {
                read: "refused",
                who: "refused",
                write: "refused",
                "simple write": "refused",
                "blind write": "refused",
                leave: "refused",
              },
            ],
          );
          await hostile.close();
        }
      });
      const { body } = await world.call("GET", "/api/categories");
      equal(JSON.stringify(body).includes("De fora"), false);
      await page.reload();
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
    },
  },
  {
    name: "a busy service is asked again after the seconds that it names, and shows no error",
    async run({ page, open }) {
      let refused = 0;
      await page.route(/\/api\/nfes\?/, (route) => {
        if (refused >= 3) return route.continue();
        refused += 1;
        return route.fulfill({
          status: 429,
          headers: { "retry-after": "1", "content-type": "application/problem+json" },
          body: JSON.stringify({ status: 429, code: "rate_limited", detail: "Espere" }),
        });
      });
      await open("/notas");
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      equal(refused, 3);
      equal(await page.getByRole("alert").count(), 0);
    },
  },
  {
    name: "a service that is gone is said with a way to try again, and the page then goes on",
    async run({ page, open, accessible, picture }) {
      await open("/notas");
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      await page.route("**/api/**", (route) => route.abort());
      await page.getByRole("link", { name: /^Com pendência/ }).click();
      await page.getByRole("alert").first().waitFor();
      await page.getByText("O sistema não responde.").waitFor();
      equal(await page.getByText("Sem internet").count(), 0);
      await accessible();
      await picture("service-gone");
      await page.unroute("**/api/**");
      await page.getByRole("button", { name: "Tentar de novo" }).first().click();
      await page.getByRole("alert").first().waitFor({ state: "detached" });
      await page.getByText("O sistema não responde.").waitFor({ state: "hidden" });
    },
  },
  {
    name: "text of twice the size runs out of no place, and nothing moves under reduced motion",
    async run({ page, world, open, picture }) {
      const product = `/estoque?produto=${await lived(world)}`;
      const { body } = await world.call("GET", "/api/nfes?limit=1");
      const [key] = /\d{44}/.exec(JSON.stringify(body)) ?? [];
      const details = [
        product,
        `${product}&aba=custos`,
        `${product}&aba=lotes`,
        `/notas?nota=${key}`,
      ];
      const places = [...details, ...PATHS];
      for (const width of [360, 1360]) {
        await page.setViewportSize({ width, height: 860 });
        for (const path of places) {
          await open(path);
          await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
          await page.evaluate("document.documentElement.style.fontSize = '200%'");
          deepEqual([width, path, await page.evaluate(WIDER)], [width, path, []]);
          deepEqual([width, path, await page.evaluate(NOT_GROWN)], [width, path, []]);
          deepEqual([width, path, await page.evaluate(SIGNS_NOT_GROWN)], [width, path, []]);
          equal(await page.evaluate(MOVING), 0);
        }
      }
      await picture("text-200");
    },
  },
  {
    name: "a form that is longer than the screen has its action in sight, and a refusal of it too",
    async run({ page, open, picture }) {
      await page.setViewportSize({ width: 360, height: 600 });
      await open("/estoque");
      await page.getByRole("button", { name: "Novo produto" }).click();
      const dialog = page.getByRole("dialog");
      const action = dialog.getByRole("button", { name: "Cadastrar" });
      const isInSight = async (one: Locator): Promise<boolean> => {
        const [box, foot] = [await one.boundingBox(), await dialog.boundingBox()];
        return box !== null && foot !== null && box.y + box.height <= foot.y + foot.height;
      };
      ok(await isInSight(action));
      await page.keyboard.press("Tab");
      for (const label of ["Código", "Nome", "Unidade", "Local", "NCM"]) {
        const field = dialog.getByLabel(label, { exact: true });
        await field.focus();
        await field.fill(label === "NCM" ? "" : "X");
        const [at, bar] = [await field.boundingBox(), await action.boundingBox()];
        ok(at !== null && bar !== null && at.y + at.height <= bar.y, label);
      }
      await page.route("**/api/products", (route) => route.abort());
      await action.click();
      ok(await isInSight(dialog.getByRole("alert")));
      await picture("dialog-refused");
    },
  },
  {
    name: "forced colours leave every place readable",
    async run({ page, open, accessible, picture }) {
      await page.emulateMedia({ forcedColors: "active" });
      for (const path of PATHS) {
        await open(path);
        await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
        await accessible();
      }
      await open("/notas");
      await picture("forced-colours");
    },
  },
  {
    name: "a client of the old S.G.E. works beside the page, which shows its note by itself",
    async run({ page, open, world }) {
      await open("/notas");
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      const nNF = String(700_000 + (Date.now() % 100_000));
      await world.upload(syntheticNote({ seed: 77, nNF, emit: SUPPLIERS[1] }).xml);
      await page
        .getByText(/Laticinios Vale Verde/i)
        .first()
        .waitFor();
      const { status } = await world.call("GET", "/api/nfes?page=1&limit=10");
      equal(status, 200);
    },
  },
  {
    name: "a tab of another company says that nothing of it was saved, and is loaded again by a button",
    async run({ page, open, accessible, picture }) {
      let company = 2;
      await page.route("**/api/session", async (route) => {
        const answer = await route.fetch();
        const read = await answer.json();
        await route.fulfill({
          json: company === 2 ? { ...read, company: { ...read.company, id: 2 } } : read,
        });
      });
      await open("/notas");
      await page.getByText(/outra empresa; esta ainda é da \S/).waitFor();
      await accessible();
      await picture("other-company");
      company = 1;
      await page.getByRole("button", { name: "Recarregar" }).click();
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      await page.getByText("Em outra aba").waitFor({ state: "hidden" });
      ok(!(await page.getByText("passou a trabalhar").isVisible()));
    },
  },
];

const PATHS = ["/notas", "/estoque", "/de-para", "/painel", "/contagem", "/exportacoes", "/admin"];

/** What is wider than the window, when the page can be scrolled sideways; and what of the fixed bar is outside it. */
const WIDER = `[...document.querySelectorAll(document.documentElement.scrollWidth <= innerWidth ? ".tab-bar *" : "body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.tagName + "." + one.className).slice(0, 5)`;

/** What is not written larger with the text: fields, buttons and links have the size of what explains them. The bar of a phone may stay small. */
const NOT_GROWN = `[...document.querySelectorAll("main input, main button, main a, main select, .side-bar a")]
  .filter((one) => one.checkVisibility() && !/^(?:checkbox|radio|file)$/.test(one.type) && parseFloat(getComputedStyle(one).fontSize) < 24)
    .map((one) => one.tagName + "." + one.className).slice(0, 5)`;

/** Icons and marks that stay as small as beside small text, or are wider than their button. */
const SIGNS_NOT_GROWN = `[...document.querySelectorAll("main .icon, main input[type=checkbox], main input[type=radio]:not(.segments input)")]
  .filter((one) => one.checkVisibility() && (one.getBoundingClientRect().width < 24 ||
    one.getBoundingClientRect().right > (one.closest("button")?.getBoundingClientRect().right ?? Infinity) + 1))
    .map((one) => one.tagName + " in " + (one.closest("[class]:not(.icon)")?.className ?? "")).slice(0, 5)`;

/** Animations that take longer than a blink. */
const MOVING = `document.getAnimations().filter((one) => one.playState === "running" &&
  Number(one.effect?.getComputedTiming().duration) > 50).length`;
