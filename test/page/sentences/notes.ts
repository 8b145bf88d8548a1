import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { itemOf, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import type { Sentence, Visit, World } from "../browser.ts";

const [coffee] = SUPPLIERS;
const [, beans] = coffee.products;
if (beans === undefined) throw new Error("no product");

/** A note of one item; the seed is its number too. Each sentence has seeds of its own: in workerd they share a service. */
export const noteOf = (seed: number, more: NoteOptions = {}) =>
  syntheticNote({ seed, emit: coffee, items: [itemOf(beans, "3")], ...more });

export async function registered(world: World, seed: number, more: NoteOptions = {}) {
  const note = noteOf(seed, more);
  await world.upload(note.xml, "?approve=false");
  return note;
}

export const statusOf = async (world: World, key: string): Promise<unknown> => {
  const { body } = await world.call("GET", `/api/nfes/${key}`);
  return Object(body).status;
};

export const row = ({ page }: Visit, key: string) => page.locator(`[data-key="${key}"]`);

/** Approves what other sentences left, so that the list is this one's own. */
export async function emptied(world: World): Promise<void> {
  // A page at a time: at the edge a list of sentences shares one service, and one of them has sent 150 notes.
  for (let page = 0; page < 10; page += 1) {
    const { body } = await world.call("GET", "/api/nfes?status=PENDENTE&held=false&limit=100");
    const keys = Object(body).data.map((note: { access_key: string }) => note.access_key);
    if (keys.length === 0) return;
    await world.call("POST", "/api/nfes/process", { access_keys: keys });
  }
}

/** What a clerk does with notes that are ready, and how each is found. */
export const notesSentences: readonly Sentence[] = [
  {
    name: "a clerk approves all ready notes by one button, and the stock has them once",
    async run({ page, world, open, accessible, picture }) {
      await emptied(world);
      const notes = [];
      for (let seed = 6101; seed < 6104; seed += 1) notes.push(await registered(world, seed));
      await open("/notas");
      await page.getByRole("button", { name: "Aprovar as 3 prontas" }).waitFor();
      await accessible();
      await picture("notas-a-aprovar");
      await page.getByRole("button", { name: "Aprovar as 3 prontas" }).click();
      await page.getByRole("button", { name: "Aprovar todas" }).click();
      await page.getByText("3 notas aprovadas.").waitFor();
      await page.getByText("Tudo aprovado.").waitFor();
      for (const { accessKey } of notes) equal(await statusOf(world, accessKey), "PROCESSADA");
      await accessible();
      await picture("notas-vazia");
    },
  },
  {
    name: "a clerk approves ten notes by the keyboard alone",
    async run(visit) {
      const { page, world, open } = visit;
      await emptied(world);
      const notes = [];
      for (let seed = 6110; seed < 6120; seed += 1) notes.push(await registered(world, seed));
      const [newest] = notes.slice(-1);
      await open("/notas");
      await row(visit, newest?.accessKey ?? "").waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("x");
      await page.keyboard.press("j");
      await page.keyboard.press("x");
      await page.getByRole("button", { name: "Aprovar as 2 marcadas" }).waitFor();
      await page.keyboard.press("a");
      await page.getByText("2 notas aprovadas.").waitFor();
      await page.getByRole("button", { name: "Aprovar as 8 prontas" }).waitFor();
      for (let left = 8; left > 1; left -= 1) {
        await page.keyboard.press("j");
        await page.keyboard.press("a");
        await page
          .locator(".rows tbody tr")
          .nth(left - 1)
          .waitFor({ state: "detached" });
      }
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Aprovar e lançar no estoque" }).waitFor();
      await page.keyboard.press("a");
      await page.getByRole("button", { name: "Estornar" }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByText("Tudo aprovado.").waitFor();
      for (const { accessKey } of notes) equal(await statusOf(world, accessKey), "PROCESSADA");
    },
  },
  {
    name: "of two clerks who approve the same note one learns of the other, and the stock moves once",
    async run(visit) {
      const { page, world, open } = visit;
      const { accessKey } = await registered(world, 6120);
      await open(`/notas?nota=${accessKey}`);
      const button = page.getByRole("button", { name: "Aprovar e lançar no estoque" });
      await button.waitFor();
      // The other clerk is faster than the feed: the page still shows the button.
      await page.route("**/api/nfes/*/process", async (route) => {
        await world.call("POST", `/api/nfes/${accessKey}/process`);
        await route.continue();
      });
      await button.click();
      await page.getByText("Esta nota já estava aprovada.").waitFor();
      await page.getByRole("button", { name: "Estornar" }).waitFor();
      const { body } = await world.call("GET", `/api/nfes/${accessKey}`);
      equal(Object(body).movements.length, 1);
    },
  },
  {
    name: "a note that arrives elsewhere appears by itself, and is gone when another approves it",
    async run(visit) {
      const { page, world, open } = visit;
      const live = page.waitForResponse(/\/api\/notifications\/stream/);
      await open("/notas");
      await live;
      const { accessKey } = await registered(world, 6130);
      await row(visit, accessKey).waitFor();
      await world.call("POST", `/api/nfes/${accessKey}/process`);
      await row(visit, accessKey).waitFor({ state: "detached" });
    },
  },
  {
    name: "a note is found by its 44 digits and by its number, and the address gives the same view again",
    async run(visit) {
      const { page, world, open, accessible, picture } = visit;
      const { accessKey } = await registered(world, 6140);
      const other = await registered(world, 6141);
      await open("/notas?ver=todas");
      await row(visit, other.accessKey).waitFor();
      await page.keyboard.press("/");
      await page.keyboard.type(accessKey.replaceAll(/(.{4})/g, "$1 "));
      await row(visit, other.accessKey).waitFor({ state: "detached" });
      await row(visit, accessKey).waitFor();
      await page.getByRole("searchbox").fill("6141");
      await row(visit, accessKey).waitFor({ state: "detached" });
      await row(visit, other.accessKey).getByRole("link").first().click();
      await page.getByRole("heading", { name: "Torrefacao Serra Negra Ltda", level: 2 }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Torrefacao Serra Negra Ltda", level: 2 }).waitFor();
      equal(await page.getByRole("searchbox").inputValue(), "6141");
      await page.getByRole("searchbox").fill("nada com este texto");
      await page.getByText("Nenhuma nota com esta busca.").waitFor();
      await accessible();
      await picture("notas-nada");
    },
  },
  {
    name: "an open note shows each balance before and after, its cost cent by cent, and its rules",
    async run({ page, world, open, accessible, picture }) {
      await emptied(world);
      const cost = { vFrete: "7.35", vIPI: "4.20" };
      const { accessKey } = await registered(world, 6150, {
        items: [
          itemOf(beans, "3", cost),
          itemOf(beans, "2", {
            cProd: "LOTE-6150",
            xProd: "CAFE ESPECIAL 250G",
            lots: [{ nLote: "L6150", qLote: "2.000", dFab: "2026-10-01", dVal: "2027-10-01" }],
          }),
        ],
      });
      await registered(world, 6151);
      await open(`/notas?nota=${accessKey}`);
      await page.getByText("Produto novo").first().waitFor();
      await page.getByText("Lote L6150").waitFor();
      await page.getByText("Custo e impostos, centavo a centavo").click();
      const costs = page.getByRole("table", { name: "Do valor dos produtos ao custo no estoque" });
      await costs.waitFor();
      match((await costs.textContent()) ?? "", /Frete\s*R\$\s7,35/);
      match((await costs.textContent()) ?? "", /IPI\s*R\$\s4,20/);
      await page.getByText("Por que esta decisão").click();
      await page
        .getByText(/entra no estoque\./)
        .first()
        .waitFor();
      await page.getByText("Chave de acesso e datas").click();
      await accessible();
      await picture("nota-pronta");
      await page.getByRole("button", { name: "Fechar a nota" }).click();
      equal(await page.evaluate("document.activeElement.closest('tr')?.dataset.key"), accessKey);
    },
  },
  {
    name: "the XML is downloaded as it came, and the note is printed with its parties, its items and its key",
    async run({ page, world, open }) {
      await page.addInitScript({
        content: "globalThis.print = () => { document.body.dataset.papers = '1'; };",
      });
      const { accessKey, xml } = await registered(world, 6160);
      await open(`/notas?ver=todas&nota=${accessKey}`);
      await page.getByRole("button", { name: "Mais" }).last().click();
      const [saved] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Baixar o XML" }).click(),
      ]);
      equal(await readFile(await saved.path(), "utf8"), xml);
      await page.getByRole("button", { name: "Mais" }).last().click();
      const [paper] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "DANFE (PDF)" }).click(),
      ]);
      equal((await readFile(await paper.path(), "latin1")).slice(0, 5), "%PDF-");
      await page.getByRole("button", { name: "Mais" }).last().click();
      await page.getByText("Imprimir esta tela").click();
      // Not waitForFunction: its second look is an `eval`, which the page's policy refuses.
      await page.locator("[data-papers]").waitFor();
      await page.emulateMedia({ media: "print" });
      const printed = String(await page.evaluate("document.querySelector('.note').innerText"));
      match(printed, /Cafe em Graos 1KG/);
      match(printed, /Emitente[\s\S]*Destinatário \/ remetente[\s\S]*CNPJ/);
      ok(printed.replaceAll(" ", "").includes(accessKey));
      deepEqual(
        await page.locator(".notes-list, .note-foot, .side-bar").locator("visible=true").count(),
        0,
      );
      ok((await page.pdf()).length > 10_000);
    },
  },
  {
    name: "a company without a note reads how the first one comes, and not that all is approved",
    async run({ page, open, picture }) {
      const none = { ready: 0, held: 0, processed: 0, reversed: 0, cancelled: 0, discarded: 0 };
      await page.route("**/api/nfes/counts", (route) => route.fulfill({ json: none }));
      await page.route("**/api/nfes?**", (route) =>
        route.fulfill({ json: { data: [], pagination: { next_cursor: null } } }),
      );
      await open("/notas");
      await page.getByText("Nenhuma nota ainda.").waitFor();
      await page.getByText("Solte aqui os XMLs").waitFor();
      equal(await page.getByText("Toque em Enviar notas").isVisible(), false);
      await picture("notas-primeira");
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByText("Toque em Enviar notas").waitFor();
      equal(await page.getByText("Solte aqui os XMLs").isVisible(), false);
    },
  },
  {
    name: "a list that fails says so in the API's words, keeps its rows, and is read again",
    async run(visit) {
      const { page, world, open, accessible } = visit;
      const { accessKey } = await registered(world, 6170);
      let broken = false;
      await page.route("**/api/nfes?**", (route) =>
        broken
          ? route.fulfill({
              status: 500,
              contentType: "application/problem+json",
              body: JSON.stringify({ status: 500, detail: "Erro de teste", request_id: "r-1" }),
            })
          : route.continue(),
      );
      await open("/notas?busca=6170");
      await row(visit, accessKey).waitFor();
      broken = true;
      await page.getByRole("link", { name: /^Todas/ }).click();
      await page.getByText("Erro de teste").waitFor();
      await accessible();
      broken = false;
      await page.getByRole("button", { name: "Tentar de novo" }).first().click();
      await page.getByText("Erro de teste").waitFor({ state: "hidden" });
      await row(visit, accessKey).waitFor();
    },
  },
];
