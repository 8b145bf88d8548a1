import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** A file that is to be sent. */
export interface Found {
  readonly path: string;
  readonly size: number;
  readonly zip: boolean;
}

const WANTED = /\.(xml|zip)$/i;

/**
 * The files behind the paths, in order, each once: a file as it is named, a folder with all its
 * XMLs and ZIPs, sorted, however deep. Links inside folders are not followed. `others` counts what
 * folders held beside. Throws for a path that is not there.
 */
export async function findFiles(
  paths: readonly string[],
): Promise<{ files: Found[]; others: number }> {
  const files = new Map<string, Found>();
  let others = 0;
  const take = (path: string, size: number) =>
    files.set(path, { path, size, zip: /\.zip$/i.test(path) });
  for (const path of paths) {
    const entry = await stat(path).catch(() => null);
    if (entry === null) throw new Error(`Não encontrei ${path}`);
    if (!entry.isDirectory()) {
      take(path, entry.size);
      continue;
    }
    const inside = await readdir(path, { recursive: true, withFileTypes: true });
    const plain = inside.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
    for (const name of plain.filter((one) => WANTED.test(one)).sort())
      take(name, (await stat(name)).size);
    others += plain.filter((one) => !WANTED.test(one)).length;
  }
  return { files: [...files.values()], others };
}

/**
 * Groups files so that each fits one request: at most `count` of them and `bytes` together; a ZIP
 * goes by itself.
 */
export function parcels(
  files: readonly Found[],
  { count = 50, bytes = 8 << 20 }: { count?: number; bytes?: number } = {},
): Found[][] {
  const out: Found[][] = [];
  let open: Found[] = [];
  let size = 0;
  const seal = () => {
    if (open.length > 0) out.push(open);
    open = [];
    size = 0;
  };
  for (const file of files) {
    if (file.zip) {
      out.push([file]);
      continue;
    }
    if (open.length >= count || size + file.size > bytes) seal();
    open.push(file);
    size += file.size;
  }
  seal();
  return out;
}
