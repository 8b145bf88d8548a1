import { dirname, join } from "node:path";
import type { PageFiles } from "../../../ports/page.ts";
import { folderPage } from "./page-files.ts";

const AT = "/docs/";
const FILES = ["/swagger-ui.css", "/swagger-ui-bundle.js"];
const EXAMPLES = "/examples.json";
/** The folder of the examples, which `bun test/docs/contract-examples.ts` writes. */
const WRITTEN = join(import.meta.dir, "../../../http/contract");

/**
 * The page with the files of the contract's page, which its build does not make: those of the package swagger-ui-dist, and the
 * examples of the contract.
 */
export function withDocs(page: PageFiles): PageFiles {
  let docs: PageFiles | undefined;
  const examples = folderPage(WRITTEN, (name) => name === EXAMPLES);
  return {
    async file(path, accepts) {
      if (!path.startsWith(AT)) return page.file(path, accepts);
      const name = path.slice(AT.length - 1);
      if (name === EXAMPLES) return examples.file(name, accepts);
      docs ??= folderPage(docsFolder(), (one) => FILES.includes(one));
      return docs.file(name, accepts);
    },
  };
}

/** Where `bun install` has put the package. */
export const docsFolder = (): string =>
  dirname(Bun.resolveSync("swagger-ui-dist/package.json", import.meta.dir));
