import { sheetAnswers } from "./export/csv-file.ts";
import { giveWay } from "./platform/bun/threads/give-way.ts";
import { answerQuestions } from "./platform/bun/threads/thread.ts";

/** Door: a thread that formats pages of exports. It gives way to requests. */
giveWay();
answerQuestions(sheetAnswers(), ({ bytes }) => [bytes.buffer]);
