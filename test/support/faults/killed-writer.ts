import type { Writer } from "../../../src/ports/sql.ts";

/**
 * A writer whose process is killed right after its commit number `dies` (from 0): the commit is written, and its caller gets no
 * answer. Later commits are written as usual.
 */
export function killedWriter<W extends Writer>(writer: W, dies: number): W {
  let commits = 0;
  return {
    ...writer,
    async commit(asked, signal) {
      const done = await writer.commit(asked, signal);
      commits += 1;
      if (commits === dies + 1) throw new Error("killed");
      return done;
    },
  };
}
