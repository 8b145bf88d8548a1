import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { sha256 } from "../../../lib/hash.ts";
import type { PageEncoding, PageFile, PageFiles } from "../../../ports/page.ts";
import { pageTypeOf } from "../../page-types.ts";

/** Where the build writes the page, beside the sources. */
export const PAGE_FOLDER = join(import.meta.dir, "../../../../dist/page");

/** Types that compress well; pictures and fonts are compressed already. */
const COMPRESSES = /^(?:text\/|application\/(?:json|manifest|wasm)|image\/svg)/;
const brotli = promisify(brotliCompress);
const zipped = promisify(gzip);
/** 11 takes seconds for a file of 1 MB and saves little more. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

interface Loaded {
  readonly plain: PageFile;
  readonly compressed: Map<PageEncoding, Promise<PageFile>>;
}

/**
 * The page in a folder. It is read into memory whole, once, with the first file that is asked for; each compressed form is made once,
 * when it is first asked for. `wanted` says by its path which file is of it. A folder that is not there is looked for again each time.
 */
export function folderPage(folder: string, wanted = (_path: string) => true): PageFiles {
  let loaded: Promise<ReadonlyMap<string, Loaded>> | undefined;
  const files = async () => {
    loaded ??= load(folder, wanted);
    const all = await loaded;
    if (all.size === 0) loaded = undefined;
    return all;
  };
  return {
    async file(path, accepts) {
      const found = (await files()).get(path);
      const [encoding] = accepts;
      if (found === undefined) return null;
      if (encoding === undefined || !COMPRESSES.test(found.plain.type)) return found.plain;
      const made = found.compressed.get(encoding) ?? compressed(found.plain, encoding);
      found.compressed.set(encoding, made);
      return made;
    },
  };
}

async function compressed(plain: PageFile, encoding: PageEncoding): Promise<PageFile> {
  const bytes =
    encoding === "br" ? await brotli(plain.bytes, BROTLI) : await zipped(plain.bytes, { level: 9 });
  return { ...plain, bytes: new Uint8Array(bytes), encoding };
}

async function load(
  folder: string,
  wanted: (path: string) => boolean,
): Promise<ReadonlyMap<string, Loaded>> {
  const found = new Map<string, Loaded>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join("/")}`;
    if (!entry.isFile() || path === "/_headers" || !wanted(path)) continue;
    const bytes = new Uint8Array(await readFile(file));
    const etag = `"${(await sha256(bytes)).slice(0, 32)}"`;
    const plain = { bytes, type: pageTypeOf(path), etag, encoding: null };
    found.set(path === "/index.html" ? "/" : path, { plain, compressed: new Map() });
  }
  return found;
}
