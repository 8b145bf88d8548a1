import { type BrowserContext, chromium, type Page } from "playwright-core";
import { trusted } from "../src/lib/cast.ts";
import { noBrowser } from "../test/page/browser.ts";
import { builtPage } from "../test/page/built-page.ts";
import { figure, quantile, spread, table } from "./figures.ts";
import { ADMIN, startService } from "./server.ts";
import { fillShop } from "./shop.ts";

/**
 * The page over a shop with many products, in Chromium: Estoque opened, searched letter by letter, scrolled to its last row, and a
 * stock-taking of everything by a reader. An answer is what the browser waits for it, from its request to its last byte; the longest
 * task is how long the page takes no key.
 * bun bench/page.ts [products = 100000] [times = 5]
 */
const [products = 100_000, times = 5] = process.argv.slice(2).map(Number);
const SEARCHES = ["sextavado 4", "parafuso 99", `${products - 1}`];
/** Slower than the page waits for a next letter, so that each is asked for. */
const LETTER_MS = 260;
const MOST_ROWS = 1_000;
const CODES_READ = 100;
/** Products by name, as the page reads them for a count; so many are kept on a device. */
const ON_DEVICE = Array.from({ length: products }, (_, n) => String(n + 1))
  .sort()
  .slice(0, 20_000);

/** Keeps what the browser says of its requests and long tasks. */
const WATCH = `globalThis.bench = { tasks: [] };
performance.setResourceTimingBufferSize(5000);
new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) bench.tasks.push(duration); })
  .observe({ type: "longtask", buffered: true });`;

const taken = new Map<string, number[]>();
const took = (what: string, ...ms: number[]) =>
  taken.set(what, [...(taken.get(what) ?? []), ...ms]);

/** Milliseconds of the answers to what begins with `path`, and the longest task, since the last look. */
async function sinceLastLook(
  page: Page,
  path: string,
): Promise<{ answers: number[]; task: number }> {
  const seen = await page.evaluate(`(() => {
    const answers = performance.getEntriesByType("resource")
      .filter(({ name }) => name.startsWith(location.origin + ${JSON.stringify(path)}))
      .map(({ requestStart, responseEnd }) => responseEnd - requestStart);
    const task = Math.max(0, ...bench.tasks);
    performance.clearResourceTimings();
    bench.tasks = [];
    return { answers, task };
  })()`);
  return trusted<{ answers: number[]; task: number }>(seen);
}

async function signedIn(url: string): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 860 },
    locale: "pt-BR",
  });
  const answer = await context.request.post(`${url}/api/session`, {
    headers: { "sec-fetch-site": "same-origin", origin: url },
    data: ADMIN,
  });
  if (!answer.ok()) throw new Error(`login: ${answer.status()}`);
  await context.addInitScript({ content: WATCH });
  return context;
}

const rowsOf = (page: Page) => page.locator("tr[data-key]");

async function stock(page: Page, url: string): Promise<void> {
  const begun = performance.now();
  await page.goto(`${url}/estoque`);
  await rowsOf(page).first().waitFor();
  took("Estoque: opened until its first rows", performance.now() - begun);
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  await sinceLastLook(page, "/api/stock");
  const field = page.getByLabel("Nome, código ou código de barras");
  for (const text of SEARCHES) {
    await field.fill("");
    await page.waitForTimeout(LETTER_MS * 2);
    await sinceLastLook(page, "/api/stock");
    await field.pressSequentially(text, { delay: LETTER_MS });
    await page.waitForTimeout(LETTER_MS * 2);
    const { answers, task } = await sinceLastLook(page, "/api/stock");
    took("Estoque: answer to a letter of a search", ...answers);
    took("Estoque: longest task of a search", task);
  }
  await field.fill("");
  await page.waitForTimeout(LETTER_MS * 2);
  await sinceLastLook(page, "/api/stock");
  const scrolled = performance.now();
  const most = Math.min(MOST_ROWS, products);
  while ((await rowsOf(page).count()) < most) await page.mouse.wheel(0, 4_000);
  took(`Estoque: scrolled to row ${most}`, performance.now() - scrolled);
  const { answers, task } = await sinceLastLook(page, "/api/stock");
  took("Estoque: answer to 50 rows more", ...answers);
  took("Estoque: longest task of scrolling", task);
}

async function count(page: Page, url: string, id: string): Promise<void> {
  const begun = performance.now();
  await page.goto(`${url}/contagem?contagem=${id}`);
  const field = page.getByLabel("Código de barras, código ou nome");
  await field.waitFor();
  took("Contagem: opened until its field", performance.now() - begun);
  while ((await pagesOf(page)) === 0) await page.waitForTimeout(20);
  for (const beside of [true, false]) {
    const when = beside ? "while the products are read" : "with the products here";
    if (!beside) {
      await untilQuiet(page);
      took("Contagem: the products are on the device", performance.now() - begun);
    }
    await sinceLastLook(page, "/api/products");
    const shown: number[] = [];
    for (let n = 0; n < CODES_READ / 2; n += 1) {
      // The first page is here at once.
      const number = ON_DEVICE[beside ? n : (n * 397 + 31) % ON_DEVICE.length] ?? "1";
      const code = number.padStart(6, "0");
      await page.keyboard.type(code);
      const entered = performance.now();
      await page.keyboard.press("Enter");
      const name = new RegExp(`(?:nº ${number}|${code})$`);
      await page.locator(".count-last", { hasText: name }).waitFor();
      shown.push(performance.now() - entered);
    }
    took(`Contagem: a code read until it is shown, ${when}`, ...shown);
    took(`Contagem: longest task, ${when}`, (await sinceLastLook(page, "/api/products")).task);
  }
  // A name that no product has: every product on the device is sinceLastLook at.
  await field.pressSequentially("sextavado zz", { delay: 60 });
  took("Contagem: longest task of a name typed", (await sinceLastLook(page, "/api/products")).task);
}

/** Pages of the products that have come since the last look. */
const pagesOf = async (page: Page): Promise<number> =>
  Number(
    await page.evaluate(
      `performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/products?")).length`,
    ),
  );

/** Waits until no page of the products has come for a second. */
async function untilQuiet(page: Page): Promise<void> {
  for (let before = -1; ; ) {
    const now = await pagesOf(page);
    if (now === before) return;
    before = now;
    await page.waitForTimeout(1_000);
  }
}

if (noBrowser !== null) {
  console.log(`Not measured: ${noBrowser}.`);
  process.exit(0);
}
await builtPage();
await using service = await startService();
await fillShop(service.database, products * 2, products);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
try {
  const made = await fetch(`${service.url}/api/counts`, {
    method: "POST",
    headers: { authorization: `Bearer ${service.token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "Tudo", scope: "all" }),
  });
  const { count: opened } = trusted<{ count: { id: string } }>(await made.json());
  for (let time = 0; time < times; time += 1) {
    const context = await signedIn(service.url);
    const page = await context.newPage();
    await stock(page, service.url);
    await count(page, service.url, opened.id);
    await context.close();
  }
} finally {
  await browser.close();
}
console.log(
  `${products.toLocaleString("en")} products, ${(products * 2).toLocaleString("en")} movements\n`,
);
console.log(
  table(
    ["what", "ms, median (range)", "19 of 20 within"],
    [...taken].map(([what, ms]) => [
      what,
      spread(ms),
      ms.length < 20
        ? ""
        : figure(
            quantile(
              ms.toSorted((a, b) => a - b),
              0.95,
            ),
          ),
    ]),
  ),
);
