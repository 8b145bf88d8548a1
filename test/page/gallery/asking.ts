import { ask } from "../../../src/page/base/ask.ts";
import { otherSession } from "../../../src/page/base/me.ts";
import { readMe } from "../../../src/page/base/session.ts";

/** What every view asks with, reachable from a test: `asking.ask(…)` gives the answer or the code of the refusal. */
Object.assign(globalThis, {
  asking: {
    readMe,
    ask: (path: string, options: object = {}) =>
      ask(path, options).catch((fault: { code?: string; message: string }) => ({
        code: fault.code,
        message: fault.message,
      })),
    isOther: () => otherSession.value !== null,
  },
});
document.documentElement.dataset.asking = "";
