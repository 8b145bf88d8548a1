import { equal, match } from "node:assert/strict";
import type { Sentence } from "../browser.ts";

/** What the login does, before there is a session. */
export const loginSentences: readonly Sentence[] = [
  {
    name: "a clerk enters after a wrong password, and is back where they were going",
    async run({ page, open, enter, accessible, picture }) {
      await open("/estoque?busca=caf%C3%A9");
      await page.getByRole("heading", { name: "Entrar" }).waitFor();
      await accessible();
      await enter("uma senha errada");
      await page.getByText("E-mail ou senha inválidos").waitFor();
      equal(await page.evaluate("document.activeElement?.name"), "password");
      await picture("login-wrong");
      await enter();
      await page.getByRole("heading", { name: "Estoque", level: 1 }).waitFor();
      match(page.url(), /\/estoque\?busca=caf/);
    },
  },
  {
    name: "the login leads to no other site, and shows the password only when asked",
    async run({ page, world, open, enter }) {
      await open("/entrar?volta=//example.org/notas");
      const password = page.getByLabel("Senha", { exact: true });
      await password.fill("segredo");
      equal(await password.getAttribute("type"), "password");
      await page.getByRole("button", { name: "Mostrar a senha" }).click();
      equal(await password.getAttribute("type"), "text");
      await enter();
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      equal(new URL(page.url()).origin, world.url);
    },
  },
  {
    name: "the link of an invitation lets a person choose a password and enter",
    async run({ page, world, open, accessible, picture }) {
      const email = `ana.${Date.now()}@loja.example`;
      const invited = await world.call("POST", "/api/users", {
        email,
        role: "OPERADOR",
        invite: true,
      });
      equal(invited.status, 201);
      const token = /"token":"([^"]+)"/.exec(JSON.stringify(invited.body))?.[1] ?? "";
      await open("/convite");
      await page.getByText("Este link está incompleto.").waitFor();
      await page.goto("about:blank");
      await open(`/convite#${encodeURIComponent(token)}`);
      await page.getByLabel("Senha", { exact: true }).fill("curta");
      await page.getByRole("button", { name: "Salvar a senha" }).click();
      await page.getByRole("alert").getByText(/senha/i).waitFor();
      await accessible();
      await picture("invite");
      await page.getByLabel("Senha", { exact: true }).fill("uma senha bem comprida");
      await page.getByRole("button", { name: "Salvar a senha" }).click();
      await page.getByText(`${email} já pode entrar`).waitFor();
      await page.getByRole("link", { name: "Entrar" }).click();
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Senha", { exact: true }).fill("uma senha bem comprida");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      equal(await page.getByRole("link", { name: "Administração" }).count(), 0);
    },
  },
  {
    name: "too many wrong passwords are answered with the seconds to wait",
    async run({ page, open, enter }) {
      await page.route("**/api/session", (route) =>
        route.request().method() === "POST"
          ? route.fulfill({
              status: 429,
              headers: { "retry-after": "2", "content-type": "application/problem+json" },
              body: JSON.stringify({ status: 429, code: "auth.locked", detail: "Espere" }),
            })
          : route.continue(),
      );
      await open("/entrar");
      await enter();
      await page.getByText(/Muitas tentativas\. Tente de novo em [12] s\./).waitFor();
      equal(await page.getByRole("button", { name: "Entrar" }).isDisabled(), true);
      await page.getByText("Muitas tentativas").waitFor({ state: "hidden" });
      equal(await page.getByRole("button", { name: "Entrar" }).isDisabled(), false);
    },
  },
  {
    name: "a browser that does not keep the cookie learns that the address is not secure",
    async run({ page, open, enter }) {
      // Entered without a cookie: what the browser kept of it. Played, as an account has five logins a minute.
      await page.route("**/api/session", (route) =>
        route.request().method() === "POST" ? route.fulfill({ json: {} }) : route.continue(),
      );
      await open("/entrar");
      await enter();
      await page.getByText("Este endereço não é seguro (http)").waitFor();
    },
  },
];
