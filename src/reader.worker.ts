import { compareDocuments } from "./nfe/read/compare.ts";
import { readDocument } from "./nfe/read/read.ts";
import type { DocumentQuestion } from "./platform/bun/threads/documents.ts";
import { giveWay } from "./platform/bun/threads/give-way.ts";
import { answerQuestions } from "./platform/bun/threads/thread.ts";

/** Door: a thread that reads large documents. Bytes in, plain data out. It gives way to the requests of the others. */
giveWay();
answerQuestions<DocumentQuestion>((question) =>
  question.ask === "read"
    ? readDocument(question.bytes)
    : compareDocuments(question.stored, question.sent, question.accessKey),
);
