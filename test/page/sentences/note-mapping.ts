import { deepEqual, equal, ok } from "node:assert/strict";
import { itemOf, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import type { Sentence, Visit, World } from "../browser.ts";
import { registered, statusOf } from "./notes.ts";

const mappingRequired = (world: World, required: boolean) =>
  world.call("PATCH", "/api/company", { require_mapping: required });

/** A note of 2 boxes without a product, open, and the form that links them. */
async function boxedNote(world: World, open: Visit["open"], page: Visit["page"], seed: number) {
  const [, beans] = SUPPLIERS[0].products;
  const items =
    beans === undefined ? 1 : [{ ...itemOf(beans, "2"), cProd: `K${seed}`, uCom: "CX" }];
  const { accessKey } = await registered(world, seed, { items });
  await open(`/notas?ver=pendencias&nota=${accessKey}`);
  const form = page.getByRole("form", { name: /De-para de/ });
  await form.waitFor();
  return { accessKey, form };
}

/** The mapping of a code of the first supplier, as the API lists it. */
async function mappedOf(world: World, code: string): Promise<unknown> {
  const supplier = SUPPLIERS[0].cnpj;
  const { body } = await world.call(
    "GET",
    `/api/supplier-items?supplier_cnpj=${supplier}&limit=100`,
  );
  return Object(body).data.find((one: { code: string }) => one.code === code);
}

/** Links an item of a note to a product of ours, in the note. */
export const noteMappingSentences: readonly Sentence[] = [
  {
    name: "an item without a product is linked in the note, with the proof of its factor, and the note is ready",
    async run({ page, world, open, accessible, picture }) {
      await mappingRequired(world, true);
      const product = { code: "CAFE-6220", name: "Café em grãos 6220", unit: "UN" };
      await world.call("POST", "/api/products", product);
      const { form } = await boxedNote(world, open, page, 6220);
      await form.getByRole("combobox").fill("6220");
      await form.getByRole("option", { name: /Café em grãos 6220/ }).click();
      const factor = form.getByLabel("Quanto é 1 CX da nota em UN?");
      equal(await factor.inputValue(), "");
      await factor.fill("12");
      await form.getByText("1 CX da nota = 12 UN do estoque").waitFor();
      await form.getByText(/24 UN a R\$\s4,5625; total R\$\s109,50 não muda/).waitFor();
      await accessible();
      await picture("nota-de-para");
      await form.getByRole("button", { name: "Gravar o de-para" }).click();
      await page.getByText("1 nota deixou de esperar").waitFor();
      await page.getByRole("button", { name: "Aprovar e lançar no estoque" }).click();
      await page.getByRole("button", { name: "Estornar" }).waitFor();
      await mappingRequired(world, false);
      const { body } = await world.call("GET", "/api/stock/CAFE-6220");
      equal(Object(body).quantity, 24);
    },
  },
  {
    name: "another product empties the factor that was typed for the one before, and an unreadable one is never 1",
    async run({ page, world, open }) {
      await mappingRequired(world, true);
      for (const unit of ["UN", "KG", "CX"])
        await world.call("POST", "/api/products", {
          code: `GRAO-${unit}`,
          name: `Grao 6225 ${unit}`,
          unit,
        });
      const { accessKey, form } = await boxedNote(world, open, page, 6225);
      const choose = async (unit: string) => {
        await form.getByRole("combobox").fill("6225");
        await form.getByRole("option", { name: `Grao 6225 ${unit}` }).click();
        const factor = form.getByLabel(`Quanto é 1 CX da nota em ${unit}?`);
        await factor.waitFor();
        return factor;
      };
      const save = form.getByRole("button", { name: "Gravar o de-para" });
      let factor = await choose("UN");
      equal(await factor.inputValue(), "");
      equal(await save.isDisabled(), true);
      equal(await form.getByText("Escreva um número").count(), 0);
      await factor.fill("12");
      await form.getByText("1 CX da nota = 12 UN do estoque").waitFor();
      factor = await choose("KG");
      equal(await factor.inputValue(), "");
      equal(await save.isDisabled(), true);
      await factor.fill("doze");
      await form.getByText("Escreva um número").waitFor();
      equal(await save.isDisabled(), true);
      await factor.press("Enter");
      // What is typed and not chosen is not the product that the factor is asked for.
      await form.getByRole("combobox").fill("outro");
      await factor.focus();
      equal(await form.getByRole("combobox").inputValue(), "Grao 6225 KG");
      factor = await choose("CX");
      equal(await factor.inputValue(), "1");
      await form.getByText("1 CX da nota = 1 CX do estoque").waitFor();
      await page.setViewportSize({ width: 360, height: 740 });
      await factor.fill("2");
      await form.getByText("1 CX da nota = 2 CX do estoque").waitFor();
      const foot = await page.locator(".note-foot").boundingBox();
      const button = await save.boundingBox();
      ok((button?.y ?? 740) + (button?.height ?? 0) <= (foot?.y ?? 0));
      equal(await mappedOf(world, "K6225"), undefined);
      equal(await statusOf(world, accessKey), "PENDENTE");
      await mappingRequired(world, false);
    },
  },
  {
    name: "a product that is made from an item has the item's own unit and factor 1, whatever was typed before",
    async run({ page, world, open, accessible, picture }) {
      await mappingRequired(world, true);
      await world.call("POST", "/api/products", { code: "UM-6226", name: "Um 6226", unit: "UN" });
      const { form } = await boxedNote(world, open, page, 6226);
      await form.getByRole("combobox").fill("6226");
      await form.getByRole("option", { name: /Um 6226/ }).click();
      await form.getByLabel("Quanto é 1 CX da nota em UN?").fill("12");
      await form.getByText("1 CX da nota = 12 UN do estoque").waitFor();
      await form.getByRole("button", { name: "Criar produto" }).click();
      const dialog = page.getByRole("dialog", { name: "Criar produto" });
      await dialog.getByText("1 CX da nota = 1 CX do estoque").waitFor();
      await accessible();
      await picture("nota-criar-produto");
      await dialog.getByRole("button", { name: "Criar produto" }).click();
      await form.getByText("1 CX da nota = 1 CX do estoque").waitFor();
      equal(await mappedOf(world, "K6226"), undefined);
      await form.getByRole("button", { name: "Gravar o de-para" }).click();
      await page.getByText("1 nota deixou de esperar").waitFor();
      const { product_code, factor } = Object(await mappedOf(world, "K6226"));
      deepEqual([product_code, factor], ["K6226", 1]);
      const { body } = await world.call("GET", "/api/products/K6226");
      const { unit, ncm, barcode } = Object(body);
      deepEqual([unit, ncm, barcode], ["CX", "09012100", "2000000010021"]);
      await mappingRequired(world, false);
    },
  },
];
