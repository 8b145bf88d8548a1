import { deepEqual, equal, match } from "node:assert/strict";
import type { Sentence } from "../browser.ts";
import { lived, made, moved, scan } from "./stocked.ts";

const TABLES: Readonly<Record<string, string>> = {
  Movimentos: "Movimentos",
  Custos: "Custo em cada nota",
  Lotes: "Lotes",
  Fornecedores: "Itens de fornecedores",
};

/** Tables that are wider than their place: code for the browser. */
const WIDER = `[...document.querySelectorAll("main table")].filter((one) =>
  one.getBoundingClientRect().right > one.closest(".stock-detail, .split-list")?.getBoundingClientRect().right + 1)
  .map((one) => one.getAttribute("aria-label"))`;

/** What a person does with one product. */
export const productSentences: readonly Sentence[] = [
  {
    name: "a product shows its balance over time, its costs, its lots and its suppliers, each movement with its note",
    async run({ page, world, open, accessible, picture }) {
      const code = await lived(world);
      await open(`/estoque?produto=${encodeURIComponent(code)}`);
      await page.getByRole("img", { name: /Saldo no tempo/ }).waitFor();
      const movements = page.getByRole("table", { name: "Movimentos" });
      equal(await movements.getByRole("row").count(), 6);
      const note = movements.getByRole("link", { name: "NF-e 7103" });
      match((await note.getAttribute("href")) ?? "", /^\/notas\?nota=\d{44}$/);
      await page.getByRole("img", { name: /Entradas e saídas por mês/ }).waitFor();
      await accessible();
      await picture("stock-product");
      await page.getByRole("link", { name: "Custos" }).click();
      await page.getByRole("img", { name: /Custo de uma unidade/ }).waitFor();
      await accessible();
      await picture("stock-costs");
      await page.getByRole("link", { name: "Lotes" }).click();
      const lots = page.getByRole("table", { name: "Lotes" }).getByRole("row");
      await lots.nth(1).waitFor();
      await accessible();
      await picture("stock-lots");
      await page.getByRole("link", { name: "Fornecedores" }).click();
      await page.getByRole("cell", { name: "CF-1000", exact: true }).first().waitFor();
      await accessible();
      match(page.url(), /aba=fornecedores/);
      await page.setViewportSize({ width: 360, height: 740 });
      for (const part of ["Movimentos", "Custos", "Lotes", "Fornecedores"]) {
        await page.getByRole("link", { name: part }).click();
        await page.getByRole("table", { name: TABLES[part] ?? "" }).waitFor();
        deepEqual([part, await page.evaluate(WIDER)], [part, []]);
      }
    },
  },
  {
    name: "a new minimum puts its product into Abaixo do mínimo, and a version saved meanwhile is shown",
    async run({ page, world, open, accessible, picture }) {
      await made(world, { code: "MIN-1", name: "Farinha de trigo 1 kg" });
      await moved(world, { product_code: "MIN-1", type: "ENTRADA", quantity: 8, unit_cost: 4 });
      await open("/estoque?produto=MIN-1");
      await page.getByRole("button", { name: "Editar" }).click();
      const dialog = page.getByRole("dialog", { name: "Editar o produto" });
      await dialog.getByLabel("Estoque mínimo").fill("20");
      await world.call("PATCH", "/api/products/MIN-1", { location: "B-7", min_stock: 15 });
      await dialog.getByRole("button", { name: "Salvar" }).click();
      await dialog.getByText("Outra pessoa mudou este produto").waitFor();
      await dialog.getByText("Local: agora B-7 (já está no campo)").waitFor();
      await dialog.getByText("Estoque mínimo: agora 15; você escreveu 20").waitFor();
      await accessible();
      await picture("stock-conflict");
      await dialog.getByRole("button", { name: "Salvar assim mesmo" }).click();
      await dialog.waitFor({ state: "hidden" });
      const saved = JSON.stringify((await world.call("GET", "/api/products/MIN-1")).body);
      match(saved, /"min_stock":20/);
      match(saved, /"location":"B-7"/);
      await page.getByRole("link", { name: /Abaixo do mínimo/ }).click();
      await page.waitForURL(/ver=abaixo/);
      await page.getByRole("link", { name: "Farinha de trigo 1 kg" }).waitFor();
      await accessible();
      await picture("stock-low");
    },
  },
  {
    name: "a product that was looked for is registered with its barcode, deactivated, and activated again",
    async run(visit) {
      const { page, open, accessible, picture } = visit;
      const more = page.locator(".stock-acts").getByRole("button", { name: "Mais" });
      await open("/estoque");
      await scan(visit, "7891000000021");
      await page.getByText("Nenhum produto com “7891000000021”.").waitFor();
      await accessible();
      await picture("stock-nothing");
      await page.getByRole("button", { name: "Cadastrar com este código" }).click();
      const dialog = page.getByRole("dialog", { name: "Novo produto" });
      equal(await dialog.getByLabel("Código de barras (GTIN)").inputValue(), "7891000000021");
      await dialog.getByRole("button", { name: "Cadastrar" }).click();
      await dialog.getByText("Nome: preencha").waitFor();
      await dialog.getByLabel("Código", { exact: true }).fill("NOVO-1");
      await dialog.getByLabel("Nome").fill("Mel silvestre 300 g");
      await dialog.getByLabel("Preço de venda").fill("1.024,90");
      await accessible();
      await picture("stock-new");
      await dialog.getByRole("button", { name: "Cadastrar" }).click();
      await page.getByRole("heading", { name: "Mel silvestre 300 g", level: 2 }).waitFor();
      await page.getByText("R$ 1.024,90").waitFor();
      await more.click();
      await page.getByRole("button", { name: "Desativar" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Desativar" }).click();
      await page.getByText("Inativo").waitFor();
      await more.click();
      await page.getByRole("button", { name: "Reativar" }).click();
      await page.getByText("Inativo").waitFor({ state: "hidden" });
    },
  },
  {
    name: "a movement by hand is taken back with the balance shown before, and both stay in the list",
    async run({ page, world, open, accessible, picture }) {
      await made(world, { code: "VOLTA-1", name: "Sal grosso 1 kg" });
      await moved(world, { product_code: "VOLTA-1", type: "ENTRADA", quantity: 5, unit_cost: 2 });
      await moved(world, { product_code: "VOLTA-1", type: "ENTRADA", quantity: 3, unit_cost: 2 });
      await open("/estoque?produto=VOLTA-1");
      await page.getByRole("button", { name: "Estornar" }).first().click();
      const dialog = page.getByRole("dialog", { name: "Estornar o lançamento" });
      await dialog.getByText("Saldo: 8 → 5 UN").waitFor();
      await dialog.getByLabel("Motivo do estorno").fill("digitei errado");
      await accessible();
      await picture("stock-undo");
      await dialog.getByRole("button", { name: "Estornar" }).click();
      await dialog.waitFor({ state: "hidden" });
      await page.getByText("Estornado", { exact: true }).waitFor();
      equal(await page.getByRole("table", { name: "Movimentos" }).getByRole("row").count(), 4);
      equal(await page.getByRole("button", { name: "Estornar" }).count(), 1);
    },
  },
];
