import { deepEqual, equal } from "node:assert/strict";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import type { Sentence } from "../browser.ts";
import { videoOfKey } from "../video.ts";
import { answerWith, blocking, branch, called, switchedOn } from "./fetched.ts";
import { noteOf } from "./notes.ts";

/** What an administrator decides about the tax office. */
export const taxOfficeAdminSentences: readonly Sentence[] = [
  {
    name: "an administrator switches the fetching of a CNPJ on, asks for it now, saves the rule of ciência, and switches it off",
    async run(visit) {
      const { page, world, open, accessible, picture } = visit;
      await world.call("PATCH", "/api/company", { cnpjs: [COMPANY.cnpj] });
      await open("/admin?ver=sefaz");
      await page.getByRole("button", { name: "Ligar um CNPJ" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("CNPJ", { exact: true }).fill(branch(21));
      await dialog.getByRole("button", { name: "Ligar a busca" }).click();
      await dialog.getByText("Escolha o estado em que o CNPJ está").waitFor();
      await dialog.getByLabel("Estado do CNPJ").selectOption("SP");
      await accessible();
      await picture("admin-sefaz-ligar");
      await dialog.getByRole("button", { name: "Ligar a busca" }).click();
      await page.getByText("Busca ligada.").first().waitFor();
      await called(visit, branch(21), answerWith([]));
      await open("/admin?ver=sefaz");
      await page.getByText("(137)").waitFor();
      await page.getByRole("button", { name: "Buscar agora" }).first().click();
      await page.getByText("A SEFAZ não permite outra consulta antes de").first().waitFor();
      await page.getByLabel("De fornecedores conhecidos").check();
      await page.getByText("Regra da ciência salva.").first().waitFor();
      const { body } = await world.call("GET", "/api/statements/rule");
      deepEqual(body, { awareness: "known_suppliers" });
      await accessible();
      await picture("admin-sefaz");
      await page.getByRole("button", { name: "Desligar" }).first().click();
      await dialog.getByRole("button", { name: "Desligar" }).click();
      await page.getByText("Busca desligada.").first().waitFor();
      await page.getByText("Desligada", { exact: true }).waitFor();
    },
  },
  {
    name: "a CNPJ that the tax office has blocked is shown with why and until when, and a document that could not be read is asked for again",
    async run(visit) {
      const { page, world, open, accessible, picture } = visit;
      const cnpj = branch(22);
      await switchedOn(world, cnpj);
      const broken = { schema: "procNFe_v4.00.xsd", content: "", packed: "bm8gZ3ppcA==" };
      await called(visit, cnpj, answerWith([broken]));
      await open("/admin?ver=sefaz");
      await page.getByRole("heading", { name: "Documentos que não puderam ser lidos" }).waitFor();
      await page.getByText("· Veio danificado").waitFor();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Baixar" }).click(),
      ]);
      equal(download.suggestedFilename(), `SEFAZ-${cnpj}-NSU-1.bin`);
      await page.getByRole("button", { name: "Pedir de novo" }).click();
      await page.getByText("O documento do NSU 1 foi pedido de novo").first().waitFor();
      await called(visit, cnpj, blocking());
      await open("/admin?ver=sefaz");
      await page.getByText("A SEFAZ bloqueou este CNPJ por consumo indevido.").waitFor();
      equal(await page.getByRole("button", { name: "Buscar agora" }).isDisabled(), true);
      await accessible();
      await picture("admin-sefaz-bloqueada");
    },
  },
  {
    name: "the panel counts the CNPJs whose fetching fails, and leads to them",
    async run({ page, open, accessible }) {
      await page.route("**/api/dashboard/stats*", async (route) => {
        const answer = await route.fetch();
        const json = await answer.json();
        await route.fulfill({ json: { ...json, alerts: { ...json.alerts, sefaz_failing: 2 } } });
      });
      await open("/painel");
      await accessible();
      await page.getByRole("link", { name: "A busca de notas na SEFAZ falha em 2 CNPJs" }).click();
      await page.getByRole("heading", { name: "Busca de notas na SEFAZ" }).waitFor();
    },
  },
];

/** The key that the camera sees (`videoOfPaper`). */
const PAPER = noteOf(6371).accessKey;
export const videoOfPaper = (): Promise<string> => videoOfKey(PAPER);

/** A note is asked for by its paper before the camera. */
export const paperSentences: readonly Sentence[] = [
  {
    name: "the camera reads the key on a note's paper, and the note is asked for",
    async run({ page, world, open, accessible, picture }) {
      await switchedOn(world, branch(16));
      await open("/notas?ver=anunciadas");
      await page.getByRole("button", { name: "Buscar pela chave" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Ler com a câmera" }).click();
      await dialog.getByText("44 de 44").waitFor();
      equal(await dialog.getByLabel("Chave de acesso").inputValue(), PAPER);
      equal(await page.locator("video").count(), 0);
      await accessible();
      await picture("chave-pela-camera");
      await dialog.getByRole("button", { name: "Pedir a nota" }).click();
      await page.getByText("1 pedido na fila").waitFor();
    },
  },
];
