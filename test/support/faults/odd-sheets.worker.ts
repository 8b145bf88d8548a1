import { answerQuestions } from "../../../src/platform/bun/threads/thread.ts";
import type { SheetQuestion } from "../../../src/ports/sheets.ts";

/** A thread that ends, hangs or throws where the page says so, and sends any other page back. */
answerQuestions(
  ({ slice }: SheetQuestion) => {
    const word = new TextDecoder().decode(slice);
    if (word === "die") process.exit(3);
    if (word === "hang") for (;;);
    if (word === "throw") throw new RangeError("a cell of the page");
    return { rows: 1, bytes: slice };
  },
  ({ bytes }) => [bytes.buffer],
);
