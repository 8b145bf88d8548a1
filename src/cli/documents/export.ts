import { open, rename, rm } from "node:fs/promises";
import type { Service } from "../service/service-client.ts";

export const EXPORTS = ["stock", "movements"] as const;

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

/**
 * Streams a CSV of the service into a sink, with one chunk in memory; returns the number of bytes.
 * Throws `RequestRefused`, or an Error when the stream breaks off; the sink is dropped before.
 */
export async function exportCsv(
  service: Service,
  what: (typeof EXPORTS)[number],
  query: Readonly<Record<string, string | undefined>>,
  sink: Sink,
): Promise<number> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.set(name, value);
  let size = 0;
  try {
    const answer = await service.ask(`/api/export/${what}?${search}`);
    if (answer.body === null) throw new Error("O serviço enviou uma resposta vazia");
    for await (const bytes of answer.body) {
      await sink.write(bytes);
      size += bytes.length;
    }
    await sink.end();
  } catch (error) {
    await sink.drop();
    throw error;
  }
  return size;
}
