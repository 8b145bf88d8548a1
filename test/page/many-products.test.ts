import { equal, ok } from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/platform/bun/database/database.ts";
import { withServer } from "../support/server.ts";
import { visit } from "./browser.ts";
import { builtPage } from "./built-page.ts";
import { inBrowser } from "./in-browser.ts";

const MANY = 100_000;
const ADMIN = { email: "dona@loja.example", password: "uma senha dos testes" };

inBrowser(
  "a stock of 100,000 products is searched, and read on to 1,000 rows and no further",
  async () => {
    await builtPage();
    const folder = await mkdtemp(join(tmpdir(), "sge-many-"));
    const url = `file:${join(folder, "sge.db")}`;
    await withServer(
      async (server) => {
        const { writing, close } = await openDatabase(url);
        await writing.executeMultiple(`
        with recursive n (i) as (select 1 union all select i + 1 from n where i < ${MANY})
        insert into products (company, code, name, search, unit, created_at, updated_at)
        select 1, printf('%06d', i), 'Parafuso sextavado ' || printf('%06d', i), 'parafuso sextavado ' || printf('%06d', i), 'UN', 0, 0 from n;
        insert into balances (company, product, quantity_e4, value_e2, updated_at)
        select 1, code, 10000, 100, 0 from products;`);
        await close();
        const call = async (method: string, path: string) => server.call(method, path);
        const world = { url: server.url, admin: ADMIN, call, upload: server.upload };
        await visit(world, async ({ page, open }) => {
          await open("/estoque");
          const rows = page.locator("tr[data-key]");
          await rows.nth(49).waitFor();
          ok((await rows.count()) <= 50 * 3);
          for (let i = 0; i < 60; i++) {
            await page.evaluate("scrollTo(0, document.body.scrollHeight)");
            await page.waitForTimeout(200);
            if ((await page.getByText("Refine a busca").count()) > 0) break;
          }
          equal(await rows.count(), 1_000);
          const began = performance.now();
          await page.getByRole("searchbox").fill("sextavado 098765");
          await page.getByRole("link", { name: "Parafuso sextavado 098765" }).waitFor();
          await rows.nth(1).waitFor({ state: "detached" });
          console.log(
            `100,000 products: a search shown after ${Math.round(performance.now() - began)} ms`,
          );
          const times: number[] = [];
          for (const word of ["001", "0987", "parafuso 77", "sextavado 5", "099999"]) {
            const asked = performance.now();
            equal(
              (
                await server.call(
                  "GET",
                  `/api/stock?search=${encodeURIComponent(word)}&limit=50&cursor=start`,
                )
              ).status,
              200,
            );
            times.push(Math.round(performance.now() - asked));
          }
          console.log(`the API's answers to five searches: ${times.join(", ")} ms`);
        });
      },
      { ADMIN_EMAIL: ADMIN.email, DATABASE_URL: url },
    );
    await rm(folder, { recursive: true, force: true });
  },
);
