import { existsSync, writeFileSync } from "node:fs";
import { err } from "../../../src/lib/result.ts";
import type { DocumentQuestion } from "../../../src/platform/bun/threads/documents.ts";
import { answerQuestions } from "../../../src/platform/bun/threads/thread.ts";
import { sefazFault } from "../../../src/ports/sefaz-fault.ts";

/** A thread that does what the document's first word says; anything else it answers with the document's length. */
answerQuestions((question: DocumentQuestion) => {
  if (question.ask === "compare")
    return `${question.stored.length} ${question.sent.length} ${question.accessKey}`;
  const [word = "", argument = ""] = new TextDecoder()
    .decode(question.bytes.slice(0, 200))
    .split("|");
  if (word === "hang") for (;;);
  if (word === "die") process.exit(3);
  if (word === "throw") throw new RangeError("a secret of the note");
  if (word === "die-once" && !existsSync(argument)) {
    writeFileSync(argument, "");
    process.exit(3);
  }
  if (question.ask === "distribution")
    return err(sefazFault("web_page", { text: `${question.bytes.length}` }));
  return err({ code: "nfe.not_an_nfe", got: `${question.bytes.length} bytes` });
});
