import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { type Visit, visit } from "./browser.ts";
import { withBunWorld } from "./bun-world.ts";
import { inBrowser } from "./in-browser.ts";

/** Runs `body` in a page that has only what views ask with. */
async function inAsking(body: (visit: Visit) => Promise<void>): Promise<void> {
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "gallery/asking.ts")],
    tsconfig: "tsconfig.page.json",
    target: "browser",
    define: { FEED_TYPES: "[]" },
  });
  const script = (await built.outputs[0]?.text()) ?? "";
  await withBunWorld((world) =>
    visit(world, async (here) => {
      await here.page.route("**/assets/main-*.js", (route) =>
        route.fulfill({ contentType: "text/javascript", body: script }),
      );
      await here.open("/notas");
      await here.page.locator("html[data-asking]").waitFor({ state: "attached" });
      await body(here);
    }),
  );
}

const CATEGORY = `asking.ask("/api/categories", { method: "POST", json: { name: "Bebidas" } })`;

inBrowser(
  "a tab opened for another company writes nothing and knows it; the session's own routes still answer it",
  () =>
    inAsking(async ({ page, context, world }) => {
      let real = true;
      await context.route("**/api/session", async (route) => {
        const answer = await route.fetch();
        const read = await answer.json();
        await route.fulfill({
          json: real ? read : { ...read, company: { ...read.company, id: 2 } },
        });
      });
      await page.evaluate("asking.readMe()");
      const said: (string | undefined)[] = [];
      page.on("request", (request) => said.push(request.headers()["x-company"]));
      deepEqual(
        await page.evaluate(`asking.ask("/api/stock?limit=1").then(({ code }) => code ?? "read")`),
        "read",
      );
      // The tab was opened for company 2; the cookie is of company 1.
      real = false;
      await page.evaluate("asking.readMe()");
      const refused = JSON.stringify(await page.evaluate(CATEGORY));
      match(refused, /session\.other_company/);
      match(refused, /passou a trabalhar em outra empresa/);
      equal(await page.evaluate("asking.isOther()"), true);
      deepEqual(said, ["1", undefined, "2"]);
      equal(
        JSON.stringify((await world.call("GET", "/api/categories")).body).includes("Bebidas"),
        false,
      );
      equal(await page.evaluate(`asking.readMe().then(({ company }) => company.id)`), 2);
    }),
);

inBrowser("a tab opened for another person writes nothing and knows it", () =>
  inAsking(async ({ page, context, world }) => {
    await context.route("**/api/session", async (route) => {
      const read = await (await route.fetch()).json();
      await route.fulfill({ json: { ...read, user: { ...read.user, id: read.user.id + 1 } } });
    });
    await page.evaluate("asking.readMe()");
    const refused = JSON.stringify(await page.evaluate(CATEGORY));
    match(refused, /session\.other_person/);
    match(refused, /entrou outra pessoa/);
    equal(await page.evaluate("asking.isOther()"), true);
    equal(
      JSON.stringify((await world.call("GET", "/api/categories")).body).includes("Bebidas"),
      false,
    );
  }),
);
