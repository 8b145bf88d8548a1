import { equal, ok } from "node:assert/strict";
import type { Page } from "playwright-core";

/** The upload's answer has no figure. `ms` is a moment of the process's clock. */
interface Reported {
  readonly done: number | null;
  readonly ended: boolean;
  readonly ms: number;
}

/** Keeps what the service answers to a page that sends one ZIP of 500: to the upload, then to each look at its job. */
export function figuresReported(page: Page) {
  const reported: Reported[] = [];
  page.on("response", async (answer) => {
    const { pathname } = new URL(answer.url());
    const ms = Math.round(performance.now());
    if (pathname === "/api/nfe/batch") reported.push({ done: null, ended: false, ms });
    if (!pathname.startsWith("/api/jobs/") || answer.status() !== 200) return;
    const { done, finished_at } = await answer.json().catch(() => ({ done: 0, finished_at: null }));
    reported.push({ done, ended: finished_at !== null, ms });
  });
  return {
    /** Of at most ten looks after the upload (five a second), the last had a figure, while the job was in work. FIGURES prints them. */
    figureBeforeTheEnd() {
      const until = reported.findIndex(({ done }) => done !== null && done > 0);
      const [sent, ...looks] = reported.slice(0, until + 1);
      const figure = looks.at(-1);
      if (process.env.FIGURES !== undefined) console.log(JSON.stringify([sent, ...looks]));
      equal(sent?.done, null);
      ok(looks.length <= 10, JSON.stringify(reported));
      ok(figure?.done != null && figure.done < 500 && !figure.ended, JSON.stringify(reported));
    },
  };
}
