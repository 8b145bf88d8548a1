import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { closeBrowser, noBrowser, visit } from "../../page/browser.ts";
import { accountSentences } from "../../page/sentences/account.ts";
import { accountingSentences } from "../../page/sentences/accounting.ts";
import { adminSentences } from "../../page/sentences/admin.ts";
import { besidesSentences } from "../../page/sentences/besides.ts";
import { closingSentences } from "../../page/sentences/closing.ts";
import { countSentences } from "../../page/sentences/count.ts";
import { cameraSentences, countReviewSentences } from "../../page/sentences/count-review.ts";
import { frameSentences } from "../../page/sentences/frame.ts";
import { heldNotesSentences } from "../../page/sentences/held-notes.ts";
import { inSightSentences } from "../../page/sentences/in-sight.ts";
import { loginSentences } from "../../page/sentences/login.ts";
import { noteMappingSentences } from "../../page/sentences/note-mapping.ts";
import { notesSentences } from "../../page/sentences/notes.ts";
import { panelSentences } from "../../page/sentences/panel.ts";
import { productSentences } from "../../page/sentences/product.ts";
import { stockSentences } from "../../page/sentences/stock.ts";
import { taxOfficeSentences } from "../../page/sentences/tax-office.ts";
import {
  paperSentences,
  taxOfficeAdminSentences,
  videoOfPaper,
} from "../../page/sentences/tax-office-set-up.ts";
import { traySentences } from "../../page/sentences/tray.ts";
import { videoOfCode } from "../../page/video.ts";
import { ADMIN, libsqlServer, SECRET, worker } from "../world.mjs";

/** Lists of sentences, and how each begins; each has a service of its own. A new list gets its line here and a `.test.ts` in test/page/. */
const LISTS = [
  ["administration", adminSentences, {}],
  ["account", accountSentences, {}],
  ["mapping and exports", accountingSentences, {}],
  ["login", loginSentences, { signedIn: false }],
  ["frame", frameSentences, {}],
  ["besides", besidesSentences, {}],
  ["count", countSentences, {}],
  ["notes", notesSentences, {}],
  ["held notes", heldNotesSentences, {}],
  ["mapping in a note", noteMappingSentences, {}],
  ["what is in sight of notes", inSightSentences, {}],
  ["notes of the tax office", taxOfficeSentences, {}],
  ["paper of a note", paperSentences, { video: videoOfPaper }],
  ["administration of the tax office", taxOfficeAdminSentences, {}],
  ["tray", traySentences, {}],
  ["stock", stockSentences, {}],
  ["product", productSentences, {}],
  ["review of a count", countReviewSentences, {}],
  ["camera", cameraSentences, { video: videoOfCode }],
  ["panel", panelSentences, {}],
  ["closing of many companies", closingSentences, {}],
];

/** Sentences follow each other faster than a person works. */
const MANY = { RATE_LIMIT_PER_SECOND: "0", RATE_LIMIT_BURST: "0" };

before(async () => {
  if (noBrowser === null) await promisify(execFile)("bun", ["src/tools/build-page.ts"]);
});

after(closeBrowser);

/** The Worker as the sentences see it. */
async function worldOf({ url, fetch }) {
  const login = await fetch("/api/login", { method: "POST", body: JSON.stringify(ADMIN) });
  assert.equal(login.status, 200);
  const { token } = await login.json();
  const authorization = `Bearer ${token}`;
  return {
    url,
    admin: ADMIN,
    async call(method, path, json) {
      const headers = { authorization, "content-type": "application/json" };
      const body = json === undefined ? undefined : JSON.stringify(json);
      const answer = await fetch(path, { method, headers, body });
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
    },
    async upload(xml, query = "") {
      const headers = { authorization, "content-type": "application/xml" };
      const answer = await fetch(`/api/nfe/upload${query}`, { method: "POST", headers, body: xml });
      return answer.json();
    },
  };
}

for (const [of, sentences, options] of LISTS)
  describe(`in workerd, ${of}`, { skip: noBrowser ?? false }, () => {
    let database;
    let edge;
    let world;

    before(async () => {
      database = await libsqlServer();
      edge = await worker({ DATABASE_URL: database.url, JWT_SECRET: SECRET, ...MANY });
      world = await worldOf(edge);
    });

    after(async () => {
      await edge?.close();
      await database?.close();
    });

    for (const { name, run } of sentences)
      test(name, { timeout: 120_000 }, () => visit(world, run, options));
  });
