import { compareDocuments } from "./nfe/read/compare.ts";
import { readDocument } from "./nfe/read/read.ts";
import type { DocumentQuestion } from "./platform/bun/threads/documents.ts";
import { giveWay } from "./platform/bun/threads/give-way.ts";
import { answerQuestions } from "./platform/bun/threads/thread.ts";
import { readPackedAnswer } from "./sefaz/wire/distribution.ts";

/** Door: a thread that reads large documents. Bytes in, plain data out. It gives way to requests. */
giveWay();
answerQuestions((question: DocumentQuestion) => {
  if (question.ask === "compare")
    return compareDocuments(question.stored, question.sent, question.accessKey);
  return question.ask === "read" ? readDocument(question.bytes) : readPackedAnswer(question.bytes);
});
