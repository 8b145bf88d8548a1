import { describe, expect, test } from "bun:test";
import { equal } from "node:assert/strict";
import { join } from "node:path";
import { Glob } from "bun";
import { closedMonth, monthsFor } from "../../src/page/base/months.ts";
import {
  accessKey,
  count,
  day,
  masked,
  money,
  month,
  name,
  quantity,
  sentence,
  taxpayer,
} from "../../src/page/base/say.ts";
import { shownLabels, ticks } from "../../src/page/parts/chart-scale.ts";
import { type Visit, visit } from "./browser.ts";
import { withBunWorld } from "./bun-world.ts";
import { inBrowser } from "./in-browser.ts";

test("a form leaves what is on its way to useAct, which sends once for two clicks", async () => {
  const byHand: string[] = [];
  for (const path of new Glob("src/page/**/*.{ts,tsx}").scanSync())
    if (/\[busy, setBusy\] = useState(?:\(false\)|<"|<string)/.test(await Bun.file(path).text()))
      byHand.push(path);
  // The login waits out a limit, and says it in words of its own.
  expect(byHand).toEqual(["src/page/login-form.tsx"]);
});

test("the page saves in the words of Brazil: nothing says Guardar, but for what a person keeps", async () => {
  const said: string[] = [];
  for (const path of new Glob("src/page/**/*.{ts,tsx}").scanSync())
    for (const [line] of (await Bun.file(path).text()).matchAll(
      /.*(?:\bGuardar\b|\bguard(?:ad[oa]\.|e de novo)).*/g,
    ))
      said.push(`${path}: ${line.trim()}`);
  expect(said).toEqual([]);
});

/** Runs `body` with the page of every part: its script and 120 rows come from here, all else from the service. */
async function inGallery(body: (visit: Visit, asked: string[]) => Promise<void>): Promise<void> {
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "gallery/gallery.tsx")],
    tsconfig: "tsconfig.page.json",
    target: "browser",
    define: { FEED_TYPES: "[]" },
  });
  const script = (await built.outputs[0]?.text()) ?? "";
  await withBunWorld((world) =>
    visit(world, async (here) => {
      const asked: string[] = [];
      await here.page.route("**/assets/main-*.js", (route) =>
        route.fulfill({ contentType: "text/javascript", body: script }),
      );
      await here.page.route("**/api/gallery?**", async (route) => {
        const params = new URL(route.request().url()).searchParams;
        asked.push(String(params));
        const from = Number(params.get("cursor")?.replace("start", "0") ?? 0);
        const wanted = params.get("search") === "nada" ? 0 : 120;
        const rows = Array.from({ length: Math.max(0, Math.min(50, wanted - from)) }, (_, i) => ({
          code: `P${from + i}`,
          name: `Produto ${from + i}`,
          quantity: (from + i) * 1.5,
        }));
        const next = from + 50 < wanted ? String(from + 50) : null;
        await route.fulfill({ json: { data: rows, pagination: { limit: 50, next_cursor: next } } });
      });
      await here.open("/notas");
      await here.page.getByRole("heading", { name: "Galeria" }).waitFor();
      await here.page.getByText("Produto 0", { exact: true }).waitFor();
      await body(here, asked);
    }),
  );
}

describe("the parts of the page", () => {
  inBrowser("have no accessibility finding in light, in dark and on a phone", () =>
    inGallery(async ({ page, accessible, picture }) => {
      await accessible();
      await page.emulateMedia({ colorScheme: "dark" });
      await accessible();
      await page.emulateMedia({ colorScheme: "light" });
      await picture("gallery");
      await page.setViewportSize({ width: 360, height: 740 });
      await accessible();
      equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    }),
  );

  inBrowser("a list moves its focus by j, k and arrows, marks by x, reads on and ends", () =>
    inGallery(async ({ page }, asked) => {
      equal(await page.getByRole("row").count(), 51);
      await page.keyboard.press("j");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("x");
      equal(await page.getByLabel("Marcar Produto 1", { exact: true }).isChecked(), true);
      equal(await page.evaluate("document.activeElement.textContent"), "Produto 1");
      await page.getByText("Produto 49", { exact: true }).scrollIntoViewIfNeeded();
      await page.getByText("Produto 99", { exact: true }).scrollIntoViewIfNeeded();
      await page.getByText("Produto 119", { exact: true }).waitFor();
      expect(asked).toEqual([
        "search=&limit=50&cursor=start",
        "search=&limit=50&cursor=50",
        "search=&limit=50&cursor=100",
      ]);
    }),
  );

  inBrowser("a search asks once for what was typed, and says that nothing was found", () =>
    inGallery(async ({ page }, asked) => {
      await page.keyboard.press("/");
      await page.keyboard.type("nada");
      await page.getByText("Nenhum produto com este nome.").waitFor();
      expect(asked.slice(1)).toEqual(["search=nada&limit=50&cursor=start"]);
    }),
  );

  inBrowser(
    "a list waits out a refusal for too many requests, and shows any other with what was there",
    () =>
      inGallery(async ({ page }) => {
        const refused = [
          { status: 429, headers: { "retry-after": "1" }, json: { code: "rate_limited" } },
          {
            status: 500,
            json: { code: "internal", detail: "O sistema falhou", request_id: "R-1" },
          },
        ];
        await page.route("**/api/gallery?search=b&**", async (route) => {
          const answer = refused.shift();
          await (answer === undefined ? route.fallback() : route.fulfill(answer));
        });
        await page.getByRole("searchbox").fill("b");
        await page.getByText("O sistema falhou").waitFor();
        await page.getByText("Produto 0", { exact: true }).waitFor();
        await page.getByText("Detalhes para o suporte").click();
        await page.getByText("R-1").waitFor();
        await page.getByRole("button", { name: "Tentar de novo" }).first().click();
        await page.getByText("O sistema falhou").waitFor({ state: "hidden" });
      }),
  );

  inBrowser("a combobox is used by keys alone, and keeps the focus in its field", () =>
    inGallery(async ({ page }) => {
      const field = page.getByRole("combobox", { name: "Produto nosso" });
      await field.focus();
      await page.keyboard.type("a");
      await page.getByRole("option").first().waitFor();
      equal(await field.getAttribute("aria-expanded"), "true");
      await page.keyboard.press("ArrowDown");
      const active = await field.getAttribute("aria-activedescendant");
      equal(await page.locator(`[id="${active}"]`).getAttribute("aria-selected"), "true");
      await page.keyboard.press("Enter");
      equal(await page.locator("output").textContent(), await field.inputValue());
      equal(await field.getAttribute("aria-expanded"), "false");
      await field.fill("zzz");
      await page.getByText("Nada foi encontrado.").waitFor();
      await page.keyboard.press("Escape");
      equal(await field.getAttribute("aria-expanded"), "false");
    }),
  );

  inBrowser("a question wants its reason, closes by Escape, and its notice can be undone", () =>
    inGallery(async ({ page, accessible }) => {
      const open = page.getByRole("button", { name: "Descartar a nota" });
      await open.click();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      equal(await page.evaluate("document.activeElement.textContent"), "Descartar a nota");
      await open.click();
      await page.getByRole("button", { name: "Descartar", exact: true }).click();
      await page.getByText("Escreva o motivo em pelo menos 3 letras").waitFor();
      await accessible();
      await page.getByLabel("Motivo").fill("Nota repetida");
      await page.keyboard.press("Enter");
      await page.getByText("Descartada.").waitFor();
      await page.getByRole("button", { name: "Desfazer" }).click();
      await page.getByText("Desfeito.").waitFor();
    }),
  );

  inBrowser("a menu opens by its button, moves by arrows and closes by Escape", () =>
    inGallery(async ({ page, accessible }) => {
      await page.getByRole("button", { name: "Mais ações" }).click();
      const first = page.getByRole("button", { name: "Imprimir" });
      await first.waitFor();
      await accessible();
      await page.keyboard.press("ArrowUp");
      equal(await page.evaluate("document.activeElement.textContent"), "Descartar");
      await page.keyboard.press("Escape");
      await first.waitFor({ state: "hidden" });
    }),
  );
});

describe("figures and names of the page", () => {
  test("are written as in Brazil, and what is unknown is a dash", () => {
    expect([money(1163.55), quantity(36.825), money(null), quantity(undefined)]).toEqual([
      "R$\u00a01.163,55",
      "36,825",
      "–",
      "–",
    ]);
    expect([day("2026-11-01"), day(null), month("2026-10"), count(1, "nota", "notas")]).toEqual([
      "01/11/2026",
      "–",
      "outubro de 2026",
      "1 nota",
    ]);
    expect(count(1200, "nota", "notas")).toBe("1.200 notas");
  });

  test("write a clause as a sentence, and the CNPJs of a stored sentence with their points", () => {
    expect(["não é um CNPJ", "Falta o nome.", "Confira:"].map(sentence)).toEqual([
      "Não é um CNPJ.",
      "Falta o nome.",
      "Confira:",
    ]);
    expect(masked("A nota é de CNPJ 50291837000105 para CNPJ 12ABC34501DE35.")).toBe(
      "A nota é de CNPJ 50.291.837/0001-05 para CNPJ 12.ABC.345/01DE-35.",
    );
  });

  test("offer this month and the 24 before it, and the one that an address asks for", () => {
    const months = monthsFor("2020-02", "2026-01-31");
    expect([months[0], months[1], months.at(-2), months.at(-1), months.length]).toEqual([
      "2026-01",
      "2025-12",
      "2024-01",
      "2020-02",
      26,
    ]);
    expect([closedMonth("2026-10"), closedMonth("2026-13") === "2026-13"]).toEqual([
      "2026-10",
      false,
    ]);
  });

  test("take names out of the capitals of an XML, and leave the others", () => {
    expect(
      ["LATICINIOS VALE VERDE S.A.", "COMERCIO DE CAFE E ACUCAR LTDA", "iFood", "PAO 500G ME"].map(
        name,
      ),
    ).toEqual([
      "Laticinios Vale Verde S.A.",
      "Comercio de Cafe e Acucar Ltda",
      "iFood",
      "Pao 500G ME",
    ]);
  });

  test("show the CNPJs of every stored sentence with their points", async () => {
    const bare: string[] = [];
    for (const path of new Glob("src/page/**/*.tsx").scanSync())
      for (const [i, line] of (await Bun.file(path).text()).split("\n").entries())
        if (/(?<!\$)\{(?:[\w.?]+\.)?message\}/.test(line)) bare.push(`${path}:${i + 1}`);
    expect(bare).toEqual([]);
  });

  test("show a CNPJ with letters, a CPF and an access key in their groups", () => {
    expect([taxpayer("61A7KX24000120"), taxpayer("12345678909"), taxpayer("x")]).toEqual([
      "61.A7K.X24/0001-20",
      "123.456.789-09",
      "x",
    ]);
    expect(accessKey("35260911222333000181")).toBe("3526 0911 2223 3300 0181");
  });

  test("stand on round ticks of a chart, and their labels have room", () => {
    expect(ticks(0, 5780)).toEqual([0, 2000, 4000, 6000]);
    expect(ticks(-12, 40)).toEqual([-20, 0, 20, 40]);
    expect(ticks(0, 0)).toEqual([0]);
    expect(ticks(0, 10, 4, true)).toEqual([0, 5, 10]);
    expect(ticks(0, 1, 4, true)).toEqual([0, 1]);
    expect([...shownLabels(30, 560)].length).toBeLessThanOrEqual(10);
    expect(shownLabels(30, 560).has(29)).toBe(true);
  });
});
