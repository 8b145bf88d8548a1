import type { Ports } from "../ports/ports.ts";

/** A file that no job names belongs to a writer that has just put it, or that died; this tells which. */
const NAMELESS_MS = 86_400_000;

/**
 * Removes the files of a folder (`<folder>/<company>/<job>/…`) that no job of that state of things names as its own, older
 * than a day; gives how many. `owns`: a condition on the job `j`, of constant SQL.
 */
export async function expireFolder(
  ports: Pick<Ports, "reader" | "blobs" | "clock">,
  folder: string,
  owns: string,
  signal?: AbortSignal,
): Promise<number> {
  const before = ports.clock.now() - NAMELESS_MS;
  let swept = 0;
  let after = "";
  for (;;) {
    const page = await ports.blobs.list(folder, after);
    const last = page.at(-1);
    if (last === undefined || signal?.aborted) return swept;
    after = last.key;
    const old = page.filter(({ at }) => at < before).map(({ key }) => key);
    const named = await namesAmong(ports, old, owns);
    for (const key of old.filter((one) => !named.has(one))) {
      await ports.blobs.delete(key);
      swept += 1;
    }
  }
}

/** Which of these keys is the file of its job. */
async function namesAmong(
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
