import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type ZipFile, zipOf } from "../../../src/synthetic/zip.ts";
import type { Sentence, World } from "../browser.ts";
import { bytesOf, drop, note, notes, withFiles } from "./dropped-files.ts";
import { figuresReported } from "./figures-reported.ts";
import { CONTROLLED } from "./frame.ts";
import { emptied } from "./notes.ts";

/** The notes of the tests are to this company; at the edge it begins without a CNPJ. */
async function opened({ page, world }: { page: Page; world: World }, path = "/notas") {
  const { status } = await world.call("PATCH", "/api/company", { cnpjs: [COMPANY.cnpj] });
  equal(status, 200);
  await page.goto(`${world.url}${path}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
}

const tray = (page: Page) => page.locator(".tray");
const lineWith = (page: Page, text: string) => page.locator(".tray-line").filter({ hasText: text });
const textOf = async (page: Page, text: string): Promise<string> =>
  (await lineWith(page, text).allInnerTexts()).join(" ").replaceAll(/\s+/g, " ");

/** Keeps every heading that the tray has shown. */
const KEEP_HEADINGS = `globalThis.headings = [];
new MutationObserver(() => {
  const text = document.querySelector(".tray h2")?.textContent;
  if (text && headings.at(-1) !== text) headings.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true });`;
const headings = (page: Page): Promise<string[]> => page.evaluate("headings");

const EIGHTEEN = (): ZipFile[] => [
  ...notes(12, 71_000),
  { name: "denegada.xml", bytes: note(71_100, { protocol: { cStat: "302" } }) },
  { name: "sem-protocolo.xml", bytes: note(71_101, { protocol: null }) },
  { name: "nota-1 (1).xml", bytes: note(71_000) },
  { name: "cortada.xml", bytes: note(71_102).subarray(0, 1_500) },
  { name: "doctype.xml", bytes: bytesOf('<!DOCTYPE a [<!ENTITY b "c">]><nfeProc/>') },
  { name: "danfe.pdf", bytes: bytesOf("%PDF-1.7 um papel") },
];

/** What the tray does with what a person gives it. */
export const traySentences: readonly Sentence[] = [
  {
    name: "a clerk drops 18 files, reads why each of six waits, and approves the 12 that are ready",
    short: true,
    async run(visit) {
      const { page, world } = visit;
      await opened(visit);
      await withFiles(EIGHTEEN(), async (_, paths) => {
        await drop(page, paths);
        await page.getByRole("heading", { name: "18 arquivos conferidos" }).waitFor();
      });
      await page
        .getByText("12 prontas · 2 com pendência · 1 já estava aqui · 2 recusados · 1 ignorado", {
          exact: true,
        })
        .waitFor();
      match(await textOf(page, "danfe.pdf"), /^Ignorado .* É um PDF, talvez o DANFE/);
      match(await textOf(page, "denegada.xml"), /^Não autorizada .* nº 71100 · série 1 .* Abrir$/);
      match(await textOf(page, "sem-protocolo.xml"), /^Sem protocolo .* autorização da SEFAZ/);
      match(await textOf(page, "cortada.xml"), /^Recusado .* não é um XML bem formado/);
      match(await textOf(page, "doctype.xml"), /^Recusado .* DOCTYPE/);
      equal(await page.locator(".tray-line").filter({ hasText: "Já estava aqui" }).count(), 1);
      const badges = await page.locator(".tray-line .badge").allInnerTexts();
      deepEqual(badges.slice(0, 2), ["Recusado", "Recusado"]);
      deepEqual([...new Set(badges.slice(6))], ["A aprovar"]);
      await visit.accessible();
      await visit.picture("tray-verdicts");
      await tray(page).getByRole("button", { name: "Aprovar as 12 deste envio" }).click();
      await page.getByText("12 notas entraram no estoque.").waitFor();
      await page.getByText(/^12 no estoque · 2 com pendência/).waitFor();
      const { accessKey } = syntheticNote({ seed: 71_000, items: 1 });
      const { body } = await world.call("GET", `/api/nfes/${accessKey}`);
      match(JSON.stringify(body), /"status":"PROCESSADA"/);
      await lineWith(page, "denegada.xml").getByRole("link").click();
      await page.waitForURL(/nota=\d{44}/);
      equal(await page.locator(".tray-line").count(), 0);
      await page.getByRole("button", { name: "Mostrar" }).click();
      equal(await page.locator(".tray-line").count(), 18);
    },
  },
  {
    name: "a folder of 150 notes with folders in it is read to its end, on any place of the page",
    async run(visit) {
      const { page } = visit;
      await opened(visit, "/estoque");
      const files = notes(150, 72_000).map((one, i) => ({
        ...one,
        name: `novembro/dia-${i % 3}/${one.name}`,
      }));
      files.push({ name: "novembro/Thumbs.db", bytes: bytesOf("miniaturas") });
      await withFiles(files, async (folder) => {
        await drop(page, [join(folder, "novembro")]);
        await page.getByRole("heading", { name: "150 arquivos conferidos" }).waitFor();
      });
      await tray(page).getByRole("link", { name: "Ver em Notas" }).click();
      await page
        .getByText(/^novembro\/dia-[012]\/nota-\d+\.xml$/)
        .first()
        .waitFor();
      equal(await page.locator(".tray-line").count(), 100);
      await page.getByRole("button", { name: "Mostrar mais (50)" }).click();
      await page.locator(".tray-line").nth(149).waitFor();
      equal(await page.locator(".tray-line").count(), 150);
      // Enough for one request with a job: its progress is that of the service.
      await tray(page).getByRole("button", { name: "Aprovar as 150 deste envio" }).click();
      await page.getByText("150 notas entraram no estoque.").waitFor({ timeout: 60_000 });
      await visit.accessible();
    },
  },
  {
    name: "a ZIP of 500 shows how far it is while it is checked, also to a tab that was closed and opened again",
    async run(visit) {
      const { page, context, world } = visit;
      const first = await context.newPage();
      await first.addInitScript({ content: KEEP_HEADINGS });
      await opened({ page: first, world });
      const reported = figuresReported(first);
      const zip = await zipOf(notes(500, 73_000));
      await withFiles([{ name: "novembro.zip", bytes: zip }], async (_, paths) => {
        await drop(first, paths);
        await first.getByRole("heading", { name: "Conferindo 0 de 500…" }).waitFor();
        await first
          .getByRole("heading", { name: /^Conferindo [1-9]\d* de 500…$/ })
          .waitFor({ timeout: 60_000 });
      });
      // Shown while the job was in work: what is read of it afterwards is never more than 500 of 500.
      const seen = await headings(first);
      ok(
        seen.some((text) => /^Conferindo (?!500 )[1-9]\d* de 500…$/.test(text)),
        seen.join(),
      );
      reported.figureBeforeTheEnd();
      await first.close();
      await visit.open("/notas");
      await page.getByRole("heading", { name: /^Conferindo \d+ de 500…$|^500 arquivos/ }).waitFor();
      await page
        .getByRole("heading", { name: "500 arquivos conferidos" })
        .waitFor({ timeout: 60_000 });
      await page.getByText("500 prontas", { exact: true }).waitFor();
      await visit.accessible();
      await visit.picture("tray-zip");
      await tray(page).getByRole("button", { name: "Fechar" }).click();
      await page.reload();
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      equal(await tray(page).count(), 0);
    },
  },
  {
    name: "what is no note is refused by its name, in a ZIP and beside it, and the notes with it are kept",
    async run(visit) {
      const { page } = visit;
      await opened(visit);
      const inner = await zipOf(notes(1, 74_100));
      const zip = await zipOf([
        { name: "boa.xml", bytes: note(74_000) },
        { name: "cortada-no-zip.xml", bytes: note(74_001).subarray(0, 900) },
        { name: "dentro.zip", bytes: inner },
        { name: "danfe.pdf", bytes: bytesOf("%PDF-1.7") },
      ]);
      const files = [
        { name: "mes.zip", bytes: zip },
        { name: "quebrado.zip", bytes: bytesOf("isto não é um ZIP") },
        { name: "grande.xml", bytes: new Uint8Array(10 * 1_048_576 + 1).fill(0x20) },
        { name: "vazia.xml", bytes: new Uint8Array() },
        { name: "notas.rar", bytes: bytesOf("Rar!") },
        { name: "outra.xml", bytes: note(74_002) },
      ];
      const sent: number[] = [];
      page.on("request", (request) => sent.push(request.postDataBuffer()?.length ?? 0));
      await withFiles(files, async (_, paths) => {
        await drop(page, paths);
        await page.getByRole("heading", { name: "9 arquivos conferidos" }).waitFor();
      });
      match(await textOf(page, "cortada-no-zip.xml"), /^Recusado .* não é um XML bem formado/);
      match(await textOf(page, "dentro.zip"), /^Recusado .* é um ZIP dentro do ZIP/);
      match(await textOf(page, "danfe.pdf"), /^Ignorado/);
      match(await textOf(page, "quebrado.zip"), /^Recusado .* ZIP/);
      match(await textOf(page, "grande.xml"), /^Recusado .* é maior que 10 MB/i);
      match(await textOf(page, "vazia.xml"), /^Recusado .* está vazio/);
      match(await textOf(page, "notas.rar"), /^Recusado .* extraia os XMLs/);
      match(await textOf(page, "boa.xml"), /^A aprovar/);
      match(await textOf(page, "outra.xml"), /^A aprovar/);
      ok(Math.max(...sent) < 1_048_576, "what is too large is not sent");
      await visit.accessible();
      await visit.picture("tray-refused");
      const saving = page.waitForEvent("download");
      await page.getByRole("button", { name: "Baixar o resultado (CSV)" }).click();
      const sheet = await readFile(await (await saving).path(), "utf8");
      match(sheet, /^\ufeffarquivo;resultado;pendência;nota;chave;motivo\r\n/);
      match(sheet, /\r\nboa\.xml;A aprovar;;nº 74000 · série 1; \d{44};/);
      equal(sheet.trimEnd().split("\r\n").length, 10);
      // Loading the page again keeps why files were refused.
      await page.reload();
      await page.getByRole("heading", { name: "9 arquivos conferidos" }).waitFor();
      match(await textOf(page, "notas.rar"), /^Recusado/);
    },
  },
  {
    name: "the same files again were already here, and stand in no stock twice",
    async run(visit) {
      const { page, world } = visit;
      await opened(visit);
      await withFiles(notes(3, 75_000), async (_, paths) => {
        const chooser = page.waitForEvent("filechooser");
        await page.getByRole("button", { name: "Enviar notas" }).click();
        await (await chooser).setFiles(paths);
        await page.getByText("3 prontas", { exact: true }).waitFor();
        await tray(page).getByRole("button", { name: "Aprovar as 3 deste envio" }).click();
        await page.getByText("3 no estoque", { exact: true }).waitFor();
        // Everything is in the stock: only the head is left.
        equal(await page.locator(".tray-line").count(), 0);
        await drop(page, paths);
        await page.getByText("3 no estoque · 3 já estavam aqui", { exact: true }).waitFor();
      });
      match((await page.locator(".tray-line").first().textContent()) ?? "", /Já estava aqui/);
      equal(
        await tray(page)
          .getByRole("button", { name: /^Aprovar/ })
          .count(),
        0,
      );
      const { accessKey } = syntheticNote({ seed: 75_000, items: 1 });
      const { body } = await world.call("GET", `/api/nfes/${accessKey}`);
      equal(JSON.stringify(body).split('"type":"ENTRADA"').length, 2);
      await visit.accessible();
    },
  },
  {
    name: "files wait without a network, the page says so, and they leave when it is back",
    async run(visit) {
      const { page, context } = visit;
      await emptied(visit.world);
      await opened(visit);
      await page.evaluate(CONTROLLED);
      await context.setOffline(true);
      await withFiles(notes(12, 76_000), async (_, paths) => {
        await drop(page, paths);
        await page
          .getByText("12 arquivos esperam aqui e seguem quando a internet voltar.")
          .waitFor();
        await visit.accessible();
        // The list is empty, but not because all is approved.
        await page.getByText("Nada a aprovar por enquanto.").waitFor();
        equal(await page.getByText(/Tudo aprovado|Nenhuma nota ainda/).count(), 0);
        await visit.picture("tray-offline");
        await page.getByRole("button", { name: "Sair", exact: true }).click();
        await page.getByText("12 arquivos ainda não foram enviados.").waitFor();
        await page.getByRole("button", { name: "Voltar" }).click();
        await context.setOffline(false);
        await tray(page).getByText("12 prontas", { exact: true }).waitFor();
      });
      equal(await page.getByText("esperam aqui").count(), 0);
    },
  },
  {
    name: "documents that the service gave up are tried again by one button",
    async run(visit) {
      const { page } = visit;
      await opened(visit);
      const asked: string[] = [];
      // Such a document wants a service that fails many times: its answers are played here.
      await page.route("**/api/jobs/**", async (route) => {
        if (route.request().method() === "POST") {
          asked.push(new URL(route.request().url()).pathname);
          return route.fulfill({ status: 202, json: { job_id: "x", replayed: 1 } });
        }
        const answer = await route.fetch();
        const job = await answer.json();
        if (asked.length > 0 || job.finished_at === null)
          return route.fulfill({ response: answer });
        const [line, ...lines] = job.results;
        const { position, file } = line;
        const parked = { position, file, outcome: "parked", code: "stored_bytes.missing" };
        return route.fulfill({ json: { ...job, parked: 1, done: 1, results: [parked, ...lines] } });
      });
      await withFiles(
        [{ name: "dois.zip", bytes: await zipOf(notes(2, 77_000)) }],
        async (_, paths) => {
          await drop(page, paths);
          await page.getByText("1 documento parou em dois.zip.").waitFor();
        },
      );
      match(await textOf(page, "nota-1.xml"), /^Parado .* Não deu certo em várias tentativas\. /);
      equal(await page.getByText("stored_bytes.missing").count(), 0);
      await visit.accessible();
      await visit.picture("tray-parked");
      await page.getByRole("button", { name: "Tentar de novo" }).click();
      await page.getByText("2 prontas", { exact: true }).waitFor();
      match(asked.join(), /^\/api\/jobs\/[^/]+\/replay$/);
    },
  },
  {
    name: "who may only read has no button to send, and a file that they drop is not sent",
    async run(visit) {
      const { page } = visit;
      await page.route("**/api/session", async (route) => {
        const answer = await route.fetch();
        const me = await answer.json();
        return route.fulfill({ json: { ...me, user: { ...me.user, role: "VISUALIZADOR" } } });
      });
      await opened(visit);
      equal(await page.getByRole("button", { name: "Enviar notas" }).count(), 0);
      await withFiles(notes(1, 78_000), async (_, paths) => {
        await drop(page, paths);
        await page.getByText("Seu perfil não permite enviar notas.").waitFor();
      });
      equal(await tray(page).count(), 0);
    },
  },
];
