import { deepEqual, equal, ok } from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { Sentence } from "../browser.ts";
import { drop, note, withFiles } from "./dropped-files.ts";
import { registered, row } from "./notes.ts";

export const PHONE = { width: 360, height: 740 };

/** Asks again until it holds: a layout follows what it is about a frame later. */
async function soon(page: Page, what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let left = 20; left > 0; left -= 1) {
    if (await holds()) return;
    await page.waitForTimeout(50);
  }
  ok(false, what);
}

/** Whether all of it is inside the window, and inside `within` where that is given. */
async function isInSight(it: Locator, within?: Locator): Promise<boolean> {
  const [box, outer] = [await it.boundingBox(), await within?.boundingBox()];
  const size = it.page().viewportSize();
  if (box === null || size === null) return false;
  const edges = outer ?? { x: 0, y: 0, ...size };
  return (
    box.x >= edges.x &&
    box.y >= Math.max(0, edges.y) &&
    box.x + box.width <= edges.x + edges.width + 0.5 &&
    box.y + box.height <= Math.min(size.height, edges.y + edges.height) + 0.5
  );
}

/** Whether the middle of it can be pressed: nothing lies over it. */
const isFree = (it: Locator): Promise<boolean> =>
  it.click({ trial: true, timeout: 1_000 }).then(
    () => true,
    () => false,
  );

/** Whether nothing in it is reached by scrolling to the side only. */
export const isAsWideAsShown = async (it: Locator): Promise<boolean> =>
  it.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth);

/** What a person looks for is in the window, and nothing lies over it. */
export const inSightSentences: readonly Sentence[] = [
  {
    name: "the main button of an open note lies inside the window, with the tray above it and without, scrolled or not",
    async run({ page, world, open, picture }) {
      const { accessKey } = await registered(world, 6401);
      await open(`/notas?nota=${accessKey}`);
      const button = page.getByRole("button", { name: "Aprovar e lançar no estoque" });
      await button.waitFor();
      await page.getByText("Saldo").waitFor();
      equal(await isInSight(button), true, "at first");
      await page.getByText("Por que esta decisão").click();
      await page.getByText("Chave de acesso e datas").click();
      equal(await isInSight(button), true, "with its sections open");
      await withFiles(
        [6402, 6403, 6404].map((seed) => ({ name: `n${seed}.xml`, bytes: note(seed) })),
        async (_, paths) => {
          await drop(page, paths);
          await page.getByRole("heading", { name: "3 arquivos conferidos" }).waitFor();
        },
      );
      await soon(page, "below the tray", () => isInSight(button));
      await picture("nota-com-bandeja");
      await page.mouse.wheel(0, 2_000);
      await soon(page, "scrolled", () => isInSight(button));
      await page.evaluate("scrollTo(0, 0)");
      await page.locator(".tray").getByRole("button", { name: "Fechar" }).click();
      await soon(page, "without the tray again", () => isInSight(button));
    },
  },
  {
    name: "a notice lies over no act of the open note, on a desk and on a phone",
    async run({ page, world, open, picture }) {
      const { accessKey } = await registered(world, 6410);
      await open(`/notas?ver=todas&nota=${accessKey}`);
      const button = page.getByRole("button", { name: "Aprovar e lançar no estoque" });
      await button.waitFor();
      for (const size of [{ width: 1360, height: 860 }, { width: 1000, height: 700 }, PHONE]) {
        await page.setViewportSize(size);
        await page.getByRole("button", { name: "Mais" }).locator("visible=true").first().click();
        await page.getByRole("button", { name: "Descartar" }).click();
        const dialog = page.getByRole("dialog", { name: "Descartar a nota?" });
        await dialog.getByLabel("Motivo").fill("Sem uso");
        await dialog.getByRole("button", { name: "Descartar" }).click();
        await page.getByRole("button", { name: "Restaurar" }).click();
        await page.getByText("Nota restaurada.").first().waitFor();
        await button.waitFor();
        equal(await isFree(button), true, `${size.width} px`);
        if (size === PHONE) await picture("nota-com-aviso");
        const close = page.getByRole("button", { name: "Fechar aviso" });
        for (let left = await close.count(); left > 0; left -= 1) await close.first().click();
      }
    },
  },
  {
    name: "the tab of the open list and the row of the open note are seen beside the note, also under the pointer",
    async run(visit) {
      const { page, world, open } = visit;
      const { accessKey } = await registered(world, 6420);
      await world.call("POST", `/api/nfes/${accessKey}/discard`, { reason: "Sem uso" });
      await open(`/notas?ver=descartadas&nota=${accessKey}`);
      await page.getByRole("button", { name: "Restaurar" }).waitFor();
      const tabs = page.getByRole("navigation", { name: "Situação das notas" });
      const tab = tabs.getByRole("link", { name: /Descartadas/ });
      await tab.locator(".tab-count:not(.unknown)").waitFor();
      await soon(page, "the tab", () => isInSight(tab, tabs));
      const ground = () =>
        page.evaluate(`getComputedStyle(document.querySelector("tr.is-open")).backgroundColor`);
      const still = await ground();
      await row(visit, accessKey).hover();
      deepEqual(await ground(), still);
    },
  },
];
