import { expect } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { PICTURES, visit } from "./browser.ts";
import { withDemo } from "./demo-world.ts";
import { inBrowser } from "./in-browser.ts";

/** The three pictures of README.md (docs/pictures); written by its command, elsewhere otherwise. */
const SHOWN = process.env.README_PICTURES ?? PICTURES;
const PLACES = [
  ["/notas", "Notas"],
  ["/painel", "Painel"],
  ["/estoque", "Estoque"],
  ["/de-para", "De-para"],
  ["/contagem", "Contagem"],
  ["/exportacoes", "Exportações"],
  ["/admin", "Administração"],
] as const;

const shown = async (page: Page, name: string): Promise<void> =>
  void (await page.screenshot({ path: join(SHOWN, `${name}.png`), animations: "disabled" }));

/** Requests of a place, where it is not four. */
const MOST_CALLS: Readonly<Record<string, number>> = { "/notas": 3 };

/** Adds up what moved by itself (CLS). */
const SHIFTS = `globalThis.shifted = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) shifted += one.value; })
  .observe({ type: "layout-shift", buffered: true });`;
const MADE = `JSON.stringify([document.querySelectorAll("*").length, document.querySelectorAll("[role=row], tr").length, shifted])`;

inBrowser(
  "the demo at a terminal prints address and login, and each place shows its month within the budgets",
  () =>
    withDemo(async (world, said) => {
      expect(said()).toContain("Ctrl+C encerra");
      await visit(
        world,
        async ({ page, open, enter, accessible, picture }) => {
          await page.addInitScript({ content: SHIFTS });
          let calls: string[] = [];
          let place = "";
          page.on("request", (request) => {
            const { pathname } = new URL(request.url());
            // The view before may still ask while this one is opened.
            const isOfPlace = new URL(request.frame().url()).pathname === place;
            if (isOfPlace && /^\/api\/(?!session|notifications)/.test(pathname))
              calls.push(pathname);
          });
          await open("/painel");
          await enter();
          await page.getByRole("heading", { name: "Painel", level: 1 }).waitFor();
          for (const [path, name] of PLACES) {
            calls = [];
            place = path;
            await open(path);
            await page.getByRole("heading", { name, level: 1 }).waitFor();
            await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
            // Charts and lists of a second reading.
            await page.waitForTimeout(500);
            await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
            expect([path, await page.getByRole("alert").allInnerTexts()]).toEqual([path, []]);
            const [elements = 0, rows = 0, shift = 0] = JSON.parse(
              String(await page.evaluate(MADE)),
            );
            expect([
              path,
              elements <= 1_200,
              rows <= 51,
              shift <= 0.02,
              elements,
              rows,
              shift,
            ]).toEqual([path, true, true, true, elements, rows, shift]);
            const most = MOST_CALLS[path] ?? 4;
            expect([path, calls.length <= most ? [] : calls]).toEqual([path, []]);
            await accessible();
            await picture(`demo${path.replace("/", "-")}`);
            if (path === "/notas" || path === "/contagem") await shown(page, path.slice(1));
          }
          await open("/notas");
          await page
            .getByRole("link", { name: /Frutas da Terra/ })
            .first()
            .click();
          await page
            .getByRole("heading", { name: /Frutas da Terra/ })
            .first()
            .waitFor();
          await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
          await accessible();
          await picture("demo-nota");
          await shown(page, "nota");
        },
        { signedIn: false },
      );
      const stats = JSON.stringify((await world.call("GET", "/api/dashboard/stats")).body);
      expect(stats).toMatch(/"low":[4-9]/);
      expect(stats).toMatch(/"expiring":[1-9]/);
    }),
  120_000,
);
