import { effect, untracked } from "@preact/signals";
import { filesOnTheWay, type Given, given, MOST_FILES } from "../base/intake.ts";
import { notify } from "../base/notices.ts";
import { count, whole } from "../base/say.ts";
import { forgetJobs } from "../base/sent-jobs.ts";
import { atLeaving, me, unsent } from "../base/session.ts";
import { resumers } from "./halt.ts";
import { findAgain } from "./jobs.ts";
import { keepLines, keptLines } from "./kept-lines.ts";
import { look } from "./look.ts";
import { dropDocuments, sendDocuments, sendNext } from "./send-documents.ts";
import { dropZips, sendNextZip, sendZips } from "./send-zips.ts";
import { addLines, emptyTray, isBusy, lines, looking, stillHere, unfolded } from "./state.ts";

resumers.add(sendNext);
resumers.add(sendNextZip);

/** Takes every file that is given to the page, for as long as the page is open. */
effect(() => {
  const files = given.value;
  if (files.length === 0) return;
  untracked(() => {
    given.value = [];
    void take(files);
  });
});

effect(() => {
  filesOnTheWay.value = isBusy.value;
});

async function take(all: readonly Given[]): Promise<void> {
  const files = all.slice(0, MOST_FILES);
  if (all.length > files.length)
    notify(`Só os primeiros ${whole(MOST_FILES)} arquivos foram lidos. Envie o resto depois.`, {
      tone: "bad",
    });
  unfolded.value = true;
  looking.value += files.length;
  const looked = await Promise.all(files.map(look));
  looking.value -= files.length;
  addLines(looked.flatMap((one) => (one.as === "line" ? [one.line] : [])));
  const as = (kind: "document" | "zip") =>
    looked.flatMap((one) => (one.as === kind ? [one.given] : []));
  sendDocuments(as("document"));
  sendZips(as("zip"));
  if (looked.every((one) => one.as === "nothing"))
    notify("Não há XML nem ZIP no que foi solto.", { tone: "bad" });
}

/** What this browser has sent is found again when the company is known. */
let found = 0;
effect(() => {
  const company = me.value?.company.id ?? 0;
  if (company === 0 || company === found) return;
  found = company;
  untracked(() => {
    addLines(keptLines(company));
    findAgain(company);
  });
});

effect(() => {
  const company = me.value?.company.id ?? 0;
  if (company !== 0 && !isBusy.value) keepLines(company, lines.value);
});

addEventListener("beforeunload", (event) => {
  if (stillHere.peek() > 0) event.preventDefault();
});
unsent.add(async () => {
  const many = stillHere.peek();
  return many === 0
    ? null
    : `${count(many, "arquivo ainda não foi enviado", "arquivos ainda não foram enviados")}.`;
});
atLeaving.add(() => {
  dropDocuments();
  dropZips();
  emptyTray();
  forgetJobs();
  keepLines(0, []);
  found = 0;
});
