import { deepEqual, equal, match } from "node:assert/strict";
import type { Sentence } from "../browser.ts";

/** Resolves when the service worker has kept the page's files and serves it. */
export const CONTROLLED = `(async () => {
  await navigator.serviceWorker.ready;
  while (navigator.serviceWorker.controller === null) await new Promise((resolve) => setTimeout(resolve, 20));
})()`;

/** Lets the page believe that its tab is in sight or not. */
const seen = (state: "hidden" | "visible") =>
  `Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
  document.dispatchEvent(new Event("visibilitychange")); null`;

/** What the frame does around every place. */
export const frameSentences: readonly Sentence[] = [
  {
    name: "every place opens from the side bar, by its keys and in the address, without an accessibility finding",
    async run({ page, open, accessible, picture }) {
      await open("/notas");
      const bar = page.getByRole("navigation", { name: "Telas", exact: true });
      for (const [letter, name] of PLACES) {
        await bar.getByRole("link", { name }).click();
        await page.getByRole("heading", { name, level: 1 }).waitFor();
        await accessible();
        await page.keyboard.press("g");
        await page.keyboard.press(letter === "n" ? "e" : "n");
        await page
          .getByRole("heading", { name: letter === "n" ? "Estoque" : "Notas", level: 1 })
          .waitFor();
      }
      await picture("frame");
    },
  },
  {
    name: "the help opens by its key, returns the focus, and single keys can be switched off",
    async run({ page, open, accessible, picture }) {
      await open("/notas");
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Ajuda e teclas" }).waitFor();
      await accessible();
      await picture("help");
      await page.getByLabel("Usar estas teclas neste navegador").uncheck();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      await page.keyboard.press("?");
      await page.keyboard.press("g");
      await page.keyboard.press("e");
      equal(await page.getByRole("dialog").count(), 0);
      match(page.url(), /\/notas$/);
    },
  },
  {
    name: "the theme follows the device until a person chooses, and stays chosen after a reload",
    async run({ page, open, accessible }) {
      await open("/notas");
      const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
      await page.emulateMedia({ colorScheme: "dark" });
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      equal(await ground(), "rgb(18, 20, 18)");
      await accessible();
      await page.getByRole("button", { name: /Tema do aparelho/ }).click();
      equal(await ground(), "rgb(246, 245, 242)");
      await page.reload();
      await page.getByRole("button", { name: /Tema claro/ }).waitFor();
      equal(await ground(), "rgb(246, 245, 242)");
    },
  },
  {
    name: "the page opens again without a network, and says so",
    async run({ page, context, open, picture }) {
      await open("/contagem");
      await page.getByRole("heading", { name: "Contagem", level: 1 }).waitFor();
      await page.evaluate(CONTROLLED);
      await context.setOffline(true);
      await page.reload();
      await page.getByRole("heading", { name: "Contagem", level: 1 }).waitFor();
      await page.getByText("Sem internet. Mostrando o que já estava aqui.").waitFor();
      await page.getByText("Nenhuma contagem salva neste aparelho.").waitFor();
      equal(await page.getByRole("alert").count(), 0);
      equal(await page.getByRole("button", { name: "Nova contagem" }).isDisabled(), true);
      await picture("offline");
      await context.setOffline(false);
      await page.getByText("Sem internet.").waitFor({ state: "hidden" });
    },
  },
  {
    name: "a session that ended is asked for over the page, and the page goes on where it was",
    async run({ page, context, open, accessible, picture, world }) {
      await open("/estoque?busca=caf%C3%A9");
      await page.getByRole("heading", { name: "Estoque", level: 1 }).waitFor();
      await context.clearCookies();
      await page.clock.install();
      await page.clock.fastForward(120_000);
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange')) && null");
      const dialog = page.getByRole("dialog", { name: "Sua sessão terminou" });
      await dialog.waitFor();
      await accessible();
      await picture("session-ended");
      equal(await dialog.getByLabel("E-mail").inputValue(), world.admin.email);
      equal(await page.evaluate("document.activeElement?.name"), "password");
      await page.keyboard.press("Escape");
      equal(await dialog.isVisible(), true);
      await dialog.getByLabel("Senha", { exact: true }).fill(world.admin.password);
      await page.keyboard.press("Enter");
      await dialog.waitFor({ state: "hidden" });
      match(page.url(), /\/estoque\?busca=caf/);
    },
  },
  {
    name: "leaving ends the session of this browser and removes what the page kept of the person",
    async run({ page, open, world }) {
      await open("/notas");
      await page.getByRole("button", { name: "Sair" }).click();
      await page.getByRole("heading", { name: "Entrar" }).waitFor();
      equal(await page.evaluate("localStorage.getItem('sge.me')"), null);
      await page.goto(`${world.url}/notas`);
      await page.getByRole("heading", { name: "Entrar" }).waitFor();
    },
  },
  {
    name: "a person with two companies goes on in the other by one call, and another tab follows",
    async run({ page, context, open, world, accessible, picture }) {
      let here = 1;
      const chosen: unknown[] = [];
      const companies = [
        { id: 1, name: "EMPORIO BEIRA RIO LTDA", cnpjs: [], role: "ADMIN" },
        { id: 2, name: "Padaria Sol", cnpjs: [], role: "OPERADOR" },
      ];
      await context.route("**/api/session", async (route) => {
        const answer = await route.fetch();
        const company = companies.find(({ id }) => id === here);
        await route.fulfill({ json: { ...(await answer.json()), company, companies } });
      });
      await context.route("**/api/session/company", async (route) => {
        chosen.push(route.request().postDataJSON());
        here = 2;
        await route.fulfill({ json: {} });
      });
      await open("/notas");
      const other = await context.newPage();
      await other.goto(`${world.url}/painel`);
      await other.getByRole("button", { name: "Emporio Beira Rio Ltda" }).waitFor();
      await page.getByRole("link", { name: "Empresas" }).waitFor();
      await page.getByRole("button", { name: "Emporio Beira Rio Ltda" }).click();
      await accessible();
      await picture("companies");
      await page.getByRole("button", { name: "Padaria Sol" }).click();
      await page.getByRole("button", { name: "Padaria Sol" }).first().waitFor();
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole("banner").getByRole("button", { name: "Padaria Sol" }).waitFor();
      await accessible();
      await picture("company-on-phone");
      await other.getByRole("button", { name: "Padaria Sol" }).first().waitFor();
      deepEqual(chosen, [{ company: 2 }]);
    },
  },
  {
    name: "a view whose file a new version has replaced is read after one reload",
    async run({ page, open }) {
      // The service worker keeps the files of its version: the case is that of a browser without one.
      await page.addInitScript({ content: "delete Navigator.prototype.serviceWorker" });
      await open("/notas");
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      let gone = true;
      await page.route("**/assets/view-*.js", (route) => (gone ? route.abort() : route.continue()));
      page.on("request", (request) => {
        if (request.isNavigationRequest()) gone = false;
      });
      const loaded = page.waitForEvent("load");
      await page.evaluate("document.querySelector('a[href=\"/admin\"]').click()");
      await loaded;
      await page.getByRole("heading", { name: "Administração", level: 1 }).waitFor();
      await page.getByText("Algo deu errado").waitFor({ state: "hidden" });
    },
  },
  {
    name: "a stream that breaks is shown, and a tab out of sight gives its stream back until it is seen again",
    async run({ page, open }) {
      let streams = 0;
      page.on("request", (request) => {
        if (request.url().includes("/notifications/stream")) streams += 1;
      });
      await page.clock.install();
      await page.route("**/api/notifications/stream", (route) => route.abort());
      await open("/notas");
      await page.getByText("Sem atualização ao vivo.").waitFor();
      await page.unroute("**/api/notifications/stream");
      await page.clock.fastForward(16_000);
      await page.getByText("Sem atualização ao vivo.").waitFor({ state: "hidden" });
      const before = streams;
      await page.evaluate(seen("hidden"));
      await page.clock.fastForward(25_000);
      await page.evaluate(seen("visible"));
      await page.waitForTimeout(50);
      equal(streams, before + 1);
    },
  },
  {
    name: "a phone has four places in its bar and the rest under Mais",
    async run({ page, open, accessible, picture }) {
      await page.setViewportSize({ width: 360, height: 740 });
      await open("/painel");
      await page.getByRole("heading", { name: "Painel", level: 1 }).waitFor();
      await page.getByRole("button", { name: "Mais" }).click();
      await page.getByRole("dialog").waitFor();
      await accessible();
      await picture("phone-more");
      await page.getByRole("link", { name: "Exportações" }).last().click();
      await page.getByRole("heading", { name: "Exportações", level: 1 }).waitFor();
      equal(await page.getByRole("dialog").count(), 0);
      equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    },
  },
];

const PLACES: readonly (readonly [letter: string, name: string])[] = [
  ["p", "Painel"],
  ["n", "Notas"],
  ["e", "Estoque"],
  ["d", "De-para"],
  ["c", "Contagem"],
  ["x", "Exportações"],
  ["a", "Administração"],
];
