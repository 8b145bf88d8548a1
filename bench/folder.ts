import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/** An empty folder that is gone, with all that came into it, when it is disposed of. */
export function emptyFolder(): Promise<Folder> {
  return mkdtempDisposable(join(tmpdir(), "sge-bench-"));
}
