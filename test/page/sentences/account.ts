import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Sentence, World } from "../browser.ts";
import { byHand, HIDDEN_COLUMNS, own, textOf } from "./admin.ts";

const PASSWORD = "uma senha bem comprida";

/** Signs a person of a role in, in place of the administrator. */
async function enterAs(page: Page, world: World, role: string): Promise<string> {
  const email = `${own("pessoa")}@loja.example`;
  const user = { email, role, password: PASSWORD, name: "Pessoa de teste" };
  equal((await world.call("POST", "/api/users", user)).status, 201);
  await page.context().clearCookies();
  await page.goto(`${world.url}/entrar`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Senha", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Entrar" }).click();
  await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
  return email;
}

/** An assistant with a key of its own asks for a movement; gives the product's code. */
async function askForMovement(world: World, quantity: number): Promise<string> {
  const code = own("CAFE");
  const product = { code, name: "Café torrado 500 g", unit: "UN" };
  equal((await world.call("POST", "/api/products", product)).status, 201);
  const key = await world.call("POST", "/api/keys", { name: "Assistente", role: "OPERADOR" });
  const answer = await fetch(`${world.url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${textOf(key.body, "key")}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: {
        name: "record_movement",
        arguments: {
          product_code: code,
          type: "ENTRADA",
          quantity: String(quantity),
          unit_cost: "9.5",
        },
      },
    }),
  });
  match(await answer.text(), /confirmation_id/);
  return code;
}

/** What a person's own account does, and what it confirms. */
export const accountSentences: readonly Sentence[] = [
  {
    name: "a VISUALIZADOR sees no administration, gets 403 by hand, and has an own account",
    async run({ page, world, open, accessible, picture }) {
      await enterAs(page, world, "VISUALIZADOR");
      equal(await page.getByRole("link", { name: "Administração" }).count(), 0);
      await open("/admin?ver=chaves");
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      const refused = [
        "/api/users",
        "/api/keys",
        "/api/company",
        "/api/webhooks",
        "/api/audit/logs",
      ];
      for (const path of refused) equal(await byHand(page, "GET", path), 403);
      await page.getByRole("link", { name: "Minha conta" }).first().click();
      await page.getByRole("heading", { name: "Minha conta", level: 1 }).waitFor();
      await page.getByLabel("Senha atual").fill("uma senha errada");
      await page.getByLabel("Senha nova", { exact: true }).fill("outra senha comprida");
      await page.getByLabel("Repita a senha nova").fill("outra senha comprida!");
      await page.getByRole("button", { name: "Trocar a senha" }).click();
      await page.getByText("As duas senhas novas não são iguais").waitFor();
      await page.getByLabel("Repita a senha nova").fill("outra senha comprida");
      await page.getByRole("button", { name: "Trocar a senha" }).click();
      await page
        .getByText(/senha atual|senha de agora|incorreta|não confere/i)
        .nth(0)
        .waitFor();
      await accessible();
      await picture("account-data");
      await page.getByLabel("Senha atual").fill(PASSWORD);
      await page.getByRole("button", { name: "Trocar a senha" }).click();
      await page.getByText("Senha trocada.").waitFor();
      await page.getByRole("link", { name: "Confirmações" }).click();
      await page
        .getByText("Nenhum pedido esperando.")
        .or(page.getByText("Quem confirma"))
        .first()
        .waitFor();
    },
  },
  {
    name: "a confirmation that an assistant asked for arrives, is read and confirmed: the stock moves once",
    async run({ page, world, open, accessible, picture }) {
      await open("/conta?ver=confirmacoes");
      await page.getByText("Um assistente nunca grava").waitFor();
      const code = await askForMovement(world, 12);
      const card = page.locator(".account-ask").filter({ hasText: code });
      await card.getByRole("button", { name: "Ver e decidir" }).click();
      await page.getByRole("dialog").getByText("Detalhes técnicos").waitFor();
      await accessible();
      await picture("account-confirmation");
      await page.setViewportSize({ width: 360, height: 740 });
      deepEqual(await page.evaluate(HIDDEN_COLUMNS), []);
      await page.getByRole("cell", { name: "12 UN" }).waitFor();
      await page.getByRole("button", { name: "Confirmar e gravar" }).click();
      await page.getByText("Confirmado e gravado.").waitFor();
      await card.waitFor({ state: "detached" });
      const stock = await world.call("GET", `/api/stock?search=${code}`);
      match(JSON.stringify(stock.body), /"quantity":12[,}]/);
    },
  },
  {
    name: "a confirmation that is refused can no longer be confirmed",
    async run({ page, world, open, accessible, picture }) {
      const code = await askForMovement(world, 3);
      await open("/conta?ver=confirmacoes");
      const card = page.locator(".account-ask").filter({ hasText: code });
      await card.waitFor();
      await accessible();
      await picture("account-confirmations");
      await card.getByRole("button", { name: "Ver e decidir" }).click();
      const address = page.url();
      await page.getByRole("button", { name: "Recusar" }).click();
      await page.getByText("Pedido recusado.").waitFor();
      await page.goto(address);
      await page.getByText("Este pedido foi recusado.").waitFor();
      equal(await page.getByRole("button", { name: "Confirmar e gravar" }).count(), 0);
    },
  },
];
