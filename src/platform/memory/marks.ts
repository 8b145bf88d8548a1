import type { Mark, Marks } from "../installation.ts";

/** Marks in memory: they end with the process. */
export function memoryMarks(): Marks {
  let kept: Mark | null = null;
  return {
    read: async () => kept,
    async write(mark) {
      kept = mark;
    },
    async remove() {
      kept = null;
    },
  };
}
