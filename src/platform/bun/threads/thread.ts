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
 * What `answer` throws is caught: an uncaught error would end the thread, and with it what waits behind. `transfer`: the buffers of
 * an answer that go with it, and are not copied.
 */
export function answerQuestions<Question, Answer>(
  answer: (question: Question) => Answer,
  transfer: (answer: Answer) => ArrayBuffer[] = () => [],
): void {
  const reply = (message: Reply, buffers: ArrayBuffer[] = []) => self.postMessage(message, buffers);
  self.onmessage = (event: MessageEvent) => {
    // Only thread-pool.ts posts here, and its caller is typed by the same question.
    const { id, question } = trusted<Ask>(event.data);
    try {
      const answered = answer(trusted<Question>(question));
      reply({ id, answer: answered }, transfer(answered));
    } catch (error) {
      reply({ id, fault: error instanceof Error ? error.name : "unknown" });
    }
  };
  reply({ ready: true });
}
