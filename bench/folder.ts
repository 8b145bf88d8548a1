import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/** An empty folder. Disposing of it removes it with its content. */
export function emptyFolder(): Promise<Folder> {
  return mkdtempDisposable(join(tmpdir(), "sge-bench-"));
}
