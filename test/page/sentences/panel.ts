import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import type { Sentence, Visit, World } from "../browser.ts";

const [, second, third] = SUPPLIERS;
const DAY_MS = 86_400_000;
const MONEY = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });

const daysAgo = (days: number): string =>
  `${new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10)}`;

interface Bought extends NoteOptions {
  readonly code: string;
  readonly cost: string;
  readonly days: number;
  readonly lot?: boolean;
}

/** A note of one product, issued so many days ago. */
function bought(seed: number, { code, cost, days, lot = false, ...more }: Bought) {
  const rastro = {
    nLote: `L${seed}`,
    qLote: "10",
    dFab: daysAgo(40),
    dVal: daysAgo(-20),
  };
  const item = {
    cProd: code,
    xProd: `PRODUTO ${code}`,
    uCom: "UN",
    qCom: "10",
    vUnCom: cost,
    ...(lot ? { lots: [rastro] } : {}),
  };
  const issuedAt = `${daysAgo(days)}T10:00:00-03:00`;
  return syntheticNote({ seed, emit: second ?? SUPPLIERS[0], items: [item], issuedAt, ...more });
}

/** A month of purchases, an exit, a product below its minimum, a cost that rose, and a note that is held. */
async function month(world: World): Promise<void> {
  const approved = [
    bought(7101, { code: "PA", cost: "40.00", days: 45 }),
    bought(7102, { code: "PB", cost: "12.50", days: 12, lot: true }),
    bought(7103, { code: "PA", cost: "40.00", days: 8 }),
    bought(7104, { code: "PC", cost: "3.10", days: 3 }),
    bought(7105, { code: "PC", cost: "6.20", days: 1 }),
  ];
  for (const { xml } of approved) await world.upload(xml, "?approve=true");
  await world.upload(bought(7106, { code: "PD", cost: "9.00", days: 1 }).xml, "?approve=false");
  const unproved = bought(7107, { code: "PD", cost: "9.90", days: 2, protocol: null });
  await world.upload(unproved.xml, "?approve=false");
  const { body } = await world.call("GET", "/api/stock?search=PRODUTO%20PA&limit=1");
  const [{ code }] = Object(body).data;
  await world.call("PATCH", `/api/products/${encodeURIComponent(code)}`, { min_stock: 50 });
  await world.call("POST", "/api/movements", { product_code: code, type: "SAIDA", quantity: 3 });
}

/** In how many rows the figures stand. */
const ROWS_OF_FIGURES = `new Set([...document.querySelectorAll(".panel-figures li")].map((one) =>
  Math.round(one.getBoundingClientRect().top))).size`;

const figure = ({ page }: Visit, label: string) =>
  page.locator(".panel-figures li", { hasText: label });

/** What the owner looks at, and what an accountant sees of all companies. */
export const panelSentences: readonly Sentence[] = [
  {
    name: "an owner with a phone sees the figures of the API, and each leads to its list",
    async run(visit) {
      const { page, world, open, accessible } = visit;
      await month(world);
      await page.setViewportSize({ width: 360, height: 740 });
      await open("/painel");
      const { body } = await world.call("GET", "/api/dashboard/stats?by=issued");
      const wealth = MONEY.format(Object(body).stock_value);
      await figure(visit, wealth).waitFor();
      equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
      await page.getByText("Precisam de você").waitFor();
      await accessible();
      const links = [
        ["Notas a aprovar", /\/notas$/],
        ["Notas com pendência", /\/notas\?ver=pendencias$/],
        ["Abaixo do mínimo", /\/estoque\?ver=abaixo$/],
        ["Vencem em 30 dias", /\/estoque\?ver=vencem$/],
        ["Estoque pelo custo médio", /\/estoque$/],
      ] as const;
      for (const [label, address] of links) {
        await figure(visit, label).getByRole("link").click();
        await page.getByRole("heading", { name: /^(?:Notas|Estoque)$/, level: 1 }).waitFor();
        match(page.url(), address);
        await page.goBack();
        await page.getByRole("heading", { name: "Painel", level: 1 }).waitFor();
      }
    },
  },
  {
    name: "the panel says in words how the month stands beside the one before, and shows every figure of a chart as a table",
    async run({ page, world, open, accessible, picture }) {
      await month(world);
      await open("/painel");
      const trend = page.getByText(/^Entraram R\$.[\d.,]+ em \p{L}+, até hoje/u);
      await trend.waitFor();
      const { body } = await world.call("GET", "/api/dashboard/stats?by=issued");
      const { now, entries_percent } = Object(body).trend;
      const said = (await trend.textContent()) ?? "";
      ok(said.includes(MONEY.format(now.entries_value)), said);
      if (entries_percent !== null && entries_percent !== 0)
        ok(said.includes(`${Math.abs(entries_percent).toLocaleString("pt-BR")} %`), said);
      const chart = page.locator(".card", { hasText: "Entradas e saídas, 30 dias" });
      await chart.getByText("Ver números").click();
      equal(await chart.locator("tbody tr").count(), 30);
      await page.getByText("Custos que subiram").waitFor();
      await page.getByText("Vencem por semana").first().waitFor();
      await accessible();
      await chart.getByText("Ver números").click();
      await picture("panel");
      await page.emulateMedia({ media: "print" });
      await picture("panel-print");
      // A4 between the browser's margins: as narrow as a phone.
      await page.setViewportSize({ width: 717, height: 1000 });
      await page.getByText(/^Impresso em \d\d\/\d\d\/\d{4}/).waitFor();
      await page.locator(".panel-company").waitFor();
      await page.getByText("Em reais, pelo custo médio; cada semana").waitFor();
      equal(await page.getByText("Ver números").filter({ visible: true }).count(), 0);
      equal(await page.evaluate(ROWS_OF_FIGURES), 1);
    },
  },
  {
    name: "a figure of the panel changes by itself when a note arrives elsewhere",
    async run(visit) {
      const { page, world, open } = visit;
      await open("/painel");
      await page.getByText("Precisam de você").waitFor();
      const { body } = await world.call("GET", "/api/nfes/counts");
      const more = String(Object(body).ready + 1);
      await figure(visit, "Notas a aprovar").locator("b", { hasText: /\d/ }).waitFor();
      const fresh = bought(7110 + (Date.now() % 1_000_000), { code: "PE", cost: "1.00", days: 0 });
      await world.upload(fresh.xml, "?approve=false");
      await figure(visit, "Notas a aprovar").getByText(more, { exact: true }).waitFor();
    },
  },
  {
    name: "a read that fails is said in the API's words, unknown figures are dashes, and what came stays",
    async run(visit) {
      const { page, open, accessible, picture } = visit;
      let broken = true;
      await page.route("**/api/dashboard/stats?*", (route) =>
        broken
          ? route.fulfill({
              status: 500,
              contentType: "application/problem+json",
              body: JSON.stringify({ status: 500, detail: "Falha interna", request_id: "abc" }),
            })
          : route.continue(),
      );
      await open("/painel");
      await page.getByText("Falha interna").waitFor();
      equal(await figure(visit, "Abaixo do mínimo").locator("b").textContent(), "–");
      await page.getByText("Onde está o seu dinheiro").waitFor();
      await accessible();
      await picture("panel-failed");
      broken = false;
      await page.getByRole("button", { name: "Tentar de novo" }).click();
      await page.getByText("Falha interna").waitFor({ state: "hidden" });
      match((await figure(visit, "Abaixo do mínimo").locator("b").textContent()) ?? "", /\d/);
    },
  },
  {
    name: "the panel of a company without goods says what is not there, without a broken chart",
    async run({ page, open, accessible, picture }) {
      const none = { products: 0, value: 0 };
      await page.route("**/api/dashboard/stock", (route) =>
        route.fulfill({
          json: {
            categories: [],
            most_valuable: [],
            ages: [0, 31, 61, 91, 181].map((from_days) => ({ from_days, ...none })),
            expiring: [{ from: daysAgo(0), lots: 0, value: 0 }],
          },
        }),
      );
      await page.route("**/api/dashboard/evolution?*", (route) =>
        route.fulfill({
          json: [{ date: daysAgo(0), entries: 0, exits: 0, entries_value: 0, exits_value: 0 }],
        }),
      );
      await open("/painel");
      await page.getByText(/^Nada entrou nem saiu/).waitFor();
      await page.getByText("Nenhum produto com saldo e custo.").waitFor();
      await page.getByText("Nenhum lote com saldo vence").waitFor();
      await accessible();
      await picture("panel-empty");
    },
  },
  {
    name: "an accountant sees what waits in two companies, finds one by its CNPJ, and goes on in it by one tap",
    async run({ page, context, open, accessible, picture }) {
      const companies = [
        company(1, "EMPORIO BEIRA RIO LTDA", { ready: 12, held: 3 }),
        company(2, "PADARIA SOL NASCENTE LTDA", {
          ready: 1_000,
          mailbox: { state: "failing", failing_since: "2026-11-27T11:00:00.000Z" },
        }),
        company(3, "Mercearia Flor de Minas", { last_note: null }),
      ];
      let here = 1;
      const chosen: unknown[] = [];
      await context.route("**/api/overview", (route) => route.fulfill({ json: { companies } }));
      await context.route("**/api/session", async (route) => {
        const answer = await route.fetch();
        const of = companies.find(({ id }) => id === here);
        await route.fulfill({ json: { ...(await answer.json()), company: of, companies } });
      });
      await context.route("**/api/session/company", async (route) => {
        chosen.push(route.request().postDataJSON());
        here = 2;
        await route.fulfill({ json: {} });
      });
      await open("/empresas");
      await page.getByRole("button", { name: "1.000+ a aprovar em Padaria Sol" }).waitFor();
      await page.getByText("Com falha").waitFor();
      await accessible();
      await picture("companies-overview");
      await page.getByRole("link", { name: "Precisam de você" }).click();
      await page.getByRole("table").getByText("Mercearia Flor").waitFor({ state: "hidden" });
      equal(await page.locator("tbody tr").count(), 2);
      await page.getByRole("link", { name: /^Todas/ }).click();
      await page.getByLabel("Buscar por nome ou CNPJ").fill("11.222.333/0002");
      await page.getByText("Emporio Beira Rio").last().waitFor({ state: "visible" });
      await page.locator("tbody tr").nth(1).waitFor({ state: "detached" });
      await page.getByRole("button", { name: "1.000+ a aprovar em Padaria Sol" }).click();
      await page.getByRole("heading", { name: "Notas", level: 1 }).waitFor();
      deepEqual(chosen, [{ company: 2 }]);
    },
  },
];

const company = (id: number, name: string, more: object) => ({
  id,
  name,
  cnpjs: [`11222333000${id}81`],
  role: id === 1 ? "ADMIN" : "GERENTE",
  ready: 0,
  held: 0,
  last_note: {
    access_key: "0".repeat(44),
    number: "7105",
    supplier_name: third?.name ?? "FORNECEDOR LTDA",
    received_at: "2026-11-27T18:20:00.000Z",
  },
  mailbox: { state: id === 1 ? "working" : "off", failing_since: null },
  ...more,
});
