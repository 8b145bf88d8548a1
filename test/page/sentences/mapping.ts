import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Locator } from "playwright-core";
import { gtinOf } from "../../../src/synthetic/access-keys.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import type { Sentence, World } from "../browser.ts";

const MILK = { code: "LEITE-1L", name: "Leite Integral 1L", unit: "UN" };
const BOX = {
  cProd: "LEITE-CX",
  xProd: "LEITE INTEGRAL CX C/12",
  uCom: "CX",
  qCom: "10.0000",
  vUnCom: "58.6800",
  NCM: "04012010",
};

/** Notes of the dairy that wait for a mapping, and a product of ours that their item is. */
async function waitingNotes(world: World, seeds: readonly number[]): Promise<string[]> {
  const settings = await world.call("PATCH", "/api/company", { require_mapping: true });
  equal(settings.status, 200);
  const made = await world.call("POST", "/api/products", { ...MILK, ncm: "04012010" });
  match(String(made.status), /^(?:201|409)$/);
  const keys: string[] = [];
  for (const seed of seeds) {
    const note = syntheticNote({ seed, emit: SUPPLIERS[1] ?? SUPPLIERS[0], items: [BOX] });
    await world.upload(note.xml);
    keys.push(note.accessKey);
  }
  return keys;
}

/** The field of the factor for a box of the note. */
const FACTOR = (unit: string) => `Quanto é 1 CX da nota em ${unit}?`;

const stockOf = async (world: World, code: string) =>
  JSON.stringify((await world.call("GET", `/api/stock/${code}`)).body);

/** Runs a sentence and takes back the setting that it needs: sentences in workerd share a company. */
const settled =
  (run: Sentence["run"]): Sentence["run"] =>
  async (visit) => {
    try {
      await run(visit);
    } finally {
      await visit.world.call("PATCH", "/api/company", { require_mapping: false });
    }
  };

const sentences: readonly Sentence[] = [
  {
    name: "a manager maps 1 CX = 12 UN by keyboard, waiting notes pass, and the total is unchanged",
    async run({ page, world, open, accessible, picture }) {
      const [key = ""] = await waitingNotes(world, [7101, 7102]);
      await open("/de-para");
      // Other sentences of the same world may have left items of their own: n goes on until ours is open.
      const link = page.getByRole("link", { name: "Leite Integral Cx C/12" });
      await link.waitFor();
      const opened = page.getByRole("heading", { name: "Leite Integral Cx C/12", level: 2 });
      while (!(await opened.isVisible())) await page.keyboard.press("n");
      await page.getByRole("button", { name: /Leite Integral 1L/ }).waitFor();
      await accessible();
      await picture("mapping-waiting");
      await page.keyboard.press("Enter");
      const factor = page.getByLabel(FACTOR("UN"));
      await factor.fill("12");
      await page.getByText("1 CX da nota = 12 UN do estoque").waitFor();
      await page.getByText("120 UN a R$ 4,89").waitFor();
      await page.getByText("total R$ 586,80 não muda").waitFor();
      await page.getByText("2 notas deixam de esperar.").waitFor();
      await accessible();
      await picture("mapping-proof");
      await factor.press("Enter");
      await page.getByText("2 notas deixaram de esperar.").waitFor();
      await link.waitFor({ state: "hidden" });
      await accessible();
      const approved = await world.call("POST", `/api/nfes/${key}/process`, {});
      equal(approved.status, 200);
      const stock = await stockOf(world, MILK.code);
      match(stock, /"quantity":120[,}]/);
      match(stock, /"stock_value":586\.8[,}]/);
    },
  },
  {
    name: "a factor that is a fraction is exact where its decimal is not, and what was saved can be undone",
    async run({ page, world, open, picture }) {
      await waitingNotes(world, [7111]);
      await world.call(
        "DELETE",
        `/api/supplier-items?${new URLSearchParams({ supplier_cnpj: SUPPLIERS[1]?.cnpj ?? "", code: BOX.cProd, unit: "CX" })}`,
      );
      await open("/de-para");
      await page
        .getByRole("link", { name: /leite integral/i })
        .first()
        .click();
      await page.getByRole("button", { name: /Leite Integral 1L/ }).click();
      const factor = page.getByLabel(FACTOR("UN"));
      await factor.fill("0,0833");
      await page.getByText("0,833 UN").waitFor();
      await page.getByText("Menos de 1 UN por CX: confira se não é o contrário.").waitFor();
      await factor.fill("meia");
      await page.getByText("Escreva um número, como 12 ou 2,5, ou uma fração, como 1/12").waitFor();
      equal(await page.getByRole("button", { name: "Gravar o de-para" }).isDisabled(), true);
      await factor.fill("1/12");
      await page.getByText("12 CX da nota = 1 UN do estoque").waitFor();
      await page.getByText("não fica exata").waitFor();
      await page.getByText("Menos de 1 UN por CX: confira se não é 12 em vez de 1/12.").waitFor();
      await picture("mapping-fraction");
      await page.getByRole("button", { name: "Gravar o de-para" }).click();
      await page.getByText("De-para de LEITE-CX gravado.").waitFor();
      await page.getByRole("button", { name: "Desfazer" }).click();
      await page.getByText("Desfeito.").waitFor();
      await page
        .getByRole("link", { name: /leite integral/i })
        .first()
        .waitFor();
    },
  },
  {
    name: "an item without a like product gets one that is made beside it",
    async run({ page, world, open, accessible, picture }) {
      await waitingNotes(world, []);
      const item = { ...BOX, cProd: "ESP-9", xProd: "ESPONJA DE ACO C/8", NCM: "73231000" };
      await world.upload(syntheticNote({ seed: 7121, items: [item] }).xml);
      await open("/de-para");
      await page
        .getByRole("link", { name: /esponja/i })
        .first()
        .click();
      await page.getByText("Nenhum produto parecido").waitFor();
      await page.getByRole("button", { name: "Criar produto" }).click();
      const dialog = page.getByRole("dialog", { name: "Criar produto" });
      await dialog.getByText("1 CX da nota = 1 CX do estoque").waitFor();
      await dialog.getByLabel("Código").fill("ESPONJA");
      await dialog.getByLabel("Unidade em que o estoque conta").fill("UN");
      await accessible();
      await picture("mapping-new-product");
      await dialog.getByRole("button", { name: "Criar produto" }).click();
      await page.getByLabel(FACTOR("UN")).fill("8");
      await page.getByText("80 UN").waitFor();
      await page.getByRole("button", { name: "Gravar o de-para" }).click();
      await page.getByText("1 nota deixou de esperar.").waitFor();
    },
  },
  {
    name: "a product made in De-para has the item's NCM, its GTIN in the item's unit alone, and no other's factor",
    async run({ page, world, open }) {
      await waitingNotes(world, []);
      const kept = async (code: string, gtin: string, unit: string) => {
        const item = { ...BOX, cProd: code, xProd: `ARROZ ${code}`, NCM: "10063021", cEAN: gtin };
        const [emit] = SUPPLIERS;
        const seed = Number(gtin.slice(-5));
        await world.upload(syntheticNote({ seed, emit, items: [item] }).xml);
        await open(`/de-para?item=${emit.cnpj}.CX.${code}`);
        await page.getByRole("combobox", { name: "Produto do cadastro" }).fill(MILK.name);
        await page.getByRole("option", { name: MILK.name }).click();
        await page.getByLabel(FACTOR("UN")).fill("12");
        await page.getByRole("button", { name: "Criar produto" }).click();
        const dialog = page.getByRole("dialog", { name: "Criar produto" });
        await dialog.getByLabel("Unidade em que o estoque conta").fill(unit);
        await dialog.getByRole("button", { name: "Criar produto" }).click();
        await dialog.waitFor({ state: "hidden" });
        equal(await page.getByLabel(FACTOR(unit)).inputValue(), unit === "CX" ? "1" : "");
        const { body } = await world.call("GET", `/api/products/${code}`);
        return [Object(body).unit, Object(body).ncm, Object(body).barcode];
      };
      const [boxed, single] = [gtinOf("200000007141"), gtinOf("200000007142")];
      deepEqual(await kept("ARROZ-A", boxed, "CX"), ["CX", "10063021", boxed]);
      deepEqual(await kept("ARROZ-B", single, "UN"), ["UN", "10063021", null]);
    },
  },
  {
    name: "a phone shows the factor, its proof and the button at once, above the bar of places",
    async run({ page, world, open }) {
      await waitingNotes(world, [7151]);
      const supplier_cnpj = SUPPLIERS[1]?.cnpj ?? "";
      const query = new URLSearchParams({ supplier_cnpj, code: BOX.cProd, unit: "CX" });
      await world.call("DELETE", `/api/supplier-items?${query}`);
      await page.setViewportSize({ width: 360, height: 740 });
      await open(`/de-para?item=${supplier_cnpj}.CX.${BOX.cProd}`);
      await page.getByRole("button", { name: /Leite Integral 1L/ }).click();
      const factor = page.getByLabel(FACTOR("UN"));
      await factor.fill("1/12");
      const proof = page.getByText("12 CX da nota = 1 UN do estoque");
      await proof.waitFor();
      const save = page.getByRole("button", { name: "Gravar o de-para" });
      const shown = async (one: Locator) => {
        const box = await one.boundingBox();
        return { top: box?.y ?? 0, bottom: (box?.y ?? 0) + (box?.height ?? 0) };
      };
      const bar = await shown(page.locator(".tab-bar"));
      const order = [await shown(factor), await shown(proof), await shown(save), bar];
      const edges = order.flatMap(({ top, bottom }) => [top, bottom]);
      deepEqual(
        edges,
        [...edges].sort((a, b) => a - b),
      );
      ok((edges[0] ?? -1) >= 0, String(edges));
      // A low window keeps its room for the field.
      await page.setViewportSize({ width: 740, height: 360 });
      const position = "getComputedStyle(document.querySelector('.mapping-foot')).position";
      equal(await page.evaluate(position), "static");
    },
  },
  {
    name: "mappings that stand are changed and removed with an undo, and travel as CSV in and out",
    async run({ page, world, open, accessible, picture }) {
      await waitingNotes(world, []);
      const mapping = { supplier_cnpj: SUPPLIERS[0].cnpj, code: "T-77", unit: "CX" };
      const put = await world.call("PUT", "/api/supplier-items", {
        ...mapping,
        product_code: MILK.code,
        factor: "1/12",
      });
      equal(put.status, 200);
      await open("/de-para?ver=gravados");
      const row = page.getByRole("row", { name: /T-77/ });
      await row.getByText("12 CX = 1 UN").waitFor();
      await accessible();
      await picture("mapping-standing");
      await row.getByRole("button", { name: "Mudar T-77" }).click();
      await page.getByLabel(FACTOR("UN")).fill("24");
      await page.getByText("1 CX da nota = 24 UN do estoque").waitFor();
      await accessible();
      await picture("mapping-change");
      const change = page.getByRole("dialog", { name: "De-para de T-77" });
      await change.getByRole("button", { name: "Voltar" }).click();
      await row.getByRole("button", { name: "Mudar T-77" }).click();
      equal(await page.getByLabel(FACTOR("UN")).inputValue(), "1/12");
      await page.getByLabel(FACTOR("UN")).fill("24");
      await page.getByRole("button", { name: "Gravar o de-para" }).click();
      await row.getByText("1 CX = 24 UN").waitFor();
      await page.getByRole("button", { name: "Baixar ou importar" }).click();
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Baixar o de-para (CSV)" }).click(),
      ]);
      const csv = await readFile(await file.path());
      match(csv.toString("utf8"), /;T-77;CX;LEITE-1L;24;/);
      await row.getByRole("button", { name: "Excluir T-77" }).click();
      await page.getByRole("button", { name: "Excluir", exact: true }).click();
      await row.waitFor({ state: "hidden" });
      await page.getByRole("button", { name: "Baixar ou importar" }).click();
      await page.getByRole("button", { name: "Importar um CSV" }).click();
      const wrong = csv.toString("utf8").replace("LEITE-1L", "NAO-HA");
      const choose = page.getByLabel("Arquivo CSV");
      const named = (buffer: Buffer) => ({ name: "de-para.csv", mimeType: "text/csv", buffer });
      await choose.setInputFiles(named(Buffer.from(wrong)));
      await page
        .getByText(/linha \d+/i)
        .first()
        .waitFor();
      await accessible();
      await picture("mapping-import");
      await choose.setInputFiles(named(csv));
      await page.getByText(/1 nova/).waitFor();
      await page.getByRole("button", { name: "Importar", exact: true }).click();
      await row.getByText("1 CX = 24 UN").waitFor();
      deepEqual(await page.getByRole("alert").count(), 0);
    },
  },
  {
    name: "a person who may not map sees what waits and why, without a field or a button for it",
    async run({ page, world, open, accessible, picture }) {
      await waitingNotes(world, [7131]);
      await page.route("**/api/session", async (route) => {
        const answer = await route.fetch();
        const text = (await answer.text()).replaceAll('"ADMIN"', '"OPERADOR"');
        return route.fulfill({ response: answer, body: text });
      });
      await open("/de-para");
      await page.getByRole("link", { name: /leite/i }).first().click();
      await page.getByText("Quem liga o item a um produto do cadastro é um gerente.").waitFor();
      equal(await page.getByRole("button", { name: /Leite Integral 1L/ }).count(), 0);
      equal(await page.getByRole("combobox").count(), 0);
      await accessible();
      await picture("mapping-operator");
      await page.getByRole("button", { name: "Baixar" }).click();
      equal(await page.getByRole("button", { name: "Importar um CSV" }).count(), 0);
    },
  },
  {
    name: "a refused reading of what waits shows the sentence of the service, and reads again when asked",
    async run({ page, open, accessible, picture }) {
      let refused = true;
      await page.route("**/api/supplier-items/waiting**", (route) =>
        refused
          ? route.fulfill({
              status: 500,
              headers: { "content-type": "application/problem+json" },
              body: JSON.stringify({
                status: 500,
                code: "internal",
                detail: "Falha de propósito.",
                request_id: "r-1",
              }),
            })
          : route.continue(),
      );
      await open("/de-para");
      await page.getByText("Falha de propósito.").waitFor();
      await accessible();
      await picture("mapping-failed");
      refused = false;
      await page.getByRole("button", { name: "Tentar de novo" }).click();
      await page.getByText("Falha de propósito.").waitFor({ state: "hidden" });
    },
  },
];

/** What the view De-para does for a manager, and does not for others. */
export const mappingSentences: readonly Sentence[] = sentences.map((one) => ({
  ...one,
  run: settled(one.run),
}));
