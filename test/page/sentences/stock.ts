import { deepEqual, equal, match } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { statusSentence } from "../../../src/messages/pt-BR/failures/problems.ts";
import type { Sentence } from "../browser.ts";
import { made, moved, scan } from "./stocked.ts";

/** What a person does with the list of the stock. */
export const stockSentences: readonly Sentence[] = [
  {
    name: "a barcode reader's 13 keys and Enter open the one product that has the code",
    async run(visit) {
      const { page, world, open, accessible } = visit;
      await made(world, { code: "LEITOR-1", name: "Chá mate 250 g", barcode: "7891000000014" });
      await made(world, { code: "LEITOR-2", name: "Chá verde 250 g" });
      await open("/estoque?busca=ch%C3%A1");
      await page.getByRole("link", { name: "Chá verde 250 g" }).waitFor();
      await page.getByRole("searchbox").fill("");
      await scan(visit, "7891000000014");
      await page.getByRole("heading", { name: "Chá mate 250 g", level: 2 }).waitFor();
      match(page.url(), /produto=LEITOR-1/);
      await accessible();
    },
  },
  {
    name: "an exit beyond the balance is refused under its field, and nothing leaves",
    async run({ page, world, open, accessible, picture }) {
      await made(world, { code: "SAIDA-1", name: "Azeite extravirgem 500 ml" });
      await moved(world, { product_code: "SAIDA-1", type: "ENTRADA", quantity: 10, unit_cost: 30 });
      await open("/estoque?produto=SAIDA-1");
      await page.getByRole("button", { name: "Lançar entrada ou saída" }).click();
      const dialog = page.getByRole("dialog", { name: "Lançar entrada ou saída" });
      const field = dialog.getByLabel("Quantidade");
      await field.fill("12,5");
      await dialog.getByText("-2,5").waitFor();
      await dialog.getByRole("button", { name: "Lançar saída" }).click();
      await dialog.locator("[aria-invalid=true]").waitFor();
      const described = (await field.getAttribute("aria-describedby")) ?? "";
      await page
        .locator(`[id="${described}"]`)
        .getByText(/saldo|estoque/i)
        .waitFor();
      await accessible();
      await picture("stock-insufficient");
      await field.fill("4");
      await dialog.getByText("Saldo: 10 UN → 6 UN").waitFor();
      await dialog.getByRole("button", { name: "Lançar saída" }).click();
      await dialog.waitFor({ state: "hidden" });
      await page.getByText("Saída lançada.").waitFor();
      await page.getByRole("definition").filter({ hasText: "6 UN" }).waitFor();
      const left = await world.call("GET", "/api/products/SAIDA-1");
      match(JSON.stringify(left.body), /"quantity":6,/);
    },
  },
  {
    name: "a form is sent once for two clicks of one moment, and its refusal brings the focus to the field",
    async run({ page, world, open }) {
      await made(world, { code: "DUAS-1", name: "Erva-mate 500 g" });
      const sent: string[] = [];
      page.on("request", (request) => {
        if (request.method() === "POST" && request.url().endsWith("/api/products"))
          sent.push(request.postData() ?? "");
      });
      await open("/estoque");
      await page.getByRole("button", { name: "Novo produto" }).click();
      const dialog = page.getByRole("dialog", { name: "Novo produto" });
      const code = dialog.getByLabel("Código", { exact: true });
      await code.fill("DUAS-1");
      await dialog.getByLabel("Nome", { exact: true }).fill("Erva-mate 1 kg");
      await dialog.getByLabel("Unidade", { exact: true }).fill("UN");
      const twice = `(() => {
        const button = document.querySelector("dialog button[type=submit]");
        button.focus();
        button.click();
        button.click();
      })()`;
      await page.evaluate(twice);
      await dialog.locator("[aria-invalid=true]").waitFor();
      equal(sent.length, 1);
      equal(await page.evaluate("document.activeElement.labels[0].textContent"), "Código");
      await code.fill("DUAS-2");
      equal(await dialog.locator("[aria-invalid=true]").count(), 0);
      await page.evaluate(twice);
      await dialog.waitFor({ state: "hidden" });
      equal(sent.length, 2);
    },
  },
  {
    name: "a viewer sees no button that changes the stock, and is refused by hand",
    async run({ page, world, open, context, accessible, picture }) {
      await made(world, { code: "VER-1", name: "Bolacha água e sal" });
      const email = `leitora.${Date.now()}@loja.example`;
      const password = "uma senha bem comprida";
      const user = await world.call("POST", "/api/users", {
        email,
        password,
        role: "VISUALIZADOR",
      });
      equal(user.status, 201, JSON.stringify(user.body));
      await context.clearCookies();
      await open("/estoque?produto=VER-1");
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Senha", { exact: true }).fill(password);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Bolacha água e sal", level: 2 }).waitFor();
      for (const name of ["Lançar entrada ou saída", "Editar", "Novo produto"])
        equal(await page.getByRole("button", { name }).count(), 0);
      await page.locator(".stock-acts").getByRole("button", { name: "Mais" }).click();
      equal(await page.getByText("Desativar").count(), 0);
      await page.keyboard.press("Escape");
      equal(
        await page.evaluate(`fetch("/api/products/VER-1", { method: "PATCH", body: '{"min_stock":1}',
          headers: { "content-type": "application/json" } }).then(({ status }) => status)`),
        403,
      );
      await accessible();
      await picture("stock-viewer");
    },
  },
  {
    name: "a filter's CSV has what its list has, and the filters stand in the address",
    async run({ page, world, open, accessible, picture }) {
      const category = await world.call("POST", "/api/categories", { name: "Mercearia do filtro" });
      const id = Number(/"id":(\d+)/.exec(JSON.stringify(category.body))?.[1]);
      await made(world, { code: "CSV-1", name: "Arroz 5 kg", min_stock: 3, category_id: id });
      await made(world, { code: "CSV-2", name: "Arroz 1 kg", category_id: id });
      await made(world, { code: "CSV-3", name: "Feijão 1 kg", min_stock: 3 });
      const lot = {
        batch_number: "LOTE-5",
        expiration_date: new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10),
      };
      await moved(world, { product_code: "CSV-2", type: "ENTRADA", quantity: 6, ...lot });
      await open("/estoque?ver=abaixo");
      await page.getByLabel("Categoria").selectOption({ label: "Mercearia do filtro" });
      await page.getByRole("link", { name: "Feijão 1 kg" }).waitFor({ state: "hidden" });
      await page.getByRole("link", { name: "Arroz 5 kg" }).waitFor();
      equal(await page.getByRole("link", { name: "Arroz 1 kg" }).count(), 0);
      const waiting = page.waitForEvent("download");
      await page.getByRole("link", { name: "CSV" }).click();
      const path = await (await waiting).path();
      const lines = (await readFile(path, "utf8")).trim().split(/\r?\n/);
      const codes = lines.slice(1).map((line) => line.split(";")[0]?.replaceAll('"', ""));
      deepEqual(codes, ["CSV-1"]);
      await page.getByRole("link", { name: /Vencidos e a vencer/ }).click();
      await page.getByText("Lote LOTE-5").waitFor();
      await page.getByText(/Vence em [456] dias/).waitFor();
      await accessible();
      await picture("stock-expiring");
      await page.getByRole("link", { name: /Parados/ }).click();
      await page.getByText("Nenhum produto com saldo está parado há 30 dias.").waitFor();
    },
  },
  {
    name: "the list is worked by keys alone: search, rows, a product, and back to its row",
    async run({ page, world, open }) {
      await made(world, { code: "TECLA-1", name: "Tecla um" });
      await made(world, { code: "TECLA-2", name: "Tecla dois" });
      await open("/estoque");
      await page.getByRole("link", { name: "Tecla dois" }).waitFor();
      await page.keyboard.press("/");
      await page.keyboard.type("tecla");
      await page.waitForURL(/busca=tecla/);
      await page.getByRole("link", { name: "Tecla um" }).waitFor();
      await page.locator("tr[data-key]").nth(2).waitFor({ state: "detached" });
      await page.evaluate("document.activeElement.blur()");
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Tecla um", level: 2 }).waitFor();
      await page.keyboard.press("Escape");
      await page.waitForURL((url) => !url.searchParams.has("produto"));
      await page.locator('tr[data-key="TECLA-1"] a:focus').waitFor();
    },
  },
  {
    name: "a product that is not there, and a service that fails, are shown with the way on",
    async run({ page, world, open, accessible, picture }) {
      await open("/estoque?produto=NAO-EXISTE");
      await page
        .getByRole("alert")
        .getByText(/produto/i)
        .waitFor();
      let fails = true;
      const detail = statusSentence(500);
      const problem = { status: 500, code: "internal", detail, request_id: "r-1" };
      await page.route("**/api/stock?**", (route) =>
        fails
          ? route.fulfill({
              status: 500,
              contentType: "application/problem+json",
              body: JSON.stringify(problem),
            })
          : route.continue(),
      );
      await page.goto(`${world.url}/estoque`);
      await page.getByText(detail).waitFor();
      await accessible();
      equal(await page.getByRole("table").count(), 0);
      await picture("stock-fault");
      fails = false;
      await page.getByRole("button", { name: "Tentar de novo" }).click();
      await page.getByText(detail).waitFor({ state: "hidden" });
    },
  },
];
