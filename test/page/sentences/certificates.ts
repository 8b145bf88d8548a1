import { equal } from "node:assert/strict";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { somePfx } from "../../support/sefaz/some-pfx.ts";
import type { Sentence } from "../browser.ts";

const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

/** What the administration does with certificates; workerd can present none. */
export const certificateSentences: readonly Sentence[] = [
  {
    name: "a certificate is kept by its file and password, and removed; a wrong password is said",
    async run({ page, open, world, accessible, picture }) {
      await world.call("PATCH", "/api/company", { cnpjs: [COMPANY.cnpj] });
      await open("/admin?ver=certificado");
      const buffer = Buffer.from(somePfx({ from: inDays(-1), until: inDays(300) }));
      await page.getByRole("button", { name: "Incluir certificado" }).first().click();
      const pfx = { name: "loja.pfx", mimeType: "application/x-pkcs12", buffer };
      await page.getByLabel("Arquivo do certificado").setInputFiles(pfx);
      await page.getByLabel("Senha do certificado").fill("outra");
      await page.getByRole("button", { name: "Salvar" }).click();
      const wrong = page.getByText("A senha do certificado não é esta");
      await wrong.first().waitFor();
      equal(await wrong.filter({ visible: true }).count(), 1);
      await accessible();
      await picture("admin-certificate-new");
      await page.getByLabel("Senha do certificado").fill("segredo");
      await page.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("Loja de Teste Ltda").first().waitFor();
      await accessible();
      await picture("admin-certificate");
      await page.getByRole("button", { name: "Remover" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Remover" }).click();
      await page.getByText("Nenhum certificado.").waitFor();
    },
  },
];
