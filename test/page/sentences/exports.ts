import { deepEqual, equal, match } from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { readZip } from "../../support/exports/read-zip.ts";
import type { Sentence, Visit, World } from "../browser.ts";

const SOFFICE = "/usr/bin/soffice";

/** The month before this one, as the page proposes it: `2026-10`. */
function lastMonth(): string {
  const now = new Date();
  const before = new Date(now.getFullYear(), now.getMonth() - 1, 1);
  return `${before.getFullYear()}-${String(before.getMonth() + 1).padStart(2, "0")}`;
}

/** A note of the month before, in stock. Its XML and key. */
async function posted(world: World, seed: number) {
  const note = syntheticNote({
    seed,
    emit: SUPPLIERS[0],
    issuedAt: `${lastMonth()}-10T09:30:00-03:00`,
  });
  await world.upload(note.xml, "?approve=true");
  return note;
}

/** What a button or a link downloads. */
async function downloaded(page: Visit["page"], click: () => Promise<void>) {
  const [file] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** A CSV as LibreOffice in Portuguese reads it, as rows of cells. */
async function openedInOffice(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sge-office-"));
  try {
    await writeFile(join(folder, "itens.csv"), bytes);
    const profile = `-env:UserInstallation=file://${join(folder, "profile")}`;
    const args = [
      "--headless",
      "--convert-to",
      "fods",
      "--infilter=CSV:59,34,76,1,,1046,false,true",
    ];
    await promisify(execFile)(SOFFICE, [
      profile,
      ...args,
      "--outdir",
      folder,
      join(folder, "itens.csv"),
    ]);
    return await readFile(join(folder, "itens.fods"), "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the view Exportações does for the owner and the accountant. */
export const exportSentences: readonly Sentence[] = [
  {
    name: "the accountant gets the ZIP of last month's XMLs, byte for byte, and sees what is still open",
    async run({ page, world, open, accessible, picture }) {
      const note = await posted(world, 7301);
      const waiting = syntheticNote({
        seed: 7302,
        emit: SUPPLIERS[0],
        issuedAt: `${lastMonth()}-11T09:30:00-03:00`,
      });
      await world.upload(waiting.xml, "?approve=false");
      await open("/exportacoes?ver=fechamento");
      await page.getByRole("heading", { name: /^Fechamento de / }).waitFor();
      const outside = page.getByRole("listitem").filter({
        has: page.getByRole("heading", { name: "Notas que estão aqui e não no estoque" }),
      });
      await outside.getByText("Aguarda aprovação.").waitFor();
      await outside.getByText(/^Veja o motivo de cada uma/).waitFor();
      const unasked = page.getByRole("region", { name: "Não conferido" });
      await unasked.getByText(/contra a empresa que não estão aqui$/).waitFor();
      await unasked.getByText(/^A busca na SEFAZ está desligada/).waitFor();
      await page.getByText(/conferências sem nada a fazer$/).click();
      await page.getByText("Canceladas depois de entrar no estoque").waitFor();
      await accessible();
      await picture("exports-closing");
      const zip = await downloaded(page, () =>
        page.getByRole("link", { name: "Baixar XMLs das notas (ZIP)" }).click(),
      );
      equal(zip.name, `notas_${lastMonth()}.zip`);
      const files = await readZip(new Uint8Array(zip.bytes));
      const found = files.get(`${note.accessKey}-nfe.xml`);
      equal(new TextDecoder().decode(found), note.xml);
      equal(await page.getByRole("alert").count(), 0);
      const month = page.getByLabel("Mês", { exact: true });
      const [first = "", second = ""] = await month.locator("option").allTextContents();
      match(first, /^\p{L}+ de \d{4}$/u);
      await month.selectOption(first);
      await page.getByRole("heading", { name: `Fechamento de ${first}` }).waitFor();
      await month.selectOption(second);
      await page.getByRole("heading", { name: `Fechamento de ${second}` }).waitFor();
    },
  },
  {
    name: "the CSV of items opens in LibreOffice with decimal commas as numbers",
    async run({ page, world, open, accessible, picture }) {
      const note = await posted(world, 7311);
      await open("/exportacoes");
      await page.getByRole("link", { name: /^Itens das notas/ }).click();
      await page.getByRole("heading", { name: "Itens das notas" }).waitFor();
      await accessible();
      await picture("exports-order");
      const csv = await downloaded(page, () =>
        page.getByRole("button", { name: "Baixar", exact: true }).click(),
      );
      match(csv.name, /^itens-das-notas_\d{8}_\d{6}\.csv$/);
      const text = csv.bytes.toString("utf8");
      match(text, new RegExp(note.accessKey));
      match(text, /;\d+,\d{2};/);
      if (!existsSync(SOFFICE)) return;
      const sheet = await openedInOffice(csv.bytes);
      match(sheet, new RegExp(note.accessKey));
      match(sheet, /office:value-type="float" office:value="\d+\.\d+"/);
    },
  },
  {
    name: "the inventory at a date equals the kardex of each product",
    async run({ page, world, open, picture }) {
      await posted(world, 7321);
      const last = new Date(`${lastMonth()}-28T12:00:00Z`).toISOString().slice(0, 10);
      await open(`/exportacoes?tipo=inventory&dia=${last}`);
      await page.getByLabel("Ao fim do dia").waitFor();
      await picture("exports-inventory");
      const csv = await downloaded(page, () =>
        page.getByRole("button", { name: "Baixar", exact: true }).click(),
      );
      const [head = "", ...lines] = csv.bytes.toString("utf8").trim().split("\r\n");
      const columns = head.replace("\ufeff", "").split(";");
      const [code, quantity] = [columns.indexOf("Código"), columns.indexOf("Quantidade")];
      equal(lines.length > 0, true);
      for (const line of lines) {
        const cells = line.split(";");
        const product = cells[code]?.replace(/^"?="+|"+$/g, "") ?? "";
        const kardex = await world.call(
          "GET",
          `/api/products/${encodeURIComponent(product)}/kardex`,
        );
        const balance = /"balance":(-?[\d.]+)/.exec(JSON.stringify(kardex.body))?.[1];
        deepEqual(
          [product, Number(cells[quantity]?.replace(",", "."))],
          [product, Number(balance)],
        );
      }
    },
  },
  {
    name: "a long period is prepared in the background, and is downloaded when it is ready",
    async run({ page, world, open, accessible, picture }) {
      await posted(world, 7331);
      await open("/exportacoes?tipo=nfes&periodo=ano-passado");
      await page.getByLabel("Período", { exact: true }).selectOption("Outro período");
      await page.getByLabel("De", { exact: true }).fill("2024-01-01");
      await page.getByLabel("Até", { exact: true }).fill("2026-12-31");
      await page.getByText("O período é longo").waitFor();
      await page.getByRole("button", { name: "Preparar o arquivo" }).click();
      const row = page.locator(".exports-job").first();
      await row.getByRole("link", { name: "Baixar" }).waitFor();
      await accessible();
      await picture("exports-jobs");
      const csv = await downloaded(page, () => row.getByRole("link", { name: "Baixar" }).click());
      match(csv.name, /^notas_\d{8}_\d{6}\.csv$/);
      match(csv.bytes.toString("utf8"), /;/);
      await row.getByRole("button", { name: /^Apagar/ }).click();
      await row
        .getByText("Cancelado")
        .or(page.getByText("Preparados em segundo plano"))
        .first()
        .waitFor();
    },
  },
  {
    name: "a day that has not begun is refused with the service's own sentence, and what was chosen stays",
    async run({ page, open, accessible, picture }) {
      await open("/exportacoes?tipo=inventory&dia=2099-01-01");
      await page.getByRole("button", { name: "Baixar", exact: true }).click();
      await page.getByRole("alert").waitFor();
      equal(await page.getByLabel("Ao fim do dia").inputValue(), "2099-01-01");
      await accessible();
      await picture("exports-refused");
    },
  },
];
