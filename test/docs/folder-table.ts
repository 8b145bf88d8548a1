import { MAY } from "../support/fence.ts";

/** How a folder of the fence is written in AGENTS.md: `nfe/xml/`, but `app.ts`. */
const written = (part: string): string => (part.endsWith(".ts") ? part : `${part}/`);

/** The folders that the table of AGENTS.md names, in its order. */
export const foldersIn = (page: string): string[] =>
  [...page.matchAll(/^\| `([\w/.-]+)` \| [^|]+ \| [^|]*\|$/gm)].map(([, name = ""]) => name);

/** The same page with the last column as the fence has it; a folder that the fence does not know keeps its row. */
export function withImports(page: string): string {
  const may = new Map(Object.entries(MAY).map(([part, to]) => [written(part), to]));
  return page.replace(
    /^(\| `([\w/.-]+)` \| [^|]+ \| )[^|]*\|$/gm,
    (row, head: string, name: string) => {
      const to = may.get(name);
      return to === undefined ? row : `${head}${to.replaceAll(" ", ", ")} |`;
    },
  );
}

export const FENCED_FOLDERS: readonly string[] = Object.keys(MAY).map(written);

if (import.meta.main) await Bun.write("AGENTS.md", withImports(await Bun.file("AGENTS.md").text()));
