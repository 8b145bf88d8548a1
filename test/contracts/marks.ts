import type { Mark, Marks } from "../../src/platform/installation.ts";
import { type Contract, same } from "./claims.ts";

export interface OpenMarks {
  /** None is there. */
  readonly marks: Marks;
  close(): Promise<void>;
}

export const A = "a".repeat(32);
export const B = "b".repeat(32);
export const MARK: Mark = { id: A, commits: 7, at: 1_800_000_000_000, next: null, file: null };

/** The store of the mark, for every implementation. */
export const marksContract: Contract<() => Promise<OpenMarks>> = [
  {
    name: "a mark is null until one is written, and after it was removed, also twice",
    async run(open) {
      const { marks, close } = await open();
      same(await marks.read(), null);
      await marks.remove();
      await marks.write(MARK);
      same(await marks.read(), MARK);
      await marks.remove();
      same(await marks.read(), null);
      await close();
    },
  },
  {
    name: "a mark replaces the one before, also with another id and fewer commits",
    async run(open) {
      const { marks, close } = await open();
      await marks.write(MARK);
      const file = { size: 4_096, changes: 3 };
      const other: Mark = { id: B, commits: 2, at: 5, next: { id: A, commits: 1 }, file };
      await marks.write(other);
      same(await marks.read(), other);
      await marks.write(MARK);
      same(await marks.read(), MARK);
      await close();
    },
  },
];
