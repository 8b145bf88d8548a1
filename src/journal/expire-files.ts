import type { Ports } from "../ports/ports.ts";

/** A younger file without a job may belong to a request that is about to write its job; an older one is abandoned. */
const ABANDONED_MS = 86_400_000;

/**
 * Deletes the files of a folder (`<folder>/<company>/<job>/…`) that are older than a day and that no job references; returns
 * how many. `owns`: a constant SQL condition on the job `j` that may reference the file.
 */
export async function expireFolder(
  ports: Pick<Ports, "reader" | "blobs" | "clock">,
  folder: string,
  owns: string,
  signal?: AbortSignal,
): Promise<number> {
  const before = ports.clock.now() - ABANDONED_MS;
  let deleted = 0;
  let after = "";
  for (;;) {
    const page = await ports.blobs.list(folder, after);
    const last = page.at(-1);
    if (last === undefined || signal?.aborted) return deleted;
    after = last.key;
    const old = page.filter(({ at }) => at < before).map(({ key }) => key);
    const referenced = await referencedAmong(ports, old, owns);
    for (const key of old.filter((one) => !referenced.has(one))) {
      await ports.blobs.delete(key);
      deleted += 1;
    }
  }
}

/** The keys that their job references. */
async function referencedAmong(
  ports: Pick<Ports, "reader">,
  keys: readonly string[],
  owns: string,
): Promise<Set<unknown>> {
  if (keys.length === 0) return new Set();
  const rows = await ports.reader.rows({
    sql: `select j.blob from json_each(?1) k join jobs j on j.company = k.value ->> 'company' and j.id = k.value ->> 'job'
      where j.blob = k.value ->> 'key' and ${owns}`,
    args: [
      JSON.stringify(
        keys.map((key) => {
          const [, company, job] = key.split("/");
          return { key, company: Number(company), job };
        }),
      ),
    ],
  });
  return new Set(rows.map(({ blob }) => blob));
}
