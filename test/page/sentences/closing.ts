import { deepEqual, equal, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { readZip } from "../../support/exports/read-zip.ts";
import type { Sentence, Visit } from "../browser.ts";

const MONTH = "2026-10";

const company = (id: number, name: string) => ({
  id,
  name,
  cnpjs: [`112223330${String(id).padStart(3, "0")}81`],
  role: id === 1 ? "ADMIN" : "VISUALIZADOR",
  ready: 0,
  held: 0,
  last_note: null,
  mailbox: { state: "off", failing_since: null },
});

/** The session and the overview name these companies; all else is asked of the service, where the person has one. */
async function withCompanies({ context }: Visit, companies: readonly object[]): Promise<void> {
  await context.route("**/api/overview", (route) => route.fulfill({ json: { companies } }));
  await context.route("**/api/session", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...(await answer.json()), companies } });
  });
}

const rowOf = ({ page }: Visit, name: string) => page.locator("tbody tr", { hasText: name });

/** The closing of a month of many companies. */
export const closingSentences: readonly Sentence[] = [
  {
    name: "an accountant sees what a month lacks in each company and takes its files; one where the membership has ended is named, and the others go on",
    async run(visit) {
      const { page, world, open, accessible, picture } = visit;
      const issuedAt = `${MONTH}-10T09:30:00-03:00`;
      const note = (seed: number) => syntheticNote({ seed, emit: SUPPLIERS[0], issuedAt });
      const [stocked, waiting] = [note(8_101), note(8_102)];
      await world.upload(stocked.xml, "?approve=true");
      await world.upload(waiting.xml, "?approve=false");
      await withCompanies(visit, [
        company(2, "A PADARIA DE OUTRO DONO LTDA"),
        company(1, "EMPORIO BEIRA RIO LTDA"),
      ]);
      await open(`/empresas?ver=fechamento&mes=${MONTH}`);
      const [theirs, ours] = [rowOf(visit, "Outro Dono"), rowOf(visit, "Emporio")];
      await theirs.getByText("Você não tem acesso a esta empresa").waitFor();
      await page.getByText("1 a conferir, 1 sem acesso.").waitFor();
      equal(await theirs.getByRole("button", { name: "Tentar de novo" }).count(), 0);
      equal(await theirs.getByRole("checkbox").isDisabled(), true);
      await ours.getByText("busca na SEFAZ desligada").waitFor();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Baixar o mês de 1 empresa" }).click(),
      ]);
      await ours.getByText("Baixado").waitFor();
      equal(await theirs.getByText("Você não tem acesso a esta empresa").count(), 1);
      ok(download.suggestedFilename().startsWith(`fechamento_${MONTH}_`));
      const files = await readZip(new Uint8Array(await readFile(await download.path())));
      for (const name of [
        `${stocked.accessKey}-nfe.xml`,
        `${waiting.accessKey}-nfe.xml`,
        "indice.csv",
        "conferencia.csv",
        "notas.csv",
        "itens-das-notas.csv",
      ])
        ok(files.has(name), `${name} in ${[...files.keys()]}`);
      await accessible();
      await picture("companies-closing");
      await ours.getByRole("button", { name: /^Abrir/ }).click();
      await page.getByRole("heading", { name: "Exportações", level: 1 }).waitFor();
      ok(page.url().endsWith(`?ver=fechamento&mes=${MONTH}`), page.url());
    },
  },
  {
    name: "the files of twenty companies come one after another with their progress, and end where they are cancelled",
    async run(visit) {
      const { page, context, open, accessible } = visit;
      const companies = Array.from({ length: 20 }, (_, i) => company(i + 1, `Loja ${i + 1} Ltda`));
      await withCompanies(visit, companies);
      await context.route("**/api/reports/completeness?*", (route) => {
        const checks = [{ check: "held", count: 0, data: [], next_cursor: null }];
        return route.fulfill({ json: { checks, unknown_series: 0, fetching: "all" } });
      });
      const asked: string[] = [];
      const held: (() => void)[] = [];
      let most = 0;
      await context.route("**/api/nfes/archive?*", async (route) => {
        asked.push(new URL(route.request().url()).searchParams.get("company") ?? "");
        const answer = new Promise<void>((resolve) => held.push(resolve));
        most = Math.max(most, held.length);
        await answer;
        await route.fulfill({
          contentType: "application/zip",
          headers: { "content-disposition": `attachment; filename="fechamento.zip"` },
          body: "PK",
        });
      });
      await open(`/empresas?ver=fechamento&mes=${MONTH}`);
      await page.getByText("20 empresas sem nada a fazer").waitFor();
      await page.getByRole("checkbox", { name: "Loja 2 Ltda", exact: true }).uncheck();
      await page.getByRole("button", { name: "Baixar o mês de 19 empresas" }).click();
      for (const through of [1, 2, 3]) {
        await page.getByText(`Baixando ${through} de 19`).waitFor();
        if (through < 3) held.pop()?.();
      }
      equal(await page.locator("progress").getAttribute("value"), "2");
      await accessible();
      await page.getByRole("button", { name: "Cancelar" }).click();
      await page.getByRole("button", { name: "Baixar o mês de 19 empresas" }).waitFor();
      deepEqual(asked, ["1", "3", "4"]);
      equal(most, 1);
      equal(await page.getByText("Baixado").count(), 2);
      equal(await page.getByText("Baixando").count(), 0);
      held.pop()?.();
    },
  },
];
