import { deepEqual, equal, match } from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { COMPANY, UNRELATED } from "../../../src/synthetic/trade.ts";
import type { Sentence, World } from "../browser.ts";
import { isAsWideAsShown, PHONE } from "./in-sight.ts";
import { registered, row, statusOf } from "./notes.ts";

/** An operation that does not say what becomes of the goods. */
const UNKNOWN = "5949";
const RELEASABLE = { overridable_holds: ["unknown_operation"] };

/** On a phone nothing of it is reached by scrolling to the side only. */
async function fitsPhone(page: Page, it: Locator): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize(PHONE);
  equal(await isAsWideAsShown(it), true);
  if (before !== null) await page.setViewportSize(before);
}

const changed = (world: World, json: object) => world.call("PATCH", "/api/company", json);

/** What a person decides about notes that wait, and about those in stock. */
export const heldNotesSentences: readonly Sentence[] = [
  {
    name: "a manager sees how a late freight is shared, adds it once, and reads that the same document was there",
    async run({ page, world, open, accessible, picture }) {
      const { accessKey } = await registered(world, 6290);
      await world.call("POST", `/api/nfes/${accessKey}/process`);
      await open(`/notas?ver=todas&nota=${accessKey}`);
      const dialog = page.getByRole("dialog");
      const look = async () => {
        await page.getByRole("button", { name: "Mais" }).last().click();
        await page.getByText("Lançar custo posterior").click();
        await dialog.getByRole("button", { name: "Ver o rateio" }).click();
        await dialog.getByText("Escreva um valor, como 120,50").waitFor();
        await dialog.getByLabel("Valor (R$)").fill("12,30");
        await dialog.getByLabel("Motivo").fill("frete do CT-e");
        await dialog.getByLabel("Documento (opcional)").fill("CTE-6290");
        await dialog.getByRole("button", { name: "Ver o rateio" }).click();
      };
      await look();
      const share = dialog.getByRole("row", { name: /12,30/ });
      await share.waitFor();
      const planned = await world.call("GET", `/api/nfes/${accessKey}`);
      deepEqual(Object(planned.body).late_costs, []);
      await accessible();
      await picture("nota-custo-posterior");
      await fitsPhone(page, dialog.getByRole("region", { name: "Rateio do custo" }));
      await dialog.getByRole("button", { name: "Lançar o custo" }).click();
      await page.getByText("Custo lançado no estoque.").first().waitFor();
      await look();
      await page.getByText("Este documento já estava lançado nesta nota.").first().waitFor();
      await dialog.waitFor({ state: "hidden" });
      const { body } = await world.call("GET", `/api/nfes/${accessKey}`);
      equal(Object(body).late_costs.length, 1);
      equal(Object(body).late_costs[0].amount, 12.3);
    },
  },
  {
    name: "an owner says what becomes of the goods, and releases and approves the held note",
    async run({ page, world, open, accessible, picture }) {
      await changed(world, RELEASABLE);
      const { accessKey } = await registered(world, 6201, { CFOP: UNKNOWN });
      // A link of before, when the list had another name.
      await open("/notas?ver=retidas");
      await page.locator('a[aria-current="page"]', { hasText: "Com pendência" }).waitFor();
      await page
        .getByRole("link", { name: /Resolver/ })
        .first()
        .waitFor();
      await open(`/notas?ver=pendencias&nota=${accessKey}`);
      await page.getByText("Operação a definir").last().waitFor();
      const release = page.getByRole("button", { name: "Liberar e aprovar" });
      equal(await release.isDisabled(), true);
      await page.getByLabel("Entra", { exact: true }).check({ force: true });
      await page.getByText("Saldo").waitFor();
      await accessible();
      await picture("nota-com-pendencia");
      await release.click();
      await page.getByRole("button", { name: "Estornar" }).waitFor();
      equal(await statusOf(world, accessKey), "PROCESSADA");
    },
  },
  {
    name: "a held note says why and what to do, and a hold that the company does not release has no button",
    async run({ page, world, open, accessible, picture }) {
      await changed(world, { overridable_holds: [] });
      const { accessKey } = await registered(world, 6210, { root: "NFe" });
      await open(`/notas?ver=pendencias&nota=${accessKey}`);
      await page.getByText("não traz o protocolo de autorização").first().waitFor();
      await page.getByText("Ele completa esta nota sozinho.").waitFor();
      await page.getByText("A empresa não permite liberar esta pendência.").waitFor();
      equal(await page.getByRole("button", { name: "Liberar e aprovar" }).count(), 0);
      await page.keyboard.press("a");
      equal(await statusOf(world, accessKey), "PENDENTE");
      await accessible();
      await picture("nota-sem-protocolo");
    },
  },
  {
    name: "a discarded note comes back by Desfazer, and from the list of what was discarded",
    async run(visit) {
      const { page, world, open, accessible, picture } = visit;
      await changed(world, { overridable_holds: [] });
      const { accessKey } = await registered(world, 6230, { root: "NFe" });
      await open(`/notas?ver=pendencias&nota=${accessKey}`);
      const discard = async () => {
        await page.getByRole("button", { name: "Descartar" }).click();
        const dialog = page.getByRole("dialog", { name: "Descartar a nota?" });
        await dialog.getByLabel("Motivo").fill("Sem uso");
        await dialog.getByRole("button", { name: "Descartar" }).click();
        await page.getByText("Nota descartada.").waitFor();
      };
      await discard();
      equal(await statusOf(world, accessKey), "DESCARTADA");
      await page.getByRole("button", { name: "Desfazer" }).click();
      await page.getByText("Nota restaurada.").waitFor();
      equal(await statusOf(world, accessKey), "PENDENTE");
      await discard();
      await open("/notas?ver=descartadas");
      await row(visit, accessKey).getByRole("link").first().click();
      await page.getByText("Sem uso").waitFor();
      await accessible();
      await picture("nota-descartada");
      await page.getByRole("button", { name: "Restaurar" }).click();
      await row(visit, accessKey).waitFor({ state: "detached" });
      equal(await statusOf(world, accessKey), "PENDENTE");
    },
  },
  {
    name: "a note in stock is reversed after its balances were shown, and can be approved again",
    async run({ page, world, open, accessible, picture }) {
      const { accessKey } = await registered(world, 6240);
      await world.call("POST", `/api/nfes/${accessKey}/process`);
      await open(`/notas?ver=estoque&nota=${accessKey}`);
      await page.getByRole("button", { name: "Estornar" }).click();
      const dialog = page.getByRole("dialog", { name: "Estornar a nota" });
      await dialog.getByRole("columnheader", { name: "Depois" }).waitFor();
      await dialog.getByRole("cell", { name: "Cafe em Graos 1KG" }).waitFor();
      await dialog.getByRole("button", { name: "Estornar a nota" }).click();
      await dialog.getByText("Escreva o motivo em pelo menos 3 letras").waitFor();
      await accessible();
      await picture("nota-estorno");
      await fitsPhone(page, dialog.getByRole("region", { name: "Saldos depois do estorno" }));
      await dialog.getByLabel("Motivo do estorno").fill("Mercadoria devolvida");
      await dialog.getByRole("button", { name: "Estornar a nota" }).click();
      await page.getByRole("button", { name: "Aprovar de novo" }).waitFor();
      equal(await statusOf(world, accessKey), "ESTORNADA");
      await page.getByRole("button", { name: "Aprovar de novo" }).click();
      await page.getByRole("button", { name: "Estornar" }).waitFor();
      equal(await statusOf(world, accessKey), "PROCESSADA");
    },
  },
  {
    name: "a cancelled note says so and has no button that approves it, until its event is withdrawn",
    async run({ page, world, open, accessible, picture }) {
      const { accessKey } = await registered(world, 6250);
      await world.upload(cancellationEvent(accessKey));
      await open(`/notas?ver=canceladas&nota=${accessKey}`);
      await page.getByText("Cancelamento").first().waitFor();
      equal(await page.getByRole("button", { name: /Aprovar|Liberar/ }).count(), 0);
      await accessible();
      await picture("nota-cancelada");
      await page.getByRole("button", { name: "Retirar o evento" }).click();
      const dialog = page.getByRole("dialog", { name: "Retirar este evento?" });
      await dialog.getByLabel("Motivo").fill("Evento falso");
      await dialog.getByRole("button", { name: "Retirar o evento" }).click();
      await page.getByRole("button", { name: "Aprovar e lançar no estoque" }).waitFor();
      equal(await statusOf(world, accessKey), "PENDENTE");
    },
  },
  {
    name: "an administrator takes a CNPJ of a note that is not ours into the company, and the note is ready",
    async run({ page, world, open }) {
      await changed(world, { cnpjs: [COMPANY.cnpj] });
      const { accessKey } = await registered(world, 6260, { dest: UNRELATED });
      await open(`/notas?ver=pendencias&nota=${accessKey}`);
      await page
        .getByRole("button", { name: /Esta empresa também usa/ })
        .last()
        .click();
      await page.getByRole("button", { name: "Cadastrar o CNPJ" }).click();
      await page.getByRole("button", { name: "Aprovar e lançar no estoque" }).waitFor();
    },
  },
  {
    name: "a VISUALIZADOR sees notes without a button that changes them, and is refused by hand",
    async run(visit) {
      const { page, world, open, context, accessible, picture } = visit;
      const ready = await registered(world, 6270);
      const held = await registered(world, 6271, { root: "NFe" });
      const person = { email: "leitor6270@loja.example", password: "uma senha de leitura" };
      await world.call("POST", "/api/users", { ...person, name: "Leitor", role: "VISUALIZADOR" });
      await context.clearCookies();
      await open(`/notas?nota=${ready.accessKey}`);
      await page.getByLabel("E-mail").fill(person.email);
      await page.getByLabel("Senha", { exact: true }).fill(person.password);
      await page.getByRole("button", { name: "Entrar" }).click();
      await page.getByText("Por que esta decisão").waitFor();
      const changing = page.getByRole("button", { name: /Aprovar|Descartar|Liberar|Estornar/ });
      equal(await changing.count(), 0);
      equal(await page.getByRole("checkbox").count(), 0);
      await accessible();
      await picture("nota-visualizador");
      await open(`/notas?ver=pendencias&nota=${held.accessKey}`);
      await page.getByText("Um gerente resolve esta pendência.").waitFor();
      equal(await changing.count(), 0);
      const status = await page.evaluate(
        `fetch("/api/nfes/${ready.accessKey}/process", { method: "POST" }).then(({ status }) => status)`,
      );
      equal(status, 403);
      match(String(await statusOf(world, ready.accessKey)), /PENDENTE/);
    },
  },
];
