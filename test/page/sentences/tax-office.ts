import { deepEqual, equal } from "node:assert/strict";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import type { Sentence, World } from "../browser.ts";
import { announced, answerWith, branch, called, switchedOff, switchedOn } from "./fetched.ts";
import { noteOf, registered, row } from "./notes.ts";

/** What was stated about a note, the newest first. */
async function stated(world: World, key: string): Promise<unknown> {
  const { body } = await world.call("GET", `/api/statements?access_key=${key}`);
  return Object(body).data.map((one: Record<string, unknown>) => [one.type, one.state, one.reason]);
}

/** What people do with notes that the tax office announces, and what they tell it. */
export const taxOfficeSentences: readonly Sentence[] = [
  {
    name: "without fetching the announced notes and a note's statements say how it begins",
    async run({ page, world, open, accessible, picture }) {
      await switchedOff(world);
      const { accessKey } = await registered(world, 6310);
      await open("/notas?ver=anunciadas");
      await page.getByText("As notas podem chegar sozinhas.").waitFor();
      equal(await page.getByRole("button", { name: "Buscar pela chave" }).count(), 0);
      await accessible();
      await picture("anunciadas-comeco");
      await open(`/notas?ver=todas&nota=${accessKey}`);
      await page.getByText("Manifestação do destinatário").click();
      await page.getByText("Para se manifestar, a empresa precisa").waitFor();
      equal(await page.getByRole("button", { name: "Manifestar-se" }).count(), 0);
      await page.getByRole("link", { name: "Ligar em Administração, SEFAZ" }).click();
      await page.getByRole("heading", { name: "Busca de notas na SEFAZ" }).waitFor();
    },
  },
  {
    name: "announced notes are listed with the days left, and ciência is stated of one by its button and of others by the keyboard",
    async run(visit) {
      const { page, world, open, accessible, picture } = visit;
      const cnpj = branch(11);
      const keys = await announced(visit, cnpj, [
        { seed: 6321, days: 1, vNF: "1234.50" },
        { seed: 6322, days: 9, name: "ATACADO DE BEBIDAS E ALIMENTOS DO VALE DO PARAIBA LTDA" },
        { seed: 6323, days: 30 },
        { seed: 6324, days: 2, cSitNFe: "3" },
        { seed: 6325, days: 4 },
      ]);
      const [first = "", second = "", late = "", cancelled = "", third = ""] = keys;
      await open("/notas?ver=anunciadas");
      await row(visit, first).getByText("Faltam 10 dias").waitFor();
      await row(visit, first).getByText("R$ 1.234,50").waitFor();
      await row(visit, second).getByText("Faltam 2 dias").waitFor();
      await row(visit, late).getByText("O prazo passou").waitFor();
      await row(visit, cancelled).getByText("Cancelada").waitFor();
      for (const key of [late, cancelled])
        equal(await row(visit, key).getByRole("button").count(), 0);
      await accessible();
      await picture("anunciadas");
      await row(visit, first).getByRole("button", { name: "Dar ciência" }).click();
      await row(visit, first).getByText("Ciência pedida").waitFor();
      deepEqual(await stated(world, first), [["210210", "asked", null]]);
      await row(visit, second).getByRole("link").focus();
      await page.keyboard.press("x");
      await row(visit, third).getByRole("link").focus();
      await page.keyboard.press("x");
      await page.getByRole("button", { name: "Dar ciência nas 2 marcadas" }).waitFor();
      await accessible();
      await picture("anunciadas-marcadas");
      await page.keyboard.press("a");
      await page.getByText("2 ciências pedidas.").first().waitFor();
      for (const key of [second, third])
        deepEqual(await stated(world, key), [["210210", "asked", null]]);
    },
  },
  {
    name: "a manager states of an announced note that the operation did not take place, with its reason, and sees it wait",
    async run(visit) {
      const { page, world, open, accessible, picture } = visit;
      const [key = ""] = await announced(visit, branch(12), [{ seed: 6331, days: 3 }]);
      await open(`/notas?ver=anunciadas&nota=${key}`);
      await page.getByText("A empresa ainda não se manifestou").waitFor();
      await accessible();
      await picture("anunciada");
      await page.getByRole("button", { name: "Manifestar-se" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("O que a empresa declara").selectOption("Operação não realizada");
      await dialog.getByLabel("Justificativa").fill("recusada");
      await page.keyboard.press("Enter");
      await dialog.getByText("Escreva pelo menos 15 caracteres").waitFor();
      await accessible();
      await picture("anunciada-manifestacao");
      await dialog.getByLabel("Justificativa").fill("Mercadoria recusada na entrega");
      await dialog.getByRole("button", { name: "Enviar à SEFAZ" }).click();
      await page.getByText("Espera o envio").waitFor();
      await page.getByText("Justificativa: Mercadoria recusada na entrega").waitFor();
      deepEqual(await stated(world, key), [["210240", "asked", "Mercadoria recusada na entrega"]]);
      await page.getByRole("button", { name: "Pedir o XML" }).click();
      await page.getByText("O XML foi pedido pela chave, e espera a vez.").waitFor();
      await accessible();
      await picture("anunciada-pedida");
      await page.keyboard.press("Escape");
      await row(visit, key).getByText("Manifestação pedida").waitFor();
    },
  },
  {
    name: "a note that is here is confirmed to the tax office from its detail, and the same is not offered again",
    async run({ page, world, open, accessible, picture }) {
      await switchedOn(world, branch(13));
      const { accessKey } = await registered(world, 6341);
      await open(`/notas?ver=todas&nota=${accessKey}`);
      await page.getByText("Manifestação do destinatário").click();
      await page.getByRole("button", { name: "Manifestar-se" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("O que a empresa declara").selectOption("Confirmação da operação");
      await dialog.getByRole("button", { name: "Enviar à SEFAZ" }).click();
      await page.getByText("Espera o envio").waitFor();
      deepEqual(await stated(world, accessKey), [["210200", "asked", null]]);
      await accessible();
      await picture("nota-manifestada");
      await page.getByRole("button", { name: "Manifestar-se" }).click();
      deepEqual(await dialog.getByRole("option").allTextContents(), [
        "Operação não realizada",
        "Desconhecimento da operação",
      ]);
    },
  },
  {
    name: "each state of a statement has its words, with what the tax office said and when the next try is",
    async run({ page, world, open, accessible, picture }) {
      const { accessKey } = await registered(world, 6345);
      const next = new Date(Date.now() + 3_600_000).toISOString();
      const one = {
        access_key: accessKey,
        cnpj: COMPANY.cnpj,
        environment: "production",
        sequence: 1,
        reason: null,
        next_at: null,
        code: null,
        text: null,
        protocol: null,
        registered_at: null,
        proven: false,
        by_rule: false,
        asked_at: "2026-11-20T12:00:00Z",
        ended_at: null,
      };
      const text = `Rejeicao: Evento apos o prazo permitido ${"para este evento ".repeat(12)}`;
      const data = [
        { ...one, id: "4", type: "210220", state: "refused", code: "596", text },
        { ...one, id: "3", type: "210240", state: "sending", code: "timeout", next_at: next },
        { ...one, id: "2", type: "210200", state: "done", protocol: "891260000000001" },
        { ...one, id: "1", type: "210210", state: "done", by_rule: true },
      ];
      await page.route("**/api/statements?*", (route) =>
        route.fulfill({ json: { data, pagination: { limit: 20, next_cursor: null } } }),
      );
      await open(`/notas?ver=todas&nota=${accessKey}`);
      await page.getByText("Manifestação do destinatário").click();
      await page.getByText("Evento apos o prazo permitido").waitFor();
      await page.getByText("Recusada pela SEFAZ").waitFor();
      await page.getByText("Última tentativa: A SEFAZ demorou demais").waitFor();
      await page.getByText("Próxima tentativa:").waitFor();
      await page.getByText("protocolo 891260000000001").waitFor();
      await page.getByText("pela regra da ciência").waitFor();
      await accessible();
      await picture("nota-manifestacoes");
    },
  },
  {
    name: "a note is asked for by the key on its paper as a scanner types it, within what the hour allows",
    async run(visit) {
      const { page, world, open, accessible, picture } = visit;
      await switchedOff(world);
      await switchedOn(world, branch(14));
      const { accessKey } = noteOf(6351);
      await open(`/notas?busca=${accessKey}`);
      await page.getByRole("link", { name: "Buscar na SEFAZ" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("A SEFAZ ainda permite 20 pedidos nesta hora").waitFor();
      const field = dialog.getByLabel("Chave de acesso");
      equal(await field.inputValue(), accessKey);
      await field.fill("");
      await page.keyboard.type("3526 0911");
      await page.keyboard.press("Enter");
      await dialog.getByText("A chave tem 44 caracteres; aqui há 8").waitFor();
      await accessible();
      await picture("buscar-pela-chave");
      await field.fill("");
      await page.keyboard.type(accessKey);
      await page.keyboard.press("Enter");
      await page.getByText("Nota pedida à SEFAZ.").first().waitFor();
      await page.getByText("1 pedido na fila").waitFor();
      await called(visit, branch(14), answerWith([]));
      await open("/notas?ver=anunciadas");
      await page.getByRole("button", { name: "Buscar pela chave" }).click();
      await dialog.getByText("A SEFAZ ainda permite 19 pedidos nesta hora").waitFor();
    },
  },
  {
    name: "without an answer the announced notes say so, and are read again; a VISUALIZADOR has no button there",
    async run(visit) {
      const { page, world, open, context, accessible, picture } = visit;
      const [key = ""] = await announced(visit, branch(15), [{ seed: 6361, days: 1 }]);
      const list = "**/api/nfes/announced*";
      await context.route(list, (route) => route.abort());
      await open("/notas?ver=anunciadas");
      await page.getByText("Sem resposta do sistema.").first().waitFor();
      await accessible();
      await picture("anunciadas-sem-resposta");
      await context.unroute(list);
      await page.getByRole("button", { name: "Tentar de novo" }).first().click();
      await row(visit, key).waitFor();
      const person = { email: "leitor6361@loja.example", password: "uma senha de leitura" };
      await world.call("POST", "/api/users", { ...person, name: "Leitor", role: "VISUALIZADOR" });
      await context.clearCookies();
      await open(`/notas?ver=anunciadas&nota=${key}`);
      await page.getByLabel("E-mail").fill(person.email);
      await page.getByLabel("E-mail").fill(person.email);
      await page.getByLabel("Senha", { exact: true }).fill(person.password);
      await page.getByRole("button", { name: "Entrar" }).click();
      await page.getByText("A empresa ainda não se manifestou").waitFor();
      const acting = /ciência|Manifestar|Buscar|Pedir/;
      equal(await page.getByRole("button", { name: acting }).count(), 0);
      equal(await page.getByRole("checkbox").count(), 0);
      await accessible();
    },
  },
];
