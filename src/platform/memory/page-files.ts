import type { PageFiles } from "../../ports/page.ts";
import { pageTypeOf } from "../page-types.ts";

/** A page of files that are given: path → content. `{}`: one that was not built. */
export function memoryPage(files: Readonly<Record<string, string>>): PageFiles {
  return {
    async file(path) {
      const content = files[path];
      if (content === undefined) return null;
      const type = pageTypeOf(path);
      const bytes = new Uint8Array(new TextEncoder().encode(content));
      return { bytes, type, etag: `"${path}:${content.length}"`, encoding: null };
    },
  };
}
