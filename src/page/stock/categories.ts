import type { Category } from "./answers.ts";

/** Categories by their tree, each below its own, with a dash for each level. */
export function categoryOptions(
  categories: readonly Category[],
): readonly { readonly value: string; readonly text: string }[] {
  const below = (parent: number | null, level: number): { value: string; text: string }[] =>
    categories
      .filter(({ parent_id }) => parent_id === parent)
      .flatMap(({ id, name }) => [
        { value: String(id), text: `${"– ".repeat(level)}${name}` },
        ...below(id, level + 1),
      ]);
  return below(null, 0);
}
