import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Sentence } from "../browser.ts";

let made = 0;
/** A word that no other sentence of this world has. */
export const own = (word: string): string => `${word}${Date.now().toString(36)}${made++}`;

export const textOf = (body: unknown, member: string): string =>
  new RegExp(`"${member}":"([^"]+)"`).exec(JSON.stringify(body))?.[1] ?? "";

/** Tables of which a column is out of sight. */
export const HIDDEN_COLUMNS = `[...document.querySelectorAll("table")].filter((table) =>
  table.getBoundingClientRect().right > table.parentElement.getBoundingClientRect().right + 1)
  .map((table) => table.className)`;

/** The status of a request that the page's own script sends, with the cookie of the session. */
export const byHand = (page: Page, method: string, path: string): Promise<unknown> =>
  page.evaluate(`fetch("${path}", { method: "${method}" }).then(({ status }) => status)`);

/** What the administration does. */
export const adminSentences: readonly Sentence[] = [
  {
    name: "a key is shown once: after it was kept no page and no answer has it",
    async run({ page, open, accessible, picture }) {
      const name = own("Loja virtual ");
      await open("/admin?ver=chaves");
      await page.getByRole("button", { name: "Criar chave" }).first().click();
      await page.getByLabel("Nome").fill(name);
      await page.getByRole("dialog").getByRole("button", { name: "Criar chave" }).click();
      const shown = page.getByRole("textbox", { name: `Chave ${name}` });
      const key = await shown.inputValue();
      match(key, /^sge_/);
      await accessible();
      await picture("admin-key-once");
      await page.keyboard.press("Escape");
      equal(await shown.count(), 1);
      await page.getByRole("button", { name: "Já guardei" }).click();
      await page.getByText(name).first().waitFor();
      equal((await page.content()).includes(key), false);
      const list = page.waitForResponse((answer) => answer.url().includes("/api/keys?"));
      await page.reload();
      equal((await (await list).text()).includes(key), false);
      await page.getByText("nunca usada").first().waitFor();
      await accessible();
      await picture("admin-keys");
      const row = page.getByRole("listitem").filter({ hasText: name });
      await row.getByRole("button", { name: "Revogar" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Revogar" }).click();
      await row.waitFor({ state: "detached" });
    },
  },
  {
    name: "the last administrator cannot be removed, nor lose the role",
    async run({ page, world, open, accessible, picture }) {
      await open("/admin?ver=usuarios");
      const row = page.getByRole("listitem").filter({ hasText: "único administrador" });
      await row.getByRole("button", { name: /Mais ações/ }).click();
      equal(await page.getByRole("button", { name: "Desativar" }).count(), 0);
      await page.getByRole("button", { name: "Alterar" }).click();
      await page.getByText("É o único administrador").waitFor();
      await page.getByLabel("Perfil").selectOption("GERENTE");
      await page.getByRole("button", { name: "Salvar" }).click();
      await page
        .getByRole("alert")
        .getByText(/administrador/)
        .waitFor();
      await accessible();
      await picture("admin-last-administrator");
      await page.getByRole("button", { name: "Voltar" }).click();
      const me = await world.call("GET", "/api/me");
      const id = /"user":\{"id":(\d+)/.exec(JSON.stringify(me.body))?.[1] ?? "";
      equal(await byHand(page, "DELETE", `/api/users/${id}`), 409);
    },
  },
  {
    name: "an invited person gets a link that is shown once, and stands in the list with it",
    async run({ page, open, accessible, picture }) {
      const email = `${own("bia")}@loja.example`;
      await open("/admin?ver=usuarios");
      await page.getByRole("button", { name: "Convidar" }).click();
      await accessible();
      await page.getByLabel("E-mail").fill("sem arroba");
      await page.getByRole("button", { name: "Criar o convite" }).click();
      await page.getByText("Deve ser um endereço de e-mail.", { exact: true }).waitFor();
      equal(
        await page
          .getByText(/deve ser um endereço/i)
          .filter({ visible: true })
          .count(),
        1,
      );
      await page.getByLabel("Nome").fill("Bia Souza");
      await page.getByLabel("E-mail").fill(email);
      await picture("admin-invite");
      await page.getByRole("button", { name: "Criar o convite" }).click();
      const link = await page.getByRole("textbox", { name: `Link para ${email}` }).inputValue();
      match(link, /\/convite#\S+$/);
      await page.getByRole("button", { name: "Já guardei" }).click();
      const row = page.getByRole("listitem").filter({ hasText: email });
      await row.getByText("Convidado").waitFor();
      await accessible();
      await picture("admin-users");
      await row.getByRole("button", { name: /Mais ações/ }).click();
      await page.getByRole("button", { name: "Cancelar o convite" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Cancelar o convite" }).click();
      await row.getByText("Sem convite").waitFor();
    },
  },
  {
    name: "settings that another changed meanwhile are shown as such, and nothing that was typed is lost",
    async run({ page, world, open, accessible, picture }) {
      const [theirs, mine] = [own("Loja da outra "), own("Loja minha ")];
      await open("/admin");
      await page.getByLabel("Nome").fill(mine);
      await page.getByLabel("Permitir saldo negativo").click();
      const negative = await page.getByLabel("Permitir saldo negativo").isChecked();
      equal((await world.call("PATCH", "/api/company", { name: theirs })).status, 200);
      await page.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("Outra pessoa salvou as configurações").waitFor();
      await page.getByText(`agora está “${theirs}”`).waitFor();
      equal(await page.getByLabel("Nome").inputValue(), mine);
      await accessible();
      await picture("admin-company-changed");
      await page.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("Configurações salvas.").waitFor();
      const { body } = await world.call("GET", "/api/company");
      deepEqual(
        [textOf(body, "name"), JSON.stringify(body).includes(`"allow_negative":${negative}`)],
        [mine, true],
      );
    },
  },
  {
    name: "a CNPJ whose digits are wrong is refused beside it",
    async run({ page, open, accessible, picture }) {
      await open("/admin");
      await page.getByLabel("Mais um CNPJ").fill("11.222.333/0001-80");
      await page.getByRole("button", { name: "Incluir" }).click();
      await page.getByRole("button", { name: "Salvar" }).click();
      const wrong = page.getByText(/não é um CNPJ: confira os dígitos verificadores/i);
      await wrong.first().waitFor();
      equal(await wrong.filter({ visible: true }).count(), 1);
      await accessible();
      await picture("admin-company");
      await page.getByRole("button", { name: "Desfazer" }).click();
      await page.getByText("Tudo salvo.").waitFor();
    },
  },
  {
    name: "a tax profile is chosen by its model, and a credit that the law does not give is refused by its name",
    async run({ page, open, accessible, picture }) {
      await open("/admin?ver=impostos");
      await page.getByLabel("Modelo").selectOption("simples");
      await page.getByLabel("ICMS, Revenda", { exact: true }).check();
      await page.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("Sem crédito neste regime: ICMS em revenda").waitFor();
      await accessible();
      await picture("admin-taxes");
      await page.getByLabel("Modelo").selectOption("presumido_trade");
      await page.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("Perfil tributário salvo.").waitFor();
    },
  },
  {
    name: "units, mail and alerts are read and saved",
    async run({ page, open, accessible, picture }) {
      await open("/admin?ver=unidades");
      const spelling = own("CX").slice(0, 16);
      await page.getByLabel("Como o fornecedor escreve").fill(spelling);
      await page.getByLabel("Unidade", { exact: true }).fill("CX");
      await page.getByRole("button", { name: "Incluir" }).click();
      await page.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("Unidades salvas.").waitFor();
      await accessible();
      await picture("admin-units");
      await open("/admin?ver=email");
      await page.getByLabel("Remetentes autorizados").fill("nfe@fornecedor.example");
      await page.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("Configuração de e-mail salva.").waitFor();
      await accessible();
      await picture("admin-mail");
      await open("/admin?ver=avisos");
      await page.getByLabel("Quem recebe").fill("dona@loja.example\nsem arroba");
      await page.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("não é um endereço de e-mail").first().waitFor();
      await page.getByLabel("Quem recebe").fill("dona@loja.example");
      await page.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("Avisos salvos.").waitFor();
      await accessible();
      await picture("admin-alerts");
    },
  },
  {
    name: "a webhook is made with a secret that is shown once, is tried, and is deleted",
    async run({ page, open, accessible, picture }) {
      const url = `https://${own("erp")}.example/sge`;
      await open("/admin?ver=webhooks");
      await page.getByRole("button", { name: "Criar webhook" }).first().click();
      await page.getByLabel("Endereço (https)").fill(url);
      await page.getByRole("radio", { name: "Só alguns" }).check();
      await page.getByLabel("stock.low").check();
      await accessible();
      await picture("admin-webhook-new");
      await page.getByRole("dialog").getByRole("button", { name: "Criar webhook" }).click();
      const secret = page.getByRole("textbox", { name: "Segredo do webhook" });
      match(await secret.inputValue(), /^whsec_/);
      await page.getByRole("button", { name: "Já guardei" }).click();
      await page.getByRole("button", { name: "Enviar um teste" }).click();
      await page.getByText(/^Teste: /).waitFor({ timeout: 40_000 });
      await accessible();
      await picture("admin-webhook");
      await page.getByRole("button", { name: "Excluir" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Excluir" }).click();
      await page.getByText(url).first().waitFor({ state: "detached" });
    },
  },
  {
    name: "the audit log says who did what, by its filter, and gives the same as CSV",
    async run({ page, world, open, accessible, picture }) {
      const name = own("Contador ");
      await world.call("POST", "/api/keys", { name, role: "VISUALIZADOR" });
      await open("/admin?ver=auditoria");
      await page
        .getByText(/Criou a chave de API/)
        .first()
        .waitFor();
      await page.getByLabel("O quê").selectOption("CREATE");
      await page
        .getByText(/Criou a chave de API/)
        .first()
        .click();
      await page.getByText("Perfil: Visualizador; sem vencimento").first().waitFor();
      equal(await page.getByText("key.create").first().isVisible(), false);
      await page.getByText("Detalhes técnicos").first().click();
      await page.getByText("key.create").first().waitFor();
      await accessible();
      await picture("admin-audit");
      match(page.url(), /acao=CREATE/);
      const file = page.waitForEvent("download");
      await page.getByRole("link", { name: "CSV" }).click();
      match((await file).suggestedFilename(), /\.csv$/);
      await page.getByLabel("De", { exact: true }).fill("2030-01-01");
      await page.getByText("Nada encontrado.").waitFor();
    },
  },
  {
    name: "every part of the administration fits a phone of 360 px",
    async run({ page, open, accessible }) {
      await page.setViewportSize({ width: 360, height: 740 });
      const parts = "impostos unidades usuarios chaves email avisos sefaz auditoria".split(" ");
      for (const part of ["", ...parts]) {
        await open(part === "" ? "/admin" : `/admin?ver=${part}`);
        await page.locator(".admin .card h2").first().waitFor();
        await accessible();
        deepEqual([part, await page.evaluate("document.documentElement.scrollWidth")], [part, 360]);
        deepEqual([part, await page.evaluate(HIDDEN_COLUMNS)], [part, []]);
      }
    },
  },
  {
    name: "a part that cannot be read says why, and is read again",
    async run({ page, open, accessible, picture }) {
      await page.route("**/api/users", (route) =>
        route.fulfill({
          status: 500,
          headers: { "content-type": "application/problem+json" },
          body: JSON.stringify({ status: 500, code: "internal", detail: "O banco não respondeu" }),
        }),
      );
      await open("/admin?ver=usuarios");
      await page.getByText("O banco não respondeu").waitFor();
      await accessible();
      await picture("admin-failed");
      await page.unroute("**/api/users");
      await page.getByRole("button", { name: "Tentar de novo" }).click();
      await page.getByText("único administrador").waitFor();
    },
  },
];
