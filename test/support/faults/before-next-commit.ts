import type { WriteJob } from "../../../src/ports/sql.ts";
import type { TestPorts } from "../ports.ts";

/**
 * Lets something else be written between what the next writer has read and its batch: `intrude` runs, with all that it
 * writes, just before the batch is committed. `skip`: after so many batches of others. Once.
 */
export function beforeNextCommit(
  ports: Pick<TestPorts, "writer">,
  intrude: () => Promise<unknown>,
  skip = 0,
): void {
  const { writer } = ports;
  const commit = writer.commit.bind(writer);
  let left = skip;
  writer.commit = async <T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T> => {
    if (left-- > 0) return commit(job, signal);
    writer.commit = commit;
    await intrude();
    return commit(job, signal);
  };
}
