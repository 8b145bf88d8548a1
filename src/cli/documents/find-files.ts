import { constants, existsSync } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** A file to send. */
export interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly zip: boolean;
}

/** Something that was not read, and why (Portuguese); `refused`: a document that should have been sent. */
export interface Skipped {
  readonly path: string;
  readonly why: string;
  readonly refused: boolean;
}

export interface FileSearch {
  readonly files: FoundFile[];
  /** How many plain files of folders are neither XML nor ZIP. */
  readonly others: number;
  readonly skipped: Skipped[];
}

const WANTED = /\.(xml|zip)$/i;
/** The character that stands in a name for bytes that are not UTF-8. */
const REPLACED = "\uFFFD";

/**
 * Finds the files to send, in order, each once: a path that is a file as it is, a folder with all XMLs and ZIPs below it, sorted.
 * `skipped` lists what cannot be read (no permission, a name that is not UTF-8, a pipe or device) and links inside folders,
 * which are not followed; the search continues after each. Throws (Portuguese) for a path that does not exist.
 */
export async function findFiles(paths: readonly string[]): Promise<FileSearch> {
  const files = new Map<string, FoundFile>();
  const skipped: Skipped[] = [];
  let others = 0;
  const skip = (path: string, why: string, refused = true) =>
    void skipped.push({ path, why, refused });
  const take = async (path: string) => {
    const { size } = await stat(path);
    if (await isReadable(path)) files.set(path, { path, size, zip: /\.zip$/i.test(path) });
    else skip(path, "Sem permissão para ler este arquivo");
  };
  for (const path of paths) {
    const entry = await stat(path).catch((error: unknown) => {
      if (codeOf(error) === "ELOOP") return null;
      throw new Error(`Não encontrado: ${path}`);
    });
    if (entry === null) skip(path, "O link simbólico aponta para si mesmo");
    else if (entry.isDirectory()) {
      const inside = await filesIn(path, skip);
      for (const name of inside.filter((one) => WANTED.test(one)).sort()) await take(name);
      others += inside.filter((one) => !WANTED.test(one)).length;
    } else if (entry.isFile()) await take(path);
    else skip(path, "Não é um arquivo comum");
  }
  return { files: [...files.values()], others, skipped };
}

/** The plain files below a folder. Calls `skip` for a folder that cannot be read, and for a document that is no plain file. */
async function filesIn(
  top: string,
  skip: (path: string, why: string, refused?: boolean) => void,
): Promise<string[]> {
  const found: string[] = [];
  const folders = [top];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      const denied = ["EACCES", "EPERM"].includes(codeOf(error));
      return denied
        ? "Sem permissão para ler esta pasta"
        : `Não foi possível ler esta pasta (${codeOf(error)})`;
    });
    if (typeof entries === "string") {
      skip(folder, entries);
      continue;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const wanted = WANTED.test(entry.name);
      if (entry.isSymbolicLink()) skip(path, "É um link simbólico, e não foi seguido", false);
      else if (entry.name.includes(REPLACED) && !existsSync(path)) {
        if (wanted || entry.isDirectory())
          skip(path, "O nome não está em UTF-8: renomeie e importe de novo");
      } else if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) found.push(path);
      else if (wanted) skip(path, "Não é um arquivo comum");
    }
  }
  return found;
}

/** Whether a file exists and may be read. */
export const isReadable = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  );

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/**
 * Groups files into requests: at most `count` files and `bytes` bytes in one; a ZIP is a request of
 * its own.
 */
export function batchesOf(
  files: readonly FoundFile[],
  { count = 50, bytes = 8 << 20 }: { count?: number; bytes?: number } = {},
): FoundFile[][] {
  const out: FoundFile[][] = [];
  let open: FoundFile[] = [];
  let size = 0;
  const close = () => {
    if (open.length > 0) out.push(open);
    open = [];
    size = 0;
  };
  for (const file of files) {
    if (file.zip) {
      out.push([file]);
      continue;
    }
    if (open.length >= count || size + file.size > bytes) close();
    open.push(file);
    size += file.size;
  }
  close();
  return out;
}
