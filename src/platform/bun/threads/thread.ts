import { trusted } from "../../../lib/cast.ts";

/** What a thread posts: once that it has loaded, then one answer or fault for each question, by id. */
export type Reply =
  | { readonly ready: true }
  | { readonly id: number; readonly answer: unknown }
  /** The answering function threw: the name of the error only, for its message may hold a note's content. */
  | { readonly id: number; readonly fault: string };

export interface Ask {
  readonly id: number;
  readonly question: unknown;
}

declare const self: Worker;

/**
 * Makes this thread answer the questions of a pool (thread-pool.ts), one at a time.
 * What `answer` throws is caught: an uncaught error would end the thread, and with it what waits behind.
 */
export function answerQuestions<Question>(answer: (question: Question) => unknown): void {
  const reply = (message: Reply) => self.postMessage(message);
  self.onmessage = (event: MessageEvent) => {
    // Only thread-pool.ts posts here, and its caller is typed by the same question.
    const { id, question } = trusted<Ask>(event.data);
    try {
      reply({ id, answer: answer(trusted<Question>(question)) });
    } catch (error) {
      reply({ id, fault: error instanceof Error ? error.name : "unknown" });
    }
  };
  reply({ ready: true });
}
