import { open, rename, rm } from "node:fs/promises";

/** Writes bytes in order; `end` makes the output final, `drop` removes it. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
  drop(): Promise<void>;
}

/** A file that gets its name only when it is complete. */
export async function fileSink(path: string): Promise<Sink> {
  const draft = `${path}.parcial`;
  const file = await open(draft, "w");
  return {
    write: async (bytes) => void (await file.write(bytes)),
    async end() {
      await file.sync();
      await file.close();
      await rename(draft, path);
    },
    async drop() {
      await file.close();
      await rm(draft, { force: true });
    },
  };
}

/** The standard output, at the speed of its reader. */
export function stdoutSink(out: NodeJS.WritableStream = process.stdout): Sink {
  return {
    write: (bytes) =>
      new Promise((done, failed) => {
        out.write(bytes, (error) => (error ? failed(error) : done()));
      }),
    end: async () => undefined,
    drop: async () => undefined,
  };
}
